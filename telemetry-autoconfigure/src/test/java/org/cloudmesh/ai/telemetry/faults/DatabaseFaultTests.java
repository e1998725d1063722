package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What endangers an SQLite file while it is in use. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DatabaseFaultTests {

    @TempDir
    private Path directory;

    @Test
    @FaultRow(
            number = 53,
            injected =
                    "two class loaders of one JVM, each with its own copy of SQLite's library, on one file; the second "
                            + "opens and closes it for a minute (2 s in the ordinary run)",
            expected =
                    "the second is degraded with the reason until the first closes; 0 lost of the first; quick_check "
                            + "ok; no crash")
    void aSecondClassLoaderIsKeptAway(TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        List<long[]> acknowledged;
        String reason;
        String rounds;
        try (Child child =
                Child.start().main(LoadedRecorder.class, path.toString(), Integer.toString(Faults.times(60, 2)))) {
            reason = child.expect("second");
            assertThat(child.expect("healed")).isEqualTo("healed true");
            rounds = child.expect("rounds");
            child.end();
            assertThat(child.process().exitValue()).isZero();
            assertThat(child.log().lines().filter((line) -> line.startsWith("second ")))
                    .allMatch((line) -> line.contains("another class loader"));
            assertThat(child.log()).contains(" {} true");
            acknowledged = child.acknowledged();
        }
        assertThat(reason).contains(path.toString()).contains("telemetry.path");
        Map<String, Map<Long, Integer>> numbers = Kept.numbers("sqlite", path);
        Kept.assertExactlyOnce(numbers.get("n"), acknowledged);
        assertThat(numbers.get("second")).as("what the second recorded at last").hasSize(10);
        assertThat(corrupt()).isEmpty();
        reporter.publishEntry(
                "seen",
                "%s; %d acknowledged, 0 lost; second: %s"
                        .formatted(rounds, Kept.count(acknowledged), reason.replace(this.directory + "/", "")));
    }

    @Test
    @FaultRow(
            number = 54,
            injected = "under load, dd into the middle of the file and its end cut off, twice",
            expected =
                    "moved aside once, what can be read of it brought back, each record once; the second time degraded "
                            + "with the reason, accounting exact")
    void whatCanBeReadOfADamagedFileIsBroughtBackOnce(TestReporter reporter) throws Exception {
        Faults.needsLinux();
        Path path = this.directory.resolve("telemetry.db");
        long before;
        long kept;
        String reason;
        try (Recorder recorder = new Recorder("sqlite", path).load(4_000)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(path) && Files.size(path) > 12_000_000);
            damageUntil(path, () -> corrupt().size() == 1);
            before = recorder.emitted();
            await().atMost(Duration.ofSeconds(60)).until(() -> recovered(path) > 0 && pending(path) == 0);
            recorder.awaitHealed();
            kept = recovered(path);
            assertThat(kept).isBetween(before / 4, before);
            long size = Files.size(path);
            assertThat(size).isPositive();
            damageUntil(path, () -> recorder.status().degraded() != null);
            reason = recorder.awaitDegraded();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> recorder.awaitDegraded().contains("another one was moved aside"));
            recorder.endLoad();
            recorder.assertExact();
        }
        assertThat(reason).contains(path.toString());
        assertThat(corrupt()).hasSize(1);
        reporter.publishEntry(
                "seen",
                "%d emitted before the file was moved aside, %d of them brought back; then: %s"
                        .formatted(before, kept, reason.replace(this.directory + "/", "")));
    }

    /**
     * Damages the file until that is met: a checkpoint right after it may write the cut part anew, and pages in the
     * cache are not read again.
     */
    private static void damageUntil(Path path, Callable<Boolean> met) {
        await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).until(() -> {
            damage(path);
            try {
                await().atMost(Duration.ofSeconds(5)).until(met);
                return true;
            } catch (ConditionTimeoutException ex) {
                return false;
            }
        });
    }

    private static void damage(Path path) throws Exception {
        // By other programs: closing a descriptor of the file in this process would drop SQLite's locks.
        Faults.run(
                "dd",
                "if=/dev/urandom",
                "of=" + path,
                "bs=8192",
                "seek=500",
                "count=20",
                "conv=notrunc",
                "status=none");
        Faults.run("truncate", "-s", Long.toString(Files.size(path) / 8192 * 7 / 10 * 8192), path.toString());
    }

    private static long recovered(Path path) throws Exception {
        return mark(path, "recovered:%");
    }

    private static long pending(Path path) throws Exception {
        return mark(path, "recovery:%");
    }

    private static long mark(Path path, String name) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT coalesce(sum(value), 0) FROM mark WHERE name LIKE '" + name + "'")) {
            return rows.getLong(1);
        } catch (SQLException ex) {
            return 0;
        }
    }

    @Test
    @FaultRow(
            number = 50,
            injected = "a temporary directory that is mounted noexec",
            expected =
                    "degraded; the reason names the library, org.sqlite.tmpdir and JSONL; stops at once; no library is "
                            + "left there each second")
    void aLibraryThatCannotBeLoadedIsNamed(TestReporter reporter) throws Exception {
        Faults.needsRoot();
        Path temporary = Files.createDirectory(this.directory.resolve("noexec"));
        Faults.run("mount", "-t", "tmpfs", "-o", "noexec,size=16m", "tmpfs", temporary.toString());
        try (Child child = Child.start()
                .option("-Djava.io.tmpdir=" + temporary)
                .on("sqlite", this.directory.resolve("telemetry.db"))) {
            child.ask("plain 10", "emitted");
            await().atMost(Duration.ofSeconds(5)).until(() -> child.status().isDegraded());
            TimeUnit.SECONDS.sleep(3);
            String reason = child.status().degraded();
            assertThat(reason)
                    .contains("native library")
                    .contains("org.sqlite.tmpdir")
                    .contains("jsonl")
                    .contains(temporary.toString());
            try (Stream<Path> files = Files.list(temporary)) {
                assertThat(files.filter((file) -> file.toString().endsWith(".so")))
                        .hasSizeLessThan(2);
            }
            long start = System.nanoTime();
            child.end();
            Duration stop = Duration.ofNanos(System.nanoTime() - start);
            assertThat(stop).isLessThan(Duration.ofSeconds(2));
            reporter.publishEntry("seen", "stopped in %d ms; %s".formatted(stop.toMillis(), reason));
        } finally {
            Faults.run("umount", temporary.toString());
        }
    }

    @Test
    @FaultRow(
            number = 47,
            injected = "SQLite 3.50.3 in two processes that write one file for a minute (3 s in the ordinary run)",
            expected =
                    "0 lost, none twice, quick_check ok, no automatic checkpoints, the log bounded; one WARN names the "
                            + "version and the property")
    void anOlderSqliteIsKeptFromItsFault(TestReporter reporter) throws Exception {
        Path driver = Path.of("target", "older-sqlite", "sqlite-jdbc.jar").toAbsolutePath();
        assertThat(driver).isRegularFile();
        Path path = this.directory.resolve("telemetry.db");
        List<long[]> first;
        List<long[]> second;
        long log = 0;
        try (Child one = Child.start().library(driver).metric("one", 0).on("sqlite", path);
                Child two = Child.start().library(driver).metric("two", 0).on("sqlite", path)) {
            one.send("storm");
            two.send("storm");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Faults.times(60, 3));
            while (System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(20);
                log = Math.max(
                        log, path.resolveSibling("telemetry.db-wal").toFile().length());
            }
            one.awaitAcknowledgements(10);
            two.awaitAcknowledgements(10);
            assertThat(one.log().lines().filter((line) -> line.contains("WAL-reset")))
                    .singleElement()
                    .asString()
                    .contains("SQLite 3.50.3 ")
                    .contains("sqlite-jdbc.version");
            first = one.kill();
            second = two.kill();
        }
        assertThat(log).isBetween(1L, 16_000_000L);
        Map<String, Map<Long, Integer>> numbers = Kept.numbers("sqlite", path);
        Kept.assertExactlyOnce(numbers.get("one"), first);
        Kept.assertExactlyOnce(numbers.get("two"), second);
        reporter.publishEntry(
                "seen",
                "%d and %d acknowledged, 0 lost; log at most %,d bytes"
                        .formatted(Kept.count(first), Kept.count(second), log));
    }

    private List<Path> corrupt() throws Exception {
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.filter((file) -> file.getFileName().toString().matches(".*\\.corrupt-[^-]*"))
                    .toList();
        }
    }
}
