package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.store.sqlite.OlderFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file of an earlier schema, whose index takes a while to make. */
@Timeout(600)
class MigrationFaultTests {

    private static final int RECORDS = 5000;

    private static final int KINDS = 30_000;

    @TempDir
    private Path directory;

    private Path first;

    private int present;

    @BeforeEach
    void begin() throws Exception {
        this.first = this.directory.resolve("first.db");
        try (Telemetry telemetry = Kept.open("sqlite", this.first)) {
            for (int i = 0; i < RECORDS; i++) {
                telemetry.emit("n", i);
            }
            Kept.flush(telemetry);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + this.first);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < "
                    + KINDS + ") INSERT INTO kind (process, status, event, shape)"
                    + " SELECT 1, 'recorded', hex(randomblob(400)), 1 FROM many");
            this.present = number(this.first, "PRAGMA user_version");
        }
        OlderFile.make(this.first, 1);
    }

    @Test
    @FaultRow(
            number = 1,
            injected = "kill -9 in the midst of a schema migration",
            expected = "the file opens, is migrated, has all records; quick_check ok")
    void aKillInAMigrationLosesNothing(TestReporter reporter) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int kills = Faults.times(12, 2);
        int before = 0;
        for (int kill = 0; kill < kills; kill++) {
            Path path = Files.copy(this.first, this.directory.resolve("killed-" + kill));
            Path log = Path.of(path + "-wal");
            try (Child child =
                    Child.start().option("-Djava.io.tmpdir=" + this.directory).on("sqlite", path)) {
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> Files.exists(log) && Files.size(log) > 0);
                TimeUnit.MICROSECONDS.sleep(random.nextInt(150_000));
                child.kill();
            }
            int version = number(path, "PRAGMA user_version");
            assertThat(version).as("seed %d, kill %d", seed, kill).isIn(1, this.present);
            before += version == 1 ? 1 : 0;
            assertWhole(path, 0);
        }
        reporter.publishEntry(
                "seen",
                "%d kills, %d of them before the commit; all %d records there each time, seed %d"
                        .formatted(kills, before, RECORDS, seed));
    }

    @Test
    @FaultRow(
            number = 9,
            injected = "two JVMs open a file of the earlier schema at once and record",
            expected =
                    "migrated once; each acknowledged record of both is there once; nothing but the lock is complained of")
    void twoProcessesMigrateOnce(TestReporter reporter) throws Exception {
        List<CompletableFuture<String>> both = List.of(record("a", 1_000_000), record("b", 2_000_000));
        for (CompletableFuture<String> one : both) {
            assertThat(one.get(60, TimeUnit.SECONDS).lines().filter((line) -> line.contains(" WARN ")))
                    .allMatch((line) -> line.contains("SQLITE_BUSY"));
        }
        assertWhole(this.first, 200);
        Map<String, Map<Long, Integer>> numbers = Kept.numbers("sqlite", this.first);
        Kept.assertExactlyOnce(numbers.get("a"), List.of(new long[] {1_000_000, 1_000_099}));
        Kept.assertExactlyOnce(numbers.get("b"), List.of(new long[] {2_000_000, 2_000_099}));
        reporter.publishEntry("seen", "100 and 100 acknowledged, all there once, with the 5,000 of before");
    }

    private CompletableFuture<String> record(String metric, long number) {
        return CompletableFuture.supplyAsync(() -> {
            try (Child child = Child.start().metric(metric, number).on("sqlite", this.first)) {
                child.send("durable 100");
                child.awaitAcknowledgements(100);
                child.end();
                return child.log();
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
    }

    private void assertWhole(Path path, int further) throws Exception {
        Kept.flushOnce("sqlite", path);
        assertThat(number(path, "PRAGMA user_version")).isEqualTo(this.present);
        assertThat(number(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'kind_group'"))
                .isEqualTo(1);
        assertThat(number(path, "SELECT count(*) FROM record")).isEqualTo(RECORDS + further);
        assertThat(number(path, "SELECT count(*) FROM kind")).isGreaterThan(KINDS);
        Map<Long, Integer> numbers = Kept.numbers("sqlite", path, "n");
        assertThat(numbers).hasSize(RECORDS);
        Kept.assertExactlyOnce(numbers, List.of(new long[] {0, RECORDS - 1}));
        Kept.assertAggregates("sqlite", path, "n", numbers);
    }

    private static int number(Path path, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
