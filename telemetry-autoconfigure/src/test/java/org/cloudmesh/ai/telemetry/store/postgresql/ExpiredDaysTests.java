package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** How days that are too old go, and what is answered meanwhile. */
class ExpiredDaysTests {

    private static final long HOUR = TimeUnit.HOURS.toMicros(1);

    private static final long DAY = 24 * HOUR;

    // Midnight.
    private static final long BEGIN = Records.START - Records.START % DAY;

    private static final long NOW = BEGIN + 4 * DAY;

    private static final PostgresSettings TWO_DAYS = new PostgresSettings(
            null, true, PostgresSettings.SCHEMA, PostgresSettings.TABLE_PREFIX, Duration.ofDays(2));

    private static final String[] ROLLUPS = {"telemetry_block", "telemetry_rollup", "telemetry_rollup_records"};

    private final HikariDataSource database = PostgresServer.shared().newPool(6);

    private final JdbcTemplate sql = new JdbcTemplate(this.database);

    private final Connections connections = new Connections(() -> this.database);

    private final RecordSource source = new PostgresSource(TWO_DAYS, this.connections, 0);

    private long sequence;

    @BeforeEach
    void makeTables() throws Exception {
        store(this.database).open();
    }

    @AfterEach
    void closePool() {
        this.database.close();
    }

    private static PostgresStore store(DataSource database) {
        return new PostgresStore(() -> database, TWO_DAYS, clock());
    }

    /** Lets a store remove what it may: on a slow machine one call ends before all is done, and further ones go on. */
    private static void maintain(PostgresStore store) throws Exception {
        for (int i = 0; i < 20; i++) {
            store.maintain();
        }
    }

    private static Clock clock() {
        return Clock.fixed(EpochMicros.instant(NOW), ZoneOffset.UTC);
    }

    private void sumUp() throws Exception {
        new Rollups(TWO_DAYS, this.connections, clock(), Duration.ZERO, 0).sumUp();
    }

    /** Returns records of which two are in each hour. */
    private List<TelemetryRecord> records(long from, long to) {
        List<TelemetryRecord> records = new ArrayList<>();
        for (long time = from; time < to; time += HOUR / 2) {
            records.add(TelemetryRecord.builder(Records.origin("t", "serve", "r"), ++this.sequence, time)
                    .status(Status.COMPLETED)
                    .metrics(new String[] {"latency"}, new double[] {this.sequence})
                    .build());
        }
        return records;
    }

    @Test
    void whatIsGoneStaysGoneAndAnswersAreRightWhileADayIsInUse() throws Exception {
        PostgresStore store = store(this.database);
        List<TelemetryRecord> far = records(BEGIN - 500 * DAY, BEGIN - 499 * DAY);
        List<TelemetryRecord> near = records(BEGIN, NOW);
        store.write(far, true);
        store.write(near, true);
        sumUp();
        try (Connection backup = this.database.getConnection();
                Statement statement = backup.createStatement()) {
            backup.setAutoCommit(false);
            String day = this.sql.queryForObject(
                    "SELECT tableoid::regclass::text FROM telemetry_record WHERE time = ?",
                    String.class,
                    Selection.time(EpochMicros.instant(BEGIN)));
            statement.execute("LOCK TABLE " + day + " IN ACCESS SHARE MODE");
            maintain(store);

            assertNoRollupsBefore(BEGIN + 2 * DAY);
            assertAnswersAreThoseOf(near);
            List<TelemetryRecord> late = records(BEGIN + DAY, BEGIN + DAY + 3 * HOUR);
            store.write(late, true);
            assertAnswersAreThoseOf(both(near, late));
            sumUp();
            assertAnswersAreThoseOf(both(near, late));
        }
        maintain(store(this.database));
        assertNoRollupsBefore(BEGIN + 2 * DAY);
        assertAnswersAreThoseOf(near.stream()
                .filter((record) -> record.timestampMicros() >= BEGIN + 2 * DAY)
                .toList());
    }

    @Test
    void aLongHistoryGoesInSmallSteps() throws Exception {
        PostgresStore store = store(this.database);
        store.write(records(BEGIN, BEGIN + DAY), true);
        sumUp();
        this.sql.update("INSERT INTO telemetry_record (time, seq, process, series, numbers)"
                + " SELECT '2001-01-01 00:00+00'::timestamptz + i * interval '1 second', i, 1000, 1000, '{}'"
                + " FROM generate_series(1, 25000) i");
        this.sql.execute("CREATE TABLE step (at bigint, hours bigint, records bigint)");
        for (String table : List.of("telemetry_block", "telemetry_record_other")) {
            boolean blocks = table.equals("telemetry_block");
            this.sql.execute("CREATE FUNCTION step_" + table + "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    + " INSERT INTO step SELECT txid_current(), "
                    + (blocks ? "count(DISTINCT date_trunc('hour', time)), 0" : "0, count(*)")
                    + " FROM gone; RETURN NULL; END $$");
            this.sql.execute("CREATE TRIGGER step AFTER DELETE ON " + table
                    + " REFERENCING OLD TABLE AS gone EXECUTE FUNCTION step_" + table + "()");
        }
        store.maintain();
        while (this.sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class) > 0) {
            store.maintain();
        }
        assertThat(this.sql.queryForMap("SELECT max(hours) AS hours, max(records) AS records FROM"
                        + " (SELECT sum(hours) AS hours, sum(records) AS records FROM step GROUP BY at) s"))
                .hasToString("{hours=1, records=10000}");
        assertThat(this.sql.queryForMap("SELECT sum(hours) AS hours, sum(records) AS records FROM step"))
                .hasToString("{hours=24, records=25000}");
    }

    @Test
    void aRoleThatOwnsNothingRemovesWhatItMay() throws Exception {
        List<TelemetryRecord> near = records(BEGIN, NOW);
        store(this.database).write(records(BEGIN - 500 * DAY, BEGIN - 499 * DAY), true);
        store(this.database).write(near, true);
        sumUp();
        try (HikariDataSource limited = PostgresServer.poolOfALimitedRole(this.sql, 2)) {
            maintain(store(limited));
        }
        assertNoRollupsBefore(BEGIN + 2 * DAY);
        assertAnswersAreThoseOf(near);
    }

    private void assertNoRollupsBefore(long first) {
        for (String table : ROLLUPS) {
            assertThat(this.sql.queryForObject("SELECT min(time) FROM " + table, OffsetDateTime.class))
                    .as(table)
                    .isEqualTo(Selection.time(EpochMicros.instant(first)));
        }
    }

    private void assertAnswersAreThoseOf(List<TelemetryRecord> records) {
        assertThat(RollupsTests.groups(this.source, RecordFilter.ALL))
                .isEqualTo(RollupsTests.groups(new PlainScan(records), RecordFilter.ALL));
    }

    private static List<TelemetryRecord> both(List<TelemetryRecord> some, List<TelemetryRecord> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
