package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.Test;

/** What the database makes of filters. */
class SelectionTests {

    @Test
    void aTraceIsLookedForInItsIndex() throws Exception {
        try (HikariDataSource database = PostgresServer.shared().newPool(4)) {
            assertLooksInItsIndex(database);
        }
    }

    private static void assertLooksInItsIndex(DataSource database) throws Exception {
        PostgresSettings settings = PostgresSettings.defaults();
        PostgresStore store = new PostgresStore(() -> database, settings, Clock.systemUTC());
        store.open();
        store.write(Records.traced(1, 200), true);
        Sql sql = Sql.of("EXPLAIN SELECT r.seq")
                .add(Selection.of(RecordFilter.builder().trace("t1").build()).fromAll());
        List<String> plan = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            // Few records are read faster without an index.
            statement.execute("SET enable_seqscan = off");
            try (PreparedStatement explain = sql.prepare(connection, settings);
                    ResultSet line = explain.executeQuery()) {
                while (line.next()) {
                    plan.add(line.getString(1));
                }
            }
        }
        assertThat(plan)
                .anyMatch((line) -> line.contains("Index Cond: (\"left\"((attributes ->> 'trace_id'::text), 64) ="));
    }
}
