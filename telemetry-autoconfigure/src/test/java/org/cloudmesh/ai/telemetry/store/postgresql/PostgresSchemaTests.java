package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The tables, as they are made and as others left them. */
class PostgresSchemaTests {

    private DataSource database;

    private JdbcTemplate sql;

    @BeforeEach
    void createDatabase() {
        PostgresServer server = PostgresServer.shared();
        this.database = server.dataSource(server.newDatabase());
        this.sql = new JdbcTemplate(this.database);
    }

    private PostgresStore store(PostgresSettings settings) {
        return new PostgresStore(() -> this.database, settings, Clock.systemUTC());
    }

    @Test
    @FaultRow(
            number = 34,
            injected = "tables of an earlier and of a later version",
            expected = "refused with what to do; the tables are left as they are")
    void tablesOfAnotherVersionAreRefused() throws Exception {
        store(PostgresSettings.defaults()).open();
        this.sql.update("UPDATE telemetry_schema SET version = 1");
        assertRefused("before the first release", "Drop the tables telemetry_*");
        this.sql.update("UPDATE telemetry_schema SET version = 99");
        assertRefused("newer release", "Update this application");
        assertThat(this.sql.queryForList("SELECT version FROM telemetry_schema", Integer.class))
                .containsExactly(99);
    }

    private void assertRefused(String reason, String help) {
        assertThatThrownBy(() -> store(PostgresSettings.defaults()).open())
                .hasMessageContaining(reason)
                .hasMessageContaining(help)
                .isInstanceOfSatisfying(
                        StoreException.class, (ex) -> assertThat(ex.remedy()).isEqualTo(StoreException.Remedy.REFUSED));
    }

    @Test
    @FaultRow(
            number = 36,
            injected = "two stores begin at once on an empty database, twenty times",
            expected = "one schema, and both write")
    void twoBeginAtOnceOnAnEmptyDatabase() throws Exception {
        for (int round = 0; round < 20; round++) {
            PostgresSettings settings =
                    new PostgresSettings("n" + round, true, PostgresSettings.SCHEMA, "round" + round + "_", null);
            List<CompletableFuture<Void>> starts = new ArrayList<>();
            for (String token : List.of("a", "b")) {
                starts.add(CompletableFuture.runAsync(() -> {
                    PostgresStore store = store(settings);
                    try {
                        store.open();
                        store.write(
                                List.of(TelemetryRecord.builder(Records.origin(token, "c", "r"), 1, Records.START)
                                        .build()),
                                true);
                    } catch (StoreException ex) {
                        throw new IllegalStateException(ex);
                    }
                }));
            }
            starts.forEach(CompletableFuture::join);
            assertThat(this.sql.queryForList("SELECT version FROM round" + round + "_schema", Integer.class))
                    .containsExactly(PostgresSchema.VERSION);
            assertThat(store(settings).source().groups(RecordFilter.ALL, Deadline.none()))
                    .singleElement()
                    .satisfies((group) -> assertThat(group.count()).isEqualTo(2));
        }
    }
}
