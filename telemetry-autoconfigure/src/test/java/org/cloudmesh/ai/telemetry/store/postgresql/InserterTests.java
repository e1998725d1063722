package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Batches that come for the first time, again, and in part again. */
class InserterTests {

    private final HikariDataSource database = PostgresServer.shared().newPool(4);

    private final JdbcTemplate sql = new JdbcTemplate(this.database);

    @AfterEach
    void closePool() {
        this.database.close();
    }

    private PostgresStore store(boolean lendsTheDriver) throws Exception {
        PostgresStore store = new PostgresStore(
                () -> lendsTheDriver ? this.database : new Wrapped(this.database),
                PostgresSettings.defaults(),
                Clock.systemUTC());
        store.open();
        return store;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatComesAgainIsThereOnce(boolean lendsTheDriver) throws Exception {
        PostgresStore store = store(lendsTheDriver);
        List<TelemetryRecord> records = Records.random(7, 300);
        store.write(records.subList(0, 200), true);
        store.write(records.subList(0, 200), true);
        store.write(records.subList(100, 300), true);
        assertThat(store.source()
                        .page(RecordFilter.ALL, null, 1000, Deadline.none())
                        .records())
                .extracting(TelemetryRecord::id)
                .containsExactlyInAnyOrderElementsOf(
                        records.stream().map(TelemetryRecord::id).toList());
        assertThat(this.sql.queryForObject("SELECT sum(records) FROM telemetry_process", Long.class))
                .isEqualTo(300);
        assertThat(this.sql.queryForList(
                        "SELECT sum(records) FROM telemetry_block GROUP BY span ORDER BY span", Long.class))
                .containsExactly(300L, 300L);
    }

    @Test
    void whatComesAgainIsThereOnceWhereTheKeyIsNotTold() throws Exception {
        PostgresStore store = store(true);
        List<TelemetryRecord> records = Records.random(9, 300);
        store.write(records.subList(0, 200), true);
        // As Citus says it of its workers.
        this.sql.execute("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF current_query() LIKE 'COPY%' AND EXISTS (SELECT 1 FROM telemetry_record r WHERE r.time = new.time
                            AND r.process = new.process AND r.seq = new.seq) THEN
                        RAISE 'duplicate key value' USING ERRCODE = 'XX000';
                    END IF;
                    RETURN new;
                END $$""");
        this.sql.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON telemetry_record FOR EACH ROW EXECUTE FUNCTION refuse()");
        store.write(records.subList(100, 300), true);
        assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class))
                .isEqualTo(300);
        assertThat(this.sql.queryForObject("SELECT sum(records) FROM telemetry_process", Long.class))
                .isEqualTo(300);
    }

    @Test
    void bothWaysWriteTheSame() throws Exception {
        List<TelemetryRecord> records = Records.random(8, 500);
        String rows = "SELECT (r.*)::text FROM telemetry_record r ORDER BY time, seq, process";
        PostgresStore copies = store(true);
        copies.write(records, true);
        List<String> copied = this.sql.queryForList(rows, String.class);
        this.sql.execute("TRUNCATE telemetry_record");
        store(false).write(records, true);
        assertThat(this.sql.queryForList(rows, String.class)).isEqualTo(copied).hasSize(500);
    }

    /** A pool whose connections do not lend the driver's. */
    private static final class Wrapped extends DelegatingDataSource {

        Wrapped(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("isWrapperFor")) {
                            return false;
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (InvocationTargetException ex) {
                            throw ex.getCause();
                        }
                    });
        }
    }
}
