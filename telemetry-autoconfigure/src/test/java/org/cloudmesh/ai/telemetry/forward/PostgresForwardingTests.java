package org.cloudmesh.ai.telemetry.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.zaxxer.hikari.HikariDataSource;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.FleetNode;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Store and forward to a real PostgreSQL. */
class PostgresForwardingTests {

    @TempDir
    private Path directory;

    private HikariDataSource database;

    private JdbcTemplate sql;

    @BeforeEach
    void createDatabase() {
        this.database = PostgresServer.shared().newPool(8);
        this.sql = new JdbcTemplate(this.database);
    }

    @AfterEach
    void closePool() {
        this.database.close();
    }

    private Path file() {
        return this.directory.resolve("telemetry.db");
    }

    private long count() {
        boolean there = this.sql.queryForObject("SELECT to_regclass('telemetry_record') IS NOT NULL", Boolean.class);
        if (!there) {
            return 0;
        }
        return this.sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class);
    }

    @Test
    void sendsRecordsAsTheyWere() throws Exception {
        String id;
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()).run("r1"), this.database, "pod-1")) {
            telemetry
                    .record()
                    .event("inference")
                    .metric("latency", 0.1 + 0.2)
                    .metric("tokens", 512)
                    .attribute("model", "llama-3")
                    .message("warm \"x\" \\ \n é 😀")
                    .timestamp(Instant.parse("2026-11-24T22:20:00.123456Z"))
                    .status(Status.COMPLETED)
                    .emit();
            telemetry.event("nothing", null);
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Fleet.awaitThrough(telemetry, "jdbc");
            id = telemetry.origin().token() + "-000000000001";
            StoreStatus status = Fleet.status(telemetry, "jdbc");
            assertThat(status.written()).isEqualTo(2);
            assertThat(status.forward().sent()).isEqualTo(2);
            assertThat(status.degraded()).isNull();
            assertThat(Fleet.isExact(telemetry)).isTrue();
        }
        Map<String, Object> row = this.sql.queryForMap("SELECT * FROM telemetry WHERE event = 'inference'");
        assertThat(row.get("node")).isEqualTo("pod-1");
        assertThat(row.get("command")).isEqualTo("trainer");
        assertThat(row.get("run")).isEqualTo("r1");
        assertThat(row.get("status")).isEqualTo("completed");
        assertThat(row.get("id").toString()).startsWith(id.substring(0, id.length() - 1));
        assertThat(row.get("message")).isEqualTo("warm \"x\" \\ \n é 😀");
        assertThat(row.get("metrics").toString()).contains("0.30000000000000004", "\"tokens\": 512");
        assertThat(row.get("attributes").toString()).isEqualTo("{\"model\": \"llama-3\"}");
        assertThat(((java.sql.Timestamp) row.get("timestamp")).toInstant())
                .isEqualTo(Instant.parse("2026-11-24T22:20:00.123456Z"));
        assertThat(this.sql.queryForObject("SELECT sum(records) FROM telemetry_process", Long.class))
                .isEqualTo(2);
    }

    @Test
    void aTableThatTakesNoRecordCostsNone() {
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            telemetry.emit("loss", 0);
            Fleet.awaitThrough(telemetry, "jdbc");
        }
        this.sql.execute("ALTER TABLE telemetry_record ADD CONSTRAINT closed CHECK (process < 0) NOT VALID");
        // They are there before they are sent, so that they are sent together.
        try (Telemetry local =
                Telemetry.builder().backend("sqlite").path(file().toString()).build()) {
            for (int i = 1; i <= 100; i++) {
                local.emit("loss", i);
            }
        }
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            telemetry.emit("loss", 101);
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").forward().failed() > 0, "an attempt has failed");
            assertThat(Fleet.status(telemetry, "jdbc").degraded().reason())
                    .contains("no record is taken")
                    .contains("closed");
            this.sql.execute("ALTER TABLE telemetry_record DROP CONSTRAINT closed");
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(Fleet.status(telemetry, "jdbc").dropped()).isEmpty();
        }
        assertThat(count()).isEqualTo(102);
    }

    @Test
    void tablesThatAreMadeAnewHaveEachRecordUnderItsOwnNode() {
        try (RecordingTelemetry a = Fleet.start(Fleet.builder(this.directory.resolve("a.db")), this.database, "a");
                RecordingTelemetry b = Fleet.start(Fleet.builder(this.directory.resolve("b.db")), this.database, "b");
                RecordingTelemetry c = Fleet.start(Fleet.builder(this.directory.resolve("c.db")), this.database, "c")) {
            List<RecordingTelemetry> nodes = List.of(a, b, c);
            for (RecordingTelemetry node : nodes) {
                node.emit("before", 1);
                Fleet.awaitThrough(node, "jdbc");
            }
            this.sql.execute(this.sql.queryForObject(
                    "SELECT 'DROP TABLE ' || string_agg(relname, ', ') || ' CASCADE' FROM pg_class"
                            + " WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname LIKE 'telemetry%'",
                    String.class));
            for (RecordingTelemetry node : List.of(c, b, a)) {
                node.record()
                        .event("after")
                        .metric("of-" + node.origin().token(), 1)
                        .emit();
                Fleet.awaitThrough(node, "jdbc");
            }
            assertThat(this.sql.queryForList(
                            "SELECT node || ' ' || split_part(id, '-', 1) || ' ' || metrics FROM telemetry"
                                    + " WHERE event = 'after' ORDER BY node",
                            String.class))
                    .containsExactly(told("a", a), told("b", b), told("c", c));
            for (RecordingTelemetry node : nodes) {
                assertThat(node.source("jdbc")
                                .page(RecordFilter.ALL, null, 10, Deadline.none())
                                .records())
                        .extracting((record) ->
                                record.origin().token() + record.metrics().keySet())
                        .containsExactlyInAnyOrderElementsOf(nodes.stream()
                                .map((other) -> other.origin().token() + "[of-"
                                        + other.origin().token() + "]")
                                .toList());
            }
        }
    }

    private static String told(String node, RecordingTelemetry telemetry) {
        String token = telemetry.origin().token();
        return node + " " + token + " {\"of-" + token + "\": 1}";
    }

    @Test
    void processesOfOneFileAndDifferentNodesSendEachRecordOnce() {
        try (RecordingTelemetry one = Fleet.start(Fleet.builder(file()), this.database, "one");
                RecordingTelemetry other = Fleet.start(Fleet.builder(file()), this.database, "other")) {
            for (int i = 0; i < 50; i++) {
                one.emit("n", i);
                other.emit("n", i);
            }
            Fleet.awaitThrough(one, "jdbc");
            Fleet.awaitThrough(other, "jdbc");
            Fleet.await(() -> count() >= 100, "all are there");
            assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry", Long.class))
                    .isEqualTo(100);
            assertThat(this.sql.queryForObject("SELECT count(DISTINCT id) FROM telemetry", Long.class))
                    .isEqualTo(100);
            assertThat(this.sql.queryForObject("SELECT sum(records) FROM telemetry_process", Long.class))
                    .isEqualTo(100);
        }
    }

    @Test
    void sendsWhatAnotherProgramWroteAndWhatCameLate() throws Exception {
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            telemetry.emit("loss", 1);
            telemetry.flush(Duration.ofSeconds(30));
            Fleet.awaitThrough(telemetry, "jdbc");
            telemetry
                    .record()
                    .metric("loss", 2)
                    .timestamp(Instant.now().minus(Duration.ofDays(3)))
                    .emit();
            try (Connection python = DriverManager.getConnection("jdbc:sqlite:" + file());
                    Statement statement = python.createStatement()) {
                statement.execute("PRAGMA busy_timeout = 5000");
                statement.execute("INSERT INTO telemetry (timestamp, command, status, metrics, system, message)"
                        + " VALUES ('2026-01-02T03:04:05', 'python', 'completed', '{\"loss\": 3}', '{}', 'old')");
            }
            try (Telemetry other = Telemetry.builder()
                    .backend("sqlite")
                    .path(file().toString())
                    .command("other")
                    .build()) {
                other.emit("loss", 4);
                other.flush(Duration.ofSeconds(30));
            }
            Fleet.await(() -> count() == 4, "all four came");
        }
        assertThat(this.sql.queryForList("SELECT r.numbers[1] FROM telemetry_record r ORDER BY 1", Double.class))
                .containsExactly(1.0, 2.0, 3.0, 4.0);
    }

    @Test
    void sendsWhatIsLeftAtTheNextStart() throws Exception {
        DataSource nowhere = new org.springframework.jdbc.datasource.DriverManagerDataSource(
                "jdbc:postgresql://127.0.0.1:1/none", "nobody", "");
        try (RecordingTelemetry telemetry =
                Fleet.start(Fleet.builder(file()).closeTimeout(Duration.ofMillis(500)), nowhere, "pod-1")) {
            for (int i = 0; i < 5000; i++) {
                telemetry.emit("n", i);
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").forward().behind() == 5000, "5000 are behind");
            StoreStatus status = Fleet.status(telemetry, "jdbc");
            assertThat(status.queued()).isEqualTo(5000);
            assertThat(status.forward().failed()).isPositive();
            assertThat(status.forward().lag()).isPositive();
            assertThat(Fleet.status(telemetry, "sqlite").written()).isEqualTo(5000);
            assertThat(Fleet.isExact(telemetry)).isTrue();
        }
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            telemetry.emit("n", 5000);
            Fleet.await(() -> count() == 5001, "all came");
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(Fleet.status(telemetry, "jdbc").written()).isEqualTo(1);
            assertThat(Fleet.status(telemetry, "jdbc").forward().sent()).isEqualTo(5001);
        }
        assertThat(this.sql.queryForObject("SELECT count(DISTINCT numbers[1]) FROM telemetry_record", Long.class))
                .isEqualTo(5001);
    }

    @Test
    void sendsAtTheEnd() {
        RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1");
        for (int i = 0; i < 20_000; i++) {
            telemetry.emit("n", i);
        }
        telemetry.close();
        assertThat(count()).isEqualTo(20_000);
        assertThat(Fleet.status(telemetry, "jdbc").queued()).isZero();
        RecordingTelemetry next = Fleet.start(Fleet.builder(file()), this.database, "pod-1");
        next.emit("n", 20_000);
        next.close();
        assertThat(count()).isEqualTo(20_001);
        assertThat(Fleet.status(next, "jdbc").forward().sent()).isEqualTo(1);
    }

    @Test
    @FaultRow(
            number = 38,
            injected = "max-size 16 MB (4 MB in the ordinary run) reached while the server is away",
            expected = "the bound holds, what went unsent is counted exactly, the rest is sent later")
    void countsWhatRetentionTakesUnsent() throws Exception {
        DataSource nowhere = new org.springframework.jdbc.datasource.DriverManagerDataSource(
                "jdbc:postgresql://127.0.0.1:1/none", "nobody", "");
        long lost;
        int megabytes = Boolean.getBoolean("telemetry.faults") ? 16 : 4;
        int records = 15_000 * megabytes;
        try (RecordingTelemetry telemetry = Fleet.start(
                Fleet.builder(file())
                        .retention(new Retention(null, megabytes << 20))
                        .closeTimeout(Duration.ofMillis(500)),
                nowhere,
                "pod-1")) {
            for (int i = 0; i < records; i++) {
                telemetry.record().metric("n", i).message("m".repeat(100) + i).emit();
                if (i % 1000 == 0) {
                    assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
                }
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Fleet.await(
                    () -> Fleet.status(telemetry, "sqlite").bytes() < (megabytes << 20) + (megabytes << 18),
                    "the file is as small as it should be");
            assertThat(Fleet.isExact(telemetry)).isTrue();
            telemetry.close();
            lost = Fleet.status(telemetry, "jdbc").dropped().getOrDefault("not-forwarded", 0L);
            assertThat(lost).isPositive();
            assertThat(Fleet.status(telemetry, "jdbc").queued()).isEqualTo(records - lost);
            assertThat(Fleet.status(telemetry, "sqlite").dropped()).isEmpty();
        }
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            Fleet.await(() -> count() == records - lost, records - lost + " came, beside " + lost + " that were lost");
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(count()).isEqualTo(records - lost);
        }
    }

    @Test
    @FaultRow(
            number = 38,
            injected = "the same where the server goes away with batches read and not acknowledged",
            expected = "what went unsent is counted exactly, the rest is sent later")
    void countsWhatRetentionTakesOfBatchesOnTheirWay() throws Exception {
        AtomicBoolean away = new AtomicBoolean();
        DataSource leaving = new DelegatingDataSource(this.database) {
            @Override
            public Connection getConnection() throws SQLException {
                if (away.get()) {
                    throw new SQLTransientConnectionException("The server is away");
                }
                return super.getConnection();
            }
        };
        int records = 60_000;
        long lost;
        try (RecordingTelemetry telemetry = Fleet.start(
                Fleet.builder(file()).retention(new Retention(null, 4 << 20)).closeTimeout(Duration.ofMillis(500)),
                leaving,
                "pod-1")) {
            telemetry.emit("first", 1);
            Fleet.awaitThrough(telemetry, "jdbc");
            away.set(true);
            for (int i = 0; i < records; i++) {
                telemetry.record().metric("n", i).message("m".repeat(100) + i).emit();
                if (i % 1000 == 0) {
                    assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
                }
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").dropped().containsKey("not-forwarded"), "some are lost");
            assertThat(Fleet.isExact(telemetry)).isTrue();
            telemetry.close();
            lost = Fleet.status(telemetry, "jdbc").dropped().get("not-forwarded");
            assertThat(Fleet.status(telemetry, "jdbc").queued()).isEqualTo(records - lost);
        }
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            Fleet.await(() -> count() == 1 + records - lost, "all came but " + lost + " that were lost");
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(count()).isEqualTo(1 + records - lost);
        }
    }

    @Test
    @FaultRow(
            number = 36,
            injected = "eight nodes begin at once on an empty database",
            expected = "one schema, all records of all there once")
    void manyNodesBeginAtOnce() throws Exception {
        List<RecordingTelemetry> nodes = new java.util.ArrayList<>();
        for (int node = 0; node < 8; node++) {
            nodes.add(Fleet.start(
                    Fleet.builder(this.directory.resolve("node-" + node + ".db")), this.database, "pod-" + node));
        }
        for (int i = 0; i < 2000; i++) {
            for (RecordingTelemetry node : nodes) {
                node.emit("n", i);
            }
        }
        nodes.forEach(RecordingTelemetry::close);
        assertThat(count()).isEqualTo(16_000);
        assertThat(this.sql.queryForList(
                        "SELECT node || ':' || count(*) FROM telemetry GROUP BY node ORDER BY 1", String.class))
                .hasSize(8)
                .allMatch((node) -> node.endsWith(":2000"));
        assertThat(this.sql.queryForList("SELECT version FROM telemetry_schema", Integer.class))
                .containsExactly(4);
        assertThat(this.sql.queryForList("SELECT accepted FROM telemetry_process", Long.class))
                .containsOnly(2000L);
    }

    @Test
    @FaultRow(
            number = 39,
            injected = "telemetry.jdbc.max-age of 5 days at a node whose clock is a century ahead",
            expected = "only days go that are older by the server's clock; what is dated far ahead is kept apart")
    void dropsDaysThatAreTooOldByTheServersClock() {
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            for (int days : List.of(10, 6, 4, 0)) {
                telemetry
                        .record()
                        .metric("age", days)
                        .timestamp(Instant.now().minus(Duration.ofDays(days)))
                        .emit();
            }
            Fleet.await(() -> count() == 4, "all came");
        }
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofDays(36_525));
        try (RecordingTelemetry telemetry = Fleet.start(
                Fleet.builder(this.directory.resolve("other.db")).clock(ahead),
                this.database,
                "pod-2",
                Duration.ofDays(5))) {
            telemetry.emit("age", -36_525);
            Fleet.await(() -> partitions().size() == 3, "old days were dropped, and tomorrow's was made");
            Fleet.awaitThrough(telemetry, "jdbc");
        }
        assertThat(this.sql.queryForList("SELECT numbers[1] FROM telemetry_record ORDER BY 1", Double.class))
                .containsExactly(-36_525.0, 0.0, 4.0);
        assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry_record_other", Long.class))
                .isEqualTo(1);
    }

    private List<String> partitions() {
        return this.sql.queryForList(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                        + " WHERE i.inhparent = 'telemetry_record'::regclass AND c.relname !~ 'other' ORDER BY 1",
                String.class);
    }

    @Test
    void sendsTracesWhoseIdsAreLongerThanAnIndexTakes() {
        String trace = new Random(3)
                .ints(8_000, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            telemetry.record().metric("n", 1).attribute("trace_id", trace).emit();
            telemetry.record().metric("n", 2).attribute("trace_id", trace + "1").emit();
            telemetry.record().metric("n", 3).attribute("trace_id", "short").emit();
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(Fleet.status(telemetry, "jdbc").dropped()).isEmpty();
            for (String one : List.of(trace, "short")) {
                assertThat(telemetry
                                .source()
                                .page(RecordFilter.builder().trace(one).build(), null, 10, Deadline.none())
                                .records())
                        .singleElement()
                        .satisfies((record) -> assertThat(record.attributes()).containsEntry("trace_id", one));
            }
        }
    }

    @Test
    void keepsNodesOfOneNameApart() {
        try (RecordingTelemetry one = Fleet.start(Fleet.builder(file()).run("r1"), this.database, "pod-1");
                RecordingTelemetry two = Fleet.start(
                        Fleet.builder(this.directory.resolve("other.db")).run("r1"), this.database, "pod-1")) {
            for (int i = 0; i < 100; i++) {
                one.emit("n", i);
                two.emit("n", i);
            }
            Fleet.await(() -> count() == 200, "all came");
            assertThat(one.source().nodes(Deadline.none()))
                    .extracting(FleetNode::node, FleetNode::records)
                    .containsExactly(tuple("pod-1", 100L), tuple("pod-1", 100L));
            assertThat(one.source().metric("n", RecordFilter.ALL, Dimension.of(Dimension.Kind.NODE), Deadline.none()))
                    .containsOnlyKeys("pod-1");
        }
    }

    @Test
    void movesAnExistingFile() throws Exception {
        try (InputStream python = getClass().getResourceAsStream("/python-original/telemetry.db")) {
            Files.copy(python, file());
        }
        try (Telemetry before = Telemetry.builder()
                .backend("sqlite")
                .path(file().toString())
                .command("before")
                .build()) {
            before.record()
                    .metric("loss", 1)
                    .timestamp(Instant.parse("2019-01-02T03:04:05Z"))
                    .emit();
            before.emit("loss", 2);
            assertThat(before.flush(Duration.ofSeconds(30))).isTrue();
        }
        try (RecordingTelemetry telemetry = Fleet.start(Fleet.builder(file()), this.database, "pod-1")) {
            telemetry.emit("loss", 3);
            Fleet.await(() -> count() == 25, "22 records of the Python module came, and three of ours");
            Fleet.awaitThrough(telemetry, "jdbc");
            for (RecordSource source : List.of(telemetry.source("jdbc"), telemetry.source("sqlite"))) {
                assertThat(source.page(RecordFilter.ALL, null, 100, Deadline.none())
                                .records())
                        .hasSize(25)
                        .extracting(TelemetryRecord::timestampMicros)
                        .last()
                        .isEqualTo(Instant.parse("2019-01-02T03:04:05Z").getEpochSecond() * 1_000_000);
            }
        }
    }
}
