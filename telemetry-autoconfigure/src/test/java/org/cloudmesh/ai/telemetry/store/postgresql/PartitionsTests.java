package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** Partitions of days while others use the tables. */
class PartitionsTests {

    private static final Instant NOW = EpochMicros.instant(Records.START);

    private DataSource database;

    private JdbcTemplate sql;

    private PostgresStore store;

    @BeforeEach
    void openStore() throws Exception {
        PostgresServer server = PostgresServer.shared();
        this.database = server.dataSource(server.newDatabase());
        this.sql = new JdbcTemplate(this.database);
        this.store =
                new PostgresStore(() -> this.database, PostgresSettings.defaults(), Clock.fixed(NOW, ZoneOffset.UTC));
        this.store.open();
    }

    @Test
    void whileABackupReadsAllTablesADayWaitsAndNobodyWaitsBehindIt() throws Exception {
        List<TelemetryRecord> records = Records.random(1, 10);
        try (Connection backup = this.database.getConnection();
                Statement statement = backup.createStatement()) {
            backup.setAutoCommit(false);
            statement.execute("LOCK TABLE telemetry_record, telemetry_reading IN ACCESS SHARE MODE");

            this.store.maintain();
            assertThatThrownBy(() -> this.store.write(records, true))
                    .hasMessageContaining("A query or a backup that runs long holds the tables")
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            (failure) -> assertThat(failure.remedy()).isEqualTo(StoreException.Remedy.RETRY));
            assertThat(partitions()).isEmpty();
            // A question that waits for a day's lock is answered once the day has given up.
            CompletableFuture<Void> day = CompletableFuture.runAsync(() ->
                    assertThatThrownBy(() -> this.store.write(records, true)).isNotNull());
            while (!day.isDone()) {
                assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class))
                        .isZero();
            }
            day.join();
        }
        this.store.write(records, true);
        assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class))
                .isEqualTo(10);
        assertThat(partitions()).containsExactly(partition(NOW));
    }

    @Test
    void aDayThatAnotherNodeWritesToWhileItsPartitionIsMadeIsTriedAgain() throws Exception {
        List<TelemetryRecord> records = Records.random(1, 10);
        try (Connection other = this.database.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("INSERT INTO telemetry_record (time, seq, process, series, numbers) VALUES ('" + NOW
                    + "', 1, 1000, 1000, '{}')");
            CompletableFuture<Void> day =
                    CompletableFuture.runAsync(() -> assertThatThrownBy(() -> this.store.write(records, true))
                            .hasMessageContaining("would be violated by some row")
                            .isInstanceOfSatisfying(
                                    StoreException.class,
                                    (failure) -> assertThat(failure.remedy()).isEqualTo(StoreException.Remedy.RETRY)));
            PostgresServer.awaitLock(this.sql);
            other.commit();
            day.join();
        }
        this.store.write(records, true);
        assertThat(partitions()).containsExactly(partition(NOW));
        assertThat(rowsOf(partition(NOW))).isEqualTo(11);
    }

    @Test
    void aDayWhosePartitionAnotherNodeMakesMeanwhileTakesARecord() throws Exception {
        // Too far away for a partition of ours.
        Instant far = NOW.plus(Duration.ofDays(100));
        TelemetryRecord record = TelemetryRecord.builder(Records.origin("t", "c", "r"), 1, EpochMicros.micros(far))
                .build();
        try (Connection other = this.database.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("CREATE TABLE " + partition(far) + " (LIKE telemetry_record INCLUDING ALL)");
            statement.execute("ALTER TABLE telemetry_record ATTACH PARTITION " + partition(far) + " FOR VALUES FROM ('"
                    + far.truncatedTo(ChronoUnit.DAYS) + "') TO ('"
                    + far.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1)) + "')");
            CompletableFuture<Void> write =
                    CompletableFuture.runAsync(() -> assertThatCode(() -> this.store.write(List.of(record), true))
                            .doesNotThrowAnyException());
            PostgresServer.awaitLock(this.sql);
            other.commit();
            write.join();
        }
        assertThat(rowsOf(partition(far))).isEqualTo(1);
        assertThat(rowsOf("telemetry")).isEqualTo(1);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aDayOfManyRowsAmongThoseOfOtherDaysStaysThere(CapturedOutput log) throws Exception {
        this.sql.update("INSERT INTO telemetry_record (time, seq, process, series, numbers)"
                + " SELECT timestamptz '" + NOW + "' + i * interval '1 microsecond', i, 1000, 1000, '{}'"
                + " FROM generate_series(1, 50001) i");
        List<TelemetryRecord> records = Records.random(1, 10);
        this.store.write(records.subList(0, 5), true);
        this.store.write(records.subList(5, 10), true);
        assertThat(rowsOf("telemetry_record_other")).isEqualTo(50_011);
        assertThat(log.getOut()).containsOnlyOnce("too many rows for those of " + day(NOW) + " to be moved");
        this.store.maintain();
        assertThat(partitions()).containsExactly(partition(NOW.plus(Duration.ofDays(1))));
    }

    @Test
    void aDayThatTakesTooLongToMoveStaysThereAndTheServerIsNotLeftAtIt() throws Exception {
        this.sql.execute("CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_sleep(300); RETURN NULL; END $$");
        this.sql.execute("CREATE TRIGGER linger BEFORE DELETE ON telemetry_record_other EXECUTE FUNCTION linger()");
        this.store.write(Records.random(1, 10), true);
        assertThat(rowsOf("telemetry_record_other")).isEqualTo(10);
        assertThat(partitions()).isEmpty();
        assertThat(rowsOf("pg_stat_activity WHERE wait_event = 'PgSleep'")).isZero();
    }

    private long rowsOf(String table) {
        return this.sql.queryForObject("SELECT count(*) FROM " + table, Long.class);
    }

    private List<String> partitions() {
        return this.sql.queryForList(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'telemetry_record'::regclass"
                        + " AND inhrelid <> 'telemetry_record_other'::regclass ORDER BY 1",
                String.class);
    }

    private static String partition(Instant time) {
        return "telemetry_record_" + DateTimeFormatter.BASIC_ISO_DATE.format(day(time));
    }

    private static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }
}
