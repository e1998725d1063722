package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryAutoConfiguration;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryFleetAutoConfiguration;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
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
                Fleet.awaitThrough(telemetry, "jdbc");
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
            number = 31,
            injected = "PostgreSQL stopped while a node has nothing to send, then started",
            expected = "degraded all the while, and no longer than that")
    void anIdleNodeIsDegradedUntilItsServerIsBack() throws Exception {
        try (PostgresServer server = PostgresServer.begin()) {
            DataSource database = server.dataSource(server.newDatabase());
            try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
                telemetry.emit("n", 0);
                Fleet.awaitThrough(telemetry, "jdbc");
                server.stopNow();
                Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
                Awaitility.await()
                        .during(Duration.ofSeconds(3))
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> Fleet.status(telemetry, "jdbc").degraded() != null);
                server.start();
                Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() == null, "it works again");
            }
        }
    }

    @Test
    @FaultRow(
            number = 33,
            injected = "PostgreSQL frozen with SIGSTOP for 30 s (until it is noticed in the ordinary run)",
            expected = "emit, flush and the local file as ever; degraded; goes on afterwards")
    void aServerIsFrozen() throws Exception {
        try (PostgresServer server = PostgresServer.begin()) {
            DataSource database = server.dataSource(server.newDatabase());
            JdbcTemplate sql = new JdbcTemplate(database);
            try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
                telemetry.emit("n", 0);
                Fleet.await(() -> count(sql) == 1, "the first came");
                server.signal("STOP");
                long frozen = System.nanoTime();
                try {
                    for (int i = 1; i < 1000; i++) {
                        telemetry.emit("n", i);
                    }
                    assertThat(telemetry.flush(Duration.ofSeconds(10))).isTrue();
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
                    assertThat(Fleet.status(telemetry, "sqlite").written()).isEqualTo(1000);
                    long end = TimeUnit.SECONDS.toNanos(Faults.times(30, 0));
                    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> System.nanoTime() - frozen > end);
                    assertThat(Fleet.isExact(telemetry)).isTrue();
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
            sql.update("UPDATE telemetry_schema SET version = 4");
            sql.execute("ALTER TABLE elsewhere RENAME TO telemetry_record");
            Fleet.await(() -> count(sql) == 2, "the other record came");
        }
    }

    @Test
    @FaultRow(
            number = 32,
            injected = "a proxy that cuts the connection after the server has committed, before its answer: ten times "
                    + "(five in the ordinary run) under load",
            expected = "each record there once")
    void connectionsAreCutBetweenCommitAndAnswer(TestReporter reporter) throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        JdbcTemplate sql = new JdbcTemplate(server.dataSource(database));
        int cuts = Faults.times(10, 5);
        int records = 0;
        try (TcpProxy proxy = new TcpProxy(server.port());
                RecordingTelemetry telemetry = Fleet.start(
                        Fleet.builder(file()),
                        new DriverManagerDataSource(proxy.url(database), "telemetry", ""),
                        "pod-1")) {
            telemetry.emit("n", records++);
            Fleet.await(() -> count(sql) == 1, "the first came");
            proxy.cutAfterCommits(cuts);
            while (proxy.cutsLeft() > 0) {
                for (int i = 0; i < 500; i++) {
                    telemetry.emit("n", records++);
                }
                int before = proxy.cutsLeft();
                Fleet.await(() -> proxy.cutsLeft() < before, "a connection was cut");
            }
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(Fleet.status(telemetry, "jdbc").written()).isEqualTo(records);
            assertThat(Fleet.status(telemetry, "jdbc").forward().failed()).isGreaterThanOrEqualTo(cuts);
            assertThat(Fleet.isExact(telemetry)).isTrue();
        }
        assertOnce(sql, records);
        assertThat(sql.queryForObject("SELECT sum(records) FROM telemetry_process", Long.class))
                .isEqualTo(records);
        reporter.publishEntry("seen", "%d connections cut, %d records, each there once".formatted(cuts, records));
    }

    private static void assertOnce(JdbcTemplate sql, long records) {
        assertThat(count(sql)).isEqualTo(records);
        assertThat(sql.queryForObject("SELECT count(DISTINCT numbers[1]) FROM telemetry_record", Long.class))
                .isEqualTo(records);
    }

    @Test
    @FaultRow(
            number = 32,
            injected = "kill -9 of the server's process for the connection, in the midst of batches",
            expected = "each record there once")
    void theServersProcessIsKilledInTheMidstOfABatch(TestReporter reporter) throws Exception {
        int records = 0;
        int killed = 0;
        try (PostgresServer server = PostgresServer.begin()) {
            DataSource database = server.dataSource(server.newDatabase());
            JdbcTemplate sql = new JdbcTemplate(database);
            try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
                telemetry.emit("n", records++);
                Fleet.await(() -> count(sql) == 1, "the first came");
                for (int round = 0; round < Faults.times(10, 2); round++) {
                    for (int i = 0; i < 20_000; i++) {
                        telemetry.emit("n", records++);
                    }
                    Fleet.await(
                            () -> server.killBackends() > 0,
                            "the server had a process in the midst of something to be killed");
                    killed++;
                    server.awaitAnswer();
                }
                Fleet.awaitThrough(telemetry, "jdbc");
                assertThat(Fleet.status(telemetry, "jdbc").written()).isEqualTo(records);
                assertThat(Fleet.isExact(telemetry)).isTrue();
            }
            assertOnce(sql, records);
        }
        reporter.publishEntry("seen", "killed %d times, %d records, each there once".formatted(killed, records));
    }

    @Test
    @FaultRow(
            number = 33,
            injected = "another's lock on the tables for 20 s (1 s in the ordinary run) while an export begins",
            expected = "the export waits and is whole")
    void anExportOutlastsALock() throws Exception {
        PostgresServer server = PostgresServer.shared();
        DriverManagerDataSource database =
                new DriverManagerDataSource(server.url(server.newDatabase()), "telemetry", "");
        JdbcTemplate sql = new JdbcTemplate(database);
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
            telemetry.emit("n", 1);
            Fleet.await(() -> count(sql) == 1, "the record came");
            try (Connection other = database.getConnection();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("LOCK TABLE telemetry_record IN ACCESS EXCLUSIVE MODE");
                CompletableFuture<Integer> exported = CompletableFuture.supplyAsync(() -> {
                    List<TelemetryRecord> records = new ArrayList<>();
                    new TelemetryReader(telemetry.source()).forEach(RecordFilter.ALL, records::add, Deadline.none());
                    return records.size();
                });
                TimeUnit.SECONDS.sleep(Faults.times(20, 1));
                other.rollback();
                assertThat(exported.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            }
        }
    }

    @Test
    @FaultRow(
            number = 33,
            injected = "a proxy that holds each of PostgreSQL's answers back for 2 s (200 ms in the ordinary run)",
            expected = "emit, flush and the local file as ever; all arrives")
    void aServerIsSlow(TestReporter reporter) throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        JdbcTemplate sql = new JdbcTemplate(server.dataSource(database));
        long worst = 0;
        try (TcpProxy proxy = new TcpProxy(server.port());
                RecordingTelemetry telemetry = Fleet.start(
                        Fleet.builder(file()),
                        new DriverManagerDataSource(proxy.url(database), "telemetry", ""),
                        "pod-1")) {
            telemetry.emit("n", 0);
            Fleet.await(() -> count(sql) == 1, "the first came");
            // What is done once an hour takes dozens of answers.
            Fleet.await(
                    () -> sql.queryForObject(
                                    "SELECT count(*) FROM pg_class WHERE relname ~ '^telemetry_.*_[0-9]{8}$'"
                                            + " AND relkind = 'r'",
                                    Long.class)
                            >= 4,
                    "today and tomorrow have partitions");
            proxy.delay(Faults.times(2000, 200));
            for (int i = 1; i < 1000; i++) {
                long start = System.nanoTime();
                telemetry.emit("n", i);
                worst = Math.max(worst, System.nanoTime() - start);
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            assertThat(Fleet.status(telemetry, "sqlite").written()).isEqualTo(1000);
            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> count(sql) == 1000);
            assertThat(Fleet.isExact(telemetry)).isTrue();
            proxy.delay(0);
        }
        assertOnce(sql, 1000);
        reporter.publishEntry("seen", "the longest emit took %d us".formatted(TimeUnit.NANOSECONDS.toMicros(worst)));
    }

    @Test
    @FaultRow(
            number = 34,
            injected = "a wrong password, then a role without rights, then tables that someone else owns",
            expected = "degraded with what to do, nothing lost, heals when mended; with the rights that the document "
                    + "lists records are kept")
    void aRoleHasNoRights() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String name = server.newDatabase();
        JdbcTemplate admin = new JdbcTemplate(server.dataSource(name));
        String role = "writer_" + name;
        admin.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'right' IN ROLE " + server.passwordRole());
        // As it is from version 15 on.
        admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        DriverManagerDataSource database = new DriverManagerDataSource(server.url(name), role, "wrong");
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
            telemetry.emit("n", 0);
            Fleet.await(() -> reason(telemetry).contains("password authentication failed"), "the password is wrong");
            assertThat(reason(telemetry)).contains("Check telemetry.jdbc.username and password");
            assertThat(Fleet.isExact(telemetry)).isTrue();
            database.setPassword("right");
            Fleet.await(() -> reason(telemetry).contains("permission denied"), "there are no rights");
            assertThat(reason(telemetry)).contains("Grant the role what docs/fleet.md lists");
            admin.execute("GRANT CREATE ON SCHEMA public TO " + role);
            Fleet.awaitThrough(telemetry, "jdbc");
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() == null, "it works");
            assertThat(count(admin)).isEqualTo(1);
            admin.execute("ALTER TABLE telemetry_record OWNER TO telemetry");
            telemetry.emit("n", 1);
            Fleet.await(() -> reason(telemetry).contains("permission denied"), "the rights are gone");
            admin.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(Fleet.isExact(telemetry)).isTrue();
        }
        assertOnce(admin, 2);
    }

    @Test
    @FaultRow(
            number = 35,
            injected = "a tablespace of 24 MB on a tmpfs is full, then made larger",
            expected = "behind and degraded with the reason, caught up within 5 s after, 0 lost, 0 doubled")
    void theServersDiskIsFull(TestReporter reporter) throws Exception {
        Faults.needsRoot();
        try (PostgresServer server = PostgresServer.begin()) {
            Path disk = server.directory("disk");
            Faults.run("mount", "-t", "tmpfs", "-o", "size=24m,mode=0777", "tmpfs", disk.toString());
            try {
                JdbcTemplate admin = new JdbcTemplate(server.dataSource("postgres"));
                Path space = server.directory("disk/space");
                admin.execute("CREATE TABLESPACE small LOCATION '" + space + "'");
                admin.execute("CREATE DATABASE full_one TABLESPACE small");
                DataSource database = server.dataSource("full_one");
                JdbcTemplate sql = new JdbcTemplate(database);
                int records = 0;
                try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), database, "pod-1")) {
                    while (Fleet.status(telemetry, "jdbc").degraded() == null && records < 1_000_000) {
                        for (int i = 0; i < 1000; i++) {
                            telemetry.emit("n", records++);
                        }
                        assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
                        Fleet.await(
                                () -> Fleet.status(telemetry, "jdbc").degraded() != null
                                        || Fleet.status(telemetry, "jdbc")
                                                        .forward()
                                                        .behind()
                                                < 20_000,
                                "it is degraded, or not far behind");
                    }
                    assertThat(reason(telemetry)).contains("The disk of the database is full");
                    assertThat(Fleet.isExact(telemetry)).isTrue();
                    Faults.run("mount", "-o", "remount,size=400m", disk.toString());
                    long mended = System.nanoTime();
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() == null, "it works again");
                    long healed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - mended);
                    assertThat(healed).isLessThan(5000);
                    Fleet.awaitThrough(telemetry, "jdbc");
                    assertThat(Fleet.isExact(telemetry)).isTrue();
                    reporter.publishEntry("seen", "%d records, healed after %d ms".formatted(records, healed));
                }
                assertOnce(sql, records);
            } finally {
                server.stopNow();
                Faults.run("umount", "-l", disk.toString());
            }
        }
    }

    @Test
    @FaultRow(
            number = 33,
            injected = "a server that takes connections and never answers on them, then one that does; "
                    + "telemetry.jdbc.url",
            expected = "degraded within 5 s; goes on within 5 s after, though the old connection is never answered")
    void aServerTakesConnectionsAndSaysNothing(TestReporter reporter) throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        try (TcpProxy proxy = new TcpProxy(server.port())) {
            proxy.silent(true);
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            TelemetryAutoConfiguration.class, TelemetryFleetAutoConfiguration.class))
                    .withPropertyValues(
                            "telemetry.backend=jdbc",
                            "telemetry.context.enabled=false",
                            "telemetry.path=" + file(),
                            "telemetry.jdbc.url=" + proxy.url(database),
                            "telemetry.jdbc.username=telemetry")
                    .run((context) -> {
                        RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                        telemetry.emit("n", 0);
                        assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
                        Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
                        String reason = reason(telemetry);
                        Fleet.await(
                                () -> Fleet.status(telemetry, "jdbc").forward().failed() > 0, "an attempt failed");
                        proxy.silent(false);
                        long mended = System.nanoTime();
                        Fleet.awaitThrough(telemetry, "jdbc");
                        long healed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - mended);
                        assertThat(healed).isLessThan(Faults.times(6000, 15_000));
                        reporter.publishEntry("seen", "%s; went on %d ms after".formatted(reason, healed));
                    });
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
