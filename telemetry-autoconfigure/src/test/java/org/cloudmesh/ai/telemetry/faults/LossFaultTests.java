package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that are lost although they need not be: at the end of a process, and where callers are willing to wait. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LossFaultTests {

    // What the documents promise, in milliseconds, of a plain emit that a crash of the process follows.
    private static final long WINDOW = 50;

    private static final long COLD_WINDOW = 2_000;

    private static final int SIDE_BY_SIDE = 10;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"sqlite, true", "sqlite, false", "jsonl, true", "jsonl, false"})
    @FaultRow(
            number = 51,
            injected =
                    "Runtime.halt after 100 plain emits, at a cold start and after 6 s of idling (1.5 s in the ordinary "
                            + "run): at once, and after the documented window (longer in the ordinary run)",
            expected = "none is lost once the window has passed")
    void aCrashCostsNoMoreThanTheWindow(String backend, boolean cold, TestReporter reporter) throws Exception {
        int halts = Faults.times(100, 1);
        long idle = cold ? 0 : Faults.times(6_000, 1_500);
        long window = cold ? COLD_WINDOW * Faults.times(1, 5) : WINDOW * Faults.times(1, 40);
        int atOnce = kept(backend, "at-once", halts, idle, 0).stream()
                .mapToInt(Integer::intValue)
                .sum();
        assertThat(kept(backend, "window", halts, idle, window))
                .as("kept of each halt after %d ms", window)
                .containsOnly(Halting.BURST);
        reporter.publishEntry(
                "seen",
                "%d halts %d ms after the last emit: 0 of %d lost; %d halts at once: %d of %d lost"
                        .formatted(
                                halts,
                                window,
                                halts * Halting.BURST,
                                halts,
                                halts * Halting.BURST - atOnce,
                                halts * Halting.BURST));
    }

    /**
     * Returns how many records of each process were kept. Processes idle side by side, but each emits and halts while
     * no other does anything.
     */
    private List<Integer> kept(String backend, String name, int halts, long idle, long wait) throws Exception {
        int sideBySide = idle > 0 ? SIDE_BY_SIDE : 1;
        ExecutorService starters = Executors.newFixedThreadPool(sideBySide);
        try {
            List<Integer> kept = new ArrayList<>();
            while (kept.size() < halts) {
                List<Future<Child>> starting = new ArrayList<>();
                int first = kept.size();
                for (int halt = first; halt < Math.min(halts, first + sideBySide); halt++) {
                    String path = path(name + "-" + halt).toString();
                    starting.add(starters.submit(() -> Child.start()
                            .main(Halting.class, backend, path, Long.toString(idle), Long.toString(wait))));
                }
                List<Child> children = new ArrayList<>();
                for (Future<Child> child : starting) {
                    children.add(child.get());
                }
                for (Child child : children) {
                    if (idle > 0) {
                        child.send("go");
                    }
                    child.process().waitFor();
                    child.close();
                }
                for (int halt = first; halt < first + children.size(); halt++) {
                    Path path = path(name + "-" + halt);
                    Kept.flushOnce(backend, path);
                    kept.add(Kept.numbers(backend, path, "n").size());
                }
            }
            return kept;
        } finally {
            starters.shutdownNow();
        }
    }

    private Path path(String name) {
        return this.directory.resolve(name).resolve("telemetry");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(number = 48, injected = "System.exit in a bean method after 10,000 emits", expected = "all kept")
    void whatWasEmittedBeforeAnExitInAConstructorIsKept(String backend) throws Exception {
        Path path = this.directory.resolve("telemetry");
        try (Child child = Child.start().main(Ending.class, "constructor", backend, path.toString())) {
            child.process().waitFor();
            assertThat(child.process().exitValue()).isEqualTo(3);
        }
        assertThat(Kept.numbers(backend, path, "n")).hasSize(10_000);
    }

    @Test
    @FaultRow(
            number = 48,
            injected = "100 emits 300 ms after the shutdown hooks of a Spring application began",
            expected = "counted as shutdown, one line in its output")
    void whatIsEmittedLateInAShutdownIsCountedAndSaid() throws Exception {
        Path path = this.directory.resolve("telemetry");
        try (Child child = Child.start().main(Ending.class, "hook", "sqlite", path.toString())) {
            assertThat(child.expect("dropped")).isEqualTo("dropped 100");
            child.end();
            await().until(() -> child.log().contains("Telemetry is closed"));
            assertThat(child.log().lines().filter((line) -> line.contains("Telemetry is closed")))
                    .hasSize(1);
        }
        assertThat(Kept.numbers("sqlite", path)).containsKey("early").doesNotContainKey("late");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 44,
            injected =
                    "a status, an event and an attribute key of its own and a random choice of 20 metrics in each record, "
                            + "-Xmx96m: 500,000 in the suite, 50,000 in the ordinary run",
            expected = "all records kept, each dimension bounded, the overflow counted")
    void identifiersInEveryDimensionFitASmallHeap(String backend, TestReporter reporter) throws Exception {
        int records = Faults.times(500_000, 50_000);
        Path path = this.directory.resolve("telemetry");
        String normalised;
        try (Child child = Child.start()
                .option("-Xmx96m")
                .main(DimensionFlood.class, backend, path.toString(), Integer.toString(records))) {
            assertThat(child.expect("written")).isEqualTo("written " + records + " " + records);
            normalised = child.expect("normalised");
            child.end();
            assertThat(child.log()).doesNotContain("OutOfMemoryError");
        }
        long names = (records - 995L) + (records - 10_000L) + (records - 1_000L);
        assertThat(normalised).contains("too-many-names=" + names).contains("too-many-sets=");
        if (backend.equals("sqlite")) {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                    Statement statement = connection.createStatement()) {
                assertThat(number(statement, "SELECT count(DISTINCT status) FROM kind"))
                        .isEqualTo(996);
                assertThat(number(statement, "SELECT count(DISTINCT event) FROM kind"))
                        .isEqualTo(10_000);
                assertThat(number(statement, "SELECT count(*) FROM shape")).isBetween(1_000L, 1_020L);
            }
        }
        reporter.publishEntry("seen", "%d records, %s".formatted(records, normalised));
    }

    private static long number(Statement statement, String sql) throws Exception {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    @FaultRow(
            number = 52,
            injected = "SQLite locked for 3 s beside JSONL, when-full=block, 400,000 emits",
            expected = "none lost in either")
    void aLockOnOneOfTwoBackendsCostsNothingWhereCallersWait(TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        int records = 400_000;
        TelemetrySettings.Queue defaults = TelemetrySettings.Queue.defaults();
        try (Telemetry telemetry = Telemetry.builder()
                .backend("sqlite", "jsonl")
                .path(path.toString())
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .queue(new TelemetrySettings.Queue(
                        defaults.capacity(), defaults.maxBytes(), WhenFull.BLOCK, defaults.blockTimeout()))
                .build()) {
            telemetry.emit("warm", 0);
            assertThat(telemetry.flush(Duration.ofSeconds(20))).isTrue();
            CompletableFuture<Void> emitter;
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                    Statement statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                emitter = CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < records; i++) {
                        telemetry.emit("n", i);
                    }
                });
                TimeUnit.SECONDS.sleep(3);
                statement.execute("ROLLBACK");
            }
            emitter.get(60, TimeUnit.SECONDS);
            PipelineView view = (PipelineView) telemetry;
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> view.stores().stream().allMatch((status) -> status.queued() == 0));
            assertThat(view.stores()).allSatisfy((status) -> {
                assertThat(status.dropped()).isEmpty();
                assertThat(status.written()).isEqualTo(records + 1);
            });
        }
        Map<Long, Integer> sqlite = Kept.numbers("sqlite", path, "n");
        Map<Long, Integer> jsonl = Kept.numbers("jsonl", this.directory.resolve("telemetry.jsonl"), "n");
        assertThat(sqlite).hasSize(records);
        assertThat(jsonl).hasSize(records);
        reporter.publishEntry("seen", "%d in SQLite, %d in JSONL, 0 lost".formatted(sqlite.size(), jsonl.size()));
    }
}
