package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** What records share, while several questions look it up. */
class CatalogTests {

    private final HikariDataSource database = PostgresServer.shared().newPool(6);

    private final JdbcTemplate sql = new JdbcTemplate(this.database);

    private final Catalog catalog = new Catalog(PostgresSettings.defaults());

    @AfterEach
    void closePool() {
        this.database.close();
    }

    @Test
    void whatIsKnownIsToldWhileAnotherQuestionWaitsForTheDatabase() throws Exception {
        PostgresStore store = new PostgresStore(() -> this.database, PostgresSettings.defaults(), Clock.systemUTC());
        store.open();
        for (String token : List.of("a", "b")) {
            store.write(
                    List.of(TelemetryRecord.builder(Records.origin(token, "c", "r"), 1, Records.START)
                            .build()),
                    true);
        }
        try (Connection one = this.database.getConnection();
                Connection other = this.database.getConnection();
                Connection holder = this.database.getConnection()) {
            int first = process("a");
            Origin known = this.catalog.process(one, first);
            int unknown = process("b");
            holder.setAutoCommit(false);
            holder.createStatement().execute("LOCK TABLE telemetry_process IN ACCESS EXCLUSIVE MODE");
            CompletableFuture<Origin> waiting = lookUp(other, unknown);
            PostgresServer.awaitLock(this.sql);

            assertThat(lookUp(one, first).get(10, TimeUnit.SECONDS)).isSameAs(known);

            assertThat(waiting).isNotDone();
            holder.rollback();
            assertThat(waiting.get(10, TimeUnit.SECONDS).token()).isEqualTo("b");
            assertThat(lookUp(one, unknown).get(10, TimeUnit.SECONDS)).isSameAs(waiting.join());
        }
    }

    private int process(String token) {
        return this.sql.queryForObject("SELECT id FROM telemetry_process WHERE token = ?", Integer.class, token);
    }

    private CompletableFuture<Origin> lookUp(Connection connection, int process) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return this.catalog.process(connection, process);
            } catch (SQLException ex) {
                throw new IllegalStateException(ex);
            }
        });
    }
}
