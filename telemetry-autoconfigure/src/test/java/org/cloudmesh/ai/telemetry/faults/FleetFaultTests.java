package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/** A fleet's PostgreSQL that is stopped, frozen, refused and mended. */
class FleetFaultTests {

    @TempDir
    private Path directory;

    private Path file() {
        return this.directory.resolve("telemetry.db");
    }

    private static long count(JdbcTemplate sql) {
        boolean there = sql.queryForObject("SELECT to_regclass('telemetry_record') IS NOT NULL", Boolean.class);
        return there ? sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class) : 0;
    }

    @Test
    @FaultRow(
            number = 14,
            injected = "PostgreSQL stopped at once in the midst of batches, started again",
            expected = "each record there once")
    @FaultRow(
            number = 31,
            injected = "PostgreSQL stopped with -m immediate under load, then started",
            expected = "behind and degraded within 5 s, caught up after, 0 lost, 0 doubled")
    @FaultRow(
            number = 32,
            injected = "PostgreSQL stopped at once in the midst of batches",
            expected = "each record there once")
    void aServerIsStoppedAndStartedUnderLoad() throws Exception {
        try (PostgresServer server = PostgresServer.begin()) {
            DataSource database = server.dataSource(server.newDatabase());
            JdbcTemplate sql = new JdbcTemplate(database);
            int records = 0;
            try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
                telemetry.emit("n", records++);
                Fleet.await(() -> count(sql) == 1, "the first came");
                for (int round = 0; round < Faults.times(10, 2); round++) {
                    for (int i = 0; i < 20_000; i++) {
                        telemetry.emit("n", records++);
                    }
                    server.stopNow();
                    long stopped = System.nanoTime();
                    telemetry.emit("n", records++);
                    assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
                    assertThat(System.nanoTime() - stopped).isLessThan(TimeUnit.SECONDS.toNanos(Faults.SUITE ? 5 : 20));
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").forward().behind() > 0, "records are behind");
                    assertThat(Fleet.status(telemetry, "sqlite").degraded()).isNull();
                    assertThat(Fleet.isExact(telemetry)).isTrue();
                    server.start();
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() == null, "it works again");
                }
                Fleet.await(() -> Fleet.isThrough(telemetry, "jdbc"), "all was sent");
                assertThat(Fleet.status(telemetry, "jdbc").written()).isEqualTo(records);
                assertThat(Fleet.isExact(telemetry)).isTrue();
            }
            assertThat(count(sql)).isEqualTo(records);
            assertThat(sql.queryForObject("SELECT count(DISTINCT numbers[1]) FROM telemetry_record", Long.class))
                    .isEqualTo(records);
        }
    }

    @Test
    @FaultRow(
            number = 33,
            injected = "PostgreSQL frozen with SIGSTOP",
            expected = "emit, flush and the local file as ever; degraded; goes on afterwards")
    void aServerIsFrozen() throws Exception {
        try (PostgresServer server = PostgresServer.begin()) {
            DataSource database = server.dataSource(server.newDatabase());
            JdbcTemplate sql = new JdbcTemplate(database);
            try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
                telemetry.emit("n", 0);
                Fleet.await(() -> count(sql) == 1, "the first came");
                server.signal("STOP");
                try {
                    for (int i = 1; i < 1000; i++) {
                        telemetry.emit("n", i);
                    }
                    assertThat(telemetry.flush(Duration.ofSeconds(10))).isTrue();
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
                    assertThat(Fleet.status(telemetry, "sqlite").written()).isEqualTo(1000);
                } finally {
                    server.signal("CONT");
                }
                Fleet.await(() -> count(sql) == 1000, "the rest came");
            }
            assertThat(count(sql)).isEqualTo(1000);
        }
    }

    @Test
    @FaultRow(
            number = 34,
            injected = "no such database, a foreign table's version, then mended",
            expected = "degraded with what to do, nothing lost, heals")
    void aDatabaseIsWrongAndMended() throws Exception {
        PostgresServer server = PostgresServer.shared();
        JdbcTemplate admin = new JdbcTemplate(server.dataSource("postgres"));
        String name = "missing" + System.nanoTime();
        DriverManagerDataSource database = new DriverManagerDataSource(server.url(name), "telemetry", "");
        JdbcTemplate sql = new JdbcTemplate(database);
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
            telemetry.emit("n", 1);
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
            assertThat(reason(telemetry)).contains("does not exist", "Create the database");
            admin.execute("CREATE DATABASE " + name);
            Fleet.await(() -> count(sql) == 1, "the record came");
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() == null, "it works");
            sql.execute("ALTER TABLE telemetry_record RENAME TO elsewhere");
            telemetry.emit("n", 2);
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded again");
            assertThat(reason(telemetry)).contains("telemetry_record");
            sql.update("UPDATE telemetry_schema SET version = 99");
            Fleet.await(() -> reason(telemetry).contains("newer release"), "the version is told");
            sql.update("UPDATE telemetry_schema SET version = 2");
            sql.execute("ALTER TABLE elsewhere RENAME TO telemetry_record");
            Fleet.await(() -> count(sql) == 2, "the other record came");
        }
    }

    private static String reason(RecordingTelemetry telemetry) {
        StoreStatus.Degraded degraded = Fleet.status(telemetry, "jdbc").degraded();
        return degraded == null ? "" : degraded.reason();
    }

    @Test
    @FaultRow(
            number = 42,
            injected = "a transaction of the application rolls back while it emits",
            expected = "the record is there, the transaction is untouched")
    void theApplicationsTransactionRollsBack() throws Exception {
        PostgresServer server = PostgresServer.shared();
        DataSource database = new TransactionAwareDataSourceProxy(server.dataSource(server.newDatabase()));
        JdbcTemplate sql = new JdbcTemplate(database);
        sql.execute("CREATE TABLE book (title text)");
        TransactionTemplate transaction = new TransactionTemplate(
                new DataSourceTransactionManager(((TransactionAwareDataSourceProxy) database).getTargetDataSource()));
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
            transaction.executeWithoutResult((status) -> {
                sql.update("INSERT INTO book VALUES ('a')");
                telemetry.emit("n", 1);
                assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
                status.setRollbackOnly();
            });
            Fleet.await(() -> count(sql) == 1, "the record came");
        }
        assertThat(sql.queryForObject("SELECT count(*) FROM book", Long.class)).isZero();
    }
}
