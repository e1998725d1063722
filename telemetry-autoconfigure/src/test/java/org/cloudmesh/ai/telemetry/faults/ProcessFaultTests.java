package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ProcessFaultTests {

    private static final String[] WITHOUT_RIGHTS = {"setpriv", "--bounding-set=-all", "--inh-caps=-all"};

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 2,
            injected = "calls of fsync counted under strace",
            expected =
                    "a durable emit is acknowledged after an fsync; durability=full syncs plain emits; relaxed syncs "
                            + "within a second, idle or not, and not when nothing is dirty")
    void syncsAreMade(String backend, TestReporter reporter) throws Exception {
        Faults.needsLinux();
        Faults.needs("strace");
        Path trace = this.directory.resolve("trace");
        String full;
        try (Child child = traced(trace, "FULL").on(backend, this.directory.resolve("full"))) {
            child.ask("flush 10000", "flushed true");
            int before = syncs(trace);
            for (int i = 1; i <= 20; i++) {
                child.send("durable 1");
                child.awaitAcknowledgements(i);
                assertThat(syncs(trace)).isGreaterThanOrEqualTo(before + i);
            }
            int durable = syncs(trace) - before;
            before = syncs(trace);
            for (int i = 1; i <= 5; i++) {
                int expected = before + i;
                child.ask("plain 1", "emitted");
                await().until(() -> syncs(trace) >= expected);
            }
            full = durable + " syncs for 20 durable emits, " + (syncs(trace) - before) + " for 5 plain ones";
        }
        Path relaxed = this.directory.resolve("relaxed-trace");
        try (Child child = traced(relaxed, "RELAXED").on(backend, this.directory.resolve("relaxed"))) {
            child.ask("flush 10000", "flushed true");
            int before = syncs(relaxed);
            long start = System.nanoTime();
            child.ask("plain 1", "emitted");
            await().pollInterval(Duration.ofMillis(10)).until(() -> syncs(relaxed) > before);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertThat(millis).isLessThanOrEqualTo(Faults.SUITE ? 1000 : 5000);
            // Ends the commit, which may sync twice; nothing is dirty then.
            child.ask("flush 10000", "flushed true");
            int idle = syncs(relaxed);
            TimeUnit.MILLISECONDS.sleep(Faults.times(2500, 1300));
            assertThat(syncs(relaxed)).isEqualTo(idle);
            int beforeLoad = syncs(relaxed);
            int seconds = Faults.times(3, 1);
            child.ask("paced " + seconds * 1000, "p50");
            int underLoad = syncs(relaxed) - beforeLoad;
            assertThat(underLoad).isGreaterThanOrEqualTo(seconds);
            reporter.publishEntry(
                    "seen",
                    "full: %s; relaxed: one emit synced after %d ms, none while idle, %d syncs under load"
                            .formatted(full, millis, underLoad));
        }
    }

    private static Child.Start traced(Path trace, String durability, String... further) {
        return Child.start()
                .through("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-o", trace.toString())
                .through(further)
                .durability(durability);
    }

    private static int syncs(Path trace) throws Exception {
        int count = 0;
        for (String line : Files.readAllLines(trace)) {
            count += line.contains("sync(") ? 1 : 0;
        }
        return count;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 13,
            injected = "each fsync takes 200 ms more (strace), durability=full",
            expected = "emit's p99 as without")
    void aSlowDiskDoesNotSlowTheCaller(String backend, TestReporter reporter) throws Exception {
        Faults.needsLinux();
        Faults.needs("strace");
        int warm = Faults.times(1000, 300);
        int load = Faults.times(2000, 1000);
        String usual;
        try (Child child = traced(this.directory.resolve("t1"), "FULL").on(backend, this.directory.resolve("usual"))) {
            child.ask("paced " + warm, "p50");
            usual = child.ask("paced " + load, "p50");
        }
        String slow;
        try (Child child = traced(
                        this.directory.resolve("t2"), "FULL", "-e", "inject=fsync,fdatasync:delay_enter=200000")
                .on(backend, this.directory.resolve("slow"))) {
            child.ask("paced " + warm, "p50");
            slow = child.ask("paced " + load, "p50");
            assertThat(child.status().isExact()).isTrue();
            child.ask("flush 30000", "flushed true");
        }
        reporter.publishEntry("seen", "nanoseconds of emit: as usual %s; slow %s".formatted(usual, slow));
        assertThat(p99(slow)).isLessThan(Math.max(10 * p99(usual), 1_000_000));
    }

    private static long p99(String line) {
        return Long.parseLong(line.split(" ")[3]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 3,
            injected = "-Xmx64m and 300 records with two texts of 10 MB each",
            expected = "texts cut and counted, the queue bounded in bytes, no OutOfMemoryError, accounting exact")
    void aSmallHeapSuffices(String backend, TestReporter reporter) throws Exception {
        try (Child child = Child.start().option("-Xmx64m").on(backend, this.directory.resolve("telemetry"))) {
            child.ask("large 300", "emitted");
            Child.Status status = child.status();
            assertThat(status.isExact()).isTrue();
            assertThat(status.accepted()).isEqualTo(300);
            child.send("flush 30000");
            child.expect("flushed");
            status = child.status();
            assertThat(status.isExact()).isTrue();
            assertThat(status.queued()).isZero();
            assertThat(status.oversize()).isPositive();
            child.end();
            assertThat(child.log()).doesNotContain("OutOfMemoryError");
            reporter.publishEntry(
                    "seen",
                    "%d written, %s dropped, %d texts cut"
                            .formatted(status.written(), status.dropped(), status.oversize()));
        }
    }

    @ParameterizedTest
    @Timeout(600)
    @MethodSource("heaps")
    @FaultRow(
            number = 44,
            injected =
                    "a file with 500,000 statuses, or 500,000 sets of 20 metrics, and every question; a heap of 96 MB, "
                            + "and of 256 MB (in the ordinary run 150,000 and 48 MB, where 72 MB are too few)",
            expected = "an answer, or 503 before memory is taken")
    void aFileWithMoreSeriesThanTheHeapHoldsIsAskedWithoutHarm(String heap, TestReporter reporter) throws Exception {
        int series = Faults.times(500_000, 150_000);
        for (boolean statuses : new boolean[] {true, false}) {
            Path path = this.directory.resolve("wide-" + statuses + ".db");
            WideFile.fill(path, series, statuses);
            List<String> said = new ArrayList<>();
            try (Child child = Child.start().option(heap).main(WideFile.class, path.toString())) {
                for (String question :
                        List.of("status", "groups", "metrics", "names", "metric", "filtered", "page", "knows")) {
                    said.add(child.expect(question + " "));
                }
                child.end();
                assertThat(child.log()).doesNotContain("OutOfMemoryError");
            }
            assertThat(said)
                    .allMatch((line) ->
                            line.contains(" answered ") || line.contains(" TOO_LARGE ") || line.contains(" DEADLINE "));
            if (statuses) {
                assertThat(said.get(0)).doesNotContain(" answered ");
            }
            assertThat(said.get(6)).contains("answered 1000 ");
            reporter.publishEntry("seen", (statuses ? "statuses: " : "sets: ") + String.join(", ", said));
        }
    }

    private static List<String> heaps() {
        return Faults.SUITE ? List.of("-Xmx96m", "-Xmx256m") : List.of("-Xmx48m");
    }

    @Test
    @FaultRow(
            number = 21,
            injected = "-Xmx64m, SQLite, a meter registry, and records each with a metric and an event of its own: "
                    + "1,000,000 in the suite, 200,000 in the ordinary run",
            expected = "heap flat, meters capped, all records kept, names beyond 10,000 kept as attributes and counted")
    void aHostOfNamesFitsASmallHeap(TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        int names = Faults.times(1_000_000, 200_000);
        try (Child child =
                Child.start().option("-Xmx64m").main(NameFlood.class, path.toString(), Integer.toString(names))) {
            long[] heap = figures(child.expect("heap"));
            assertThat(figures(child.expect("records"))).containsOnly(names);
            assertThat(figures(child.expect("normalised"))).containsExactly(2L * (names - 10_000));
            long[] meters = figures(child.expect("meters"));
            child.end();
            assertThat(child.log()).doesNotContain("OutOfMemoryError").doesNotContain(" WARN ");
            assertThat(meters[0]).isBetween(1000L, 1010L);
            assertThat(meters[1]).isEqualTo(9_000);
            // Half of the names is more than may be known, and than the first large aggregates need: nothing may grow
            // from there on.
            assertThat(heap[1] - heap[0]).isLessThan(4 << 20);
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path)) {
                assertThat(number(connection, "SELECT count(*) FROM record")).isEqualTo(names);
                assertThat(number(connection, "SELECT count(*) FROM metric")).isEqualTo(10_000);
                assertThat(number(connection, "SELECT count(DISTINCT event) FROM kind"))
                        .isEqualTo(10_000);
                assertThat(
                                number(
                                        connection,
                                        "SELECT count(*) FROM telemetry WHERE json_extract(attributes, '$.further_event') "
                                                + "GLOB 'event-*' AND json_extract(attributes, '$.further_metrics') GLOB 'name-*=*'"))
                        .isEqualTo(names - 10_000);
            }
            reporter.publishEntry(
                    "seen",
                    "%,d names; heap after GC %.1f MB at half, %.1f MB at the end; %d meters, %d metrics skipped"
                            .formatted(names, heap[0] / 1e6, heap[1] / 1e6, meters[0], meters[1]));
        }
    }

    private static long[] figures(String line) {
        return Stream.of(line.split(" ")).skip(1).mapToLong(Long::parseLong).toArray();
    }

    private static int number(Connection connection, String sql) throws Exception {
        try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"sqlite, directory", "jsonl, directory", "sqlite, file", "jsonl, file"})
    @FaultRow(
            number = 5,
            injected = "a directory or file that may not be written, for a process without capabilities (setpriv)",
            expected = "starts, degraded within 5 s with path and reason, one WARN; goes on within 5 s after a chmod")
    void whatMayNotBeWrittenDegrades(String backend, String what, TestReporter reporter) throws Exception {
        Faults.needsRoot();
        Faults.needs("setpriv");
        Path data = Files.createDirectory(this.directory.resolve("data"));
        Path path = data.resolve("telemetry");
        if (what.equals("file")) {
            Kept.flushOnce(backend, path);
            Faults.run("chmod", "0400", path.toString());
        } else {
            Faults.run("chmod", "0500", data.toString());
        }
        try (Child child = Child.start().through(WITHOUT_RIGHTS).on(backend, path)) {
            child.ask("plain 10", "emitted");
            await().atMost(Duration.ofSeconds(5)).until(() -> child.status().isDegraded());
            Child.Status status = child.status();
            assertThat(status.degraded()).contains(path.toString());
            TimeUnit.MILLISECONDS.sleep(Faults.times(2000, 500));
            assertThat(child.status().isExact()).isTrue();
            Faults.run("chmod", "-R", "u+rwX", data.toString());
            long start = System.nanoTime();
            child.ask("flush 5000", "flushed true");
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertThat(child.status().isDegraded()).isFalse();
            assertThat(child.log().lines().filter((line) -> line.contains(" WARN ")))
                    .hasSize(1);
            reporter.publishEntry(
                    "seen",
                    status.degraded().replace(data + "/", "").replaceFirst("^\\S+ ", "") + "; healed " + millis
                            + " ms after chmod; 1 WARN");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sqlite, unlistable",
        "jsonl, unlistable",
        "text, unlistable",
        "sqlite, replaced",
        "jsonl, replaced",
        "text, replaced",
        "sqlite, too long",
        "jsonl, too long",
        "text, too long"
    })
    @FaultRow(
            number = 43,
            injected = "a directory that cannot be listed (mode 0300, without capabilities), one that is replaced by a "
                    + "file while running, a name that is too long",
            expected =
                    "starts; where the store cannot work, degraded within 5 s with the path, one WARN; figures answer; "
                            + "goes on within 5 s afterwards")
    void aDirectoryThatFailsDegrades(String backend, String what, TestReporter reporter) throws Exception {
        Faults.needsRoot();
        Faults.needs("setpriv");
        Path data = Files.createDirectory(this.directory.resolve("data"));
        Path away = this.directory.resolve("away");
        Path path = data.resolve(what.equals("too long") ? "n".repeat(300) : "telemetry");
        if (what.equals("unlistable")) {
            Faults.run("chmod", "0300", data.toString());
        }
        try (Child child = Child.start().through(WITHOUT_RIGHTS).on(backend, path)) {
            child.ask("plain 10", "emitted");
            if (what.equals("replaced")) {
                child.ask("flush 5000", "flushed true");
                Files.move(data, away);
                Files.writeString(data, "no directory");
                child.ask("plain 10", "emitted");
            }
            if (what.equals("unlistable") && !backend.equals("jsonl")) {
                // Only JSONL lists its directory.
                child.ask("flush 5000", "flushed true");
                assertThat(child.status().isDegraded()).isFalse();
                reporter.publishEntry("seen", "recorded");
                return;
            }
            await().atMost(Duration.ofSeconds(5)).until(() -> child.status().isDegraded());
            Child.Status status = child.status();
            assertThat(status.degraded()).contains(data.toString());
            TimeUnit.MILLISECONDS.sleep(Faults.times(3000, 1200));
            assertThat(child.status().isExact()).isTrue();
            if (what.equals("replaced")) {
                Files.delete(data);
                Files.move(away, data);
            } else {
                Faults.run("chmod", "0700", data.toString());
            }
            if (!what.equals("too long")) {
                child.ask("flush 5000", "flushed true");
                assertThat(child.status().isDegraded()).isFalse();
            }
            assertThat(child.log().lines().filter((line) -> line.contains(" WARN ")))
                    .hasSize(1);
            reporter.publishEntry(
                    "seen",
                    status.degraded()
                            .replace(this.directory + "/", "")
                            .replaceFirst("^\\S+ ", "")
                            .replaceAll("n{100,}", "n...n"));
        } finally {
            Faults.run("chmod", "0700", data.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 28,
            injected = "secrets in attributes (password, token, Authorization, api-key, ...) and in the environment",
            expected = "nothing of them in any file")
    void secretsAreNotKept(String backend, TestReporter reporter) throws Exception {
        Path data = Files.createDirectory(this.directory.resolve("data"));
        try (Child child = Child.start()
                .environment("AWS_SECRET_ACCESS_KEY", "planted-in-environment")
                .environment("MY_SETTING", "planted-in-environment")
                .option("-Demitter.context=true")
                .on(backend, data.resolve("telemetry"))) {
            child.ask("secret", "emitted");
            child.ask("flush 10000", "flushed true");
            child.end();
        }
        int files = 0;
        try (Stream<Path> all = Files.list(data)) {
            for (Path file : all.toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("planted");
                files++;
            }
        }
        reporter.publishEntry("seen", "nothing in " + files + " files");
    }

    @Test
    @FaultRow(
            number = 16,
            injected = "1,000 virtual threads on one carrier emit while the store is locked (JDK 21 or newer)",
            expected = "all end at once; accounting exact")
    void virtualThreadsDoNotWait(TestReporter reporter) throws Exception {
        Path java = newestJava();
        Assumptions.assumeTrue(java != null, "needs a JDK 21 or newer under /usr/lib/jvm");
        Path path = this.directory.resolve("telemetry.db");
        try (Child child = Child.start()
                .java(java)
                .option("-Djdk.virtualThreadScheduler.parallelism=1")
                .option("-Djdk.virtualThreadScheduler.maxPoolSize=1")
                .on("sqlite", path)) {
            child.ask("plain 1", "emitted");
            child.ask("flush 10000", "flushed true");
            String took;
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path)) {
                connection.createStatement().execute("BEGIN IMMEDIATE");
                took = child.ask("virtual 1000", "took");
                connection.createStatement().execute("COMMIT");
            }
            assertThat(Long.parseLong(took.split(" ")[1])).isLessThan(5000);
            child.ask("flush 10000", "flushed true");
            Child.Status status = child.status();
            assertThat(status.isExact()).isTrue();
            assertThat(status.written()).isEqualTo(10_001);
            reporter.publishEntry(
                    "seen",
                    "%s: 10,000 emits %s ms"
                            .formatted(java.getParent().getParent().getFileName(), took));
        }
    }

    private static Path newestJava() throws Exception {
        Path all = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(all)) {
            return null;
        }
        try (Stream<Path> homes = Files.list(all)) {
            List<Path> found = homes.filter((home) -> release(home) >= 21)
                    .map((home) -> home.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .toList();
            return found.isEmpty() ? null : found.get(0);
        }
    }

    private static int release(Path home) {
        try {
            String version = Files.readAllLines(home.resolve("release")).stream()
                    .filter((line) -> line.startsWith("JAVA_VERSION="))
                    .findFirst()
                    .orElse("");
            return Integer.parseInt(version.replaceFirst("JAVA_VERSION=\"(\\d+).*", "$1"));
        } catch (java.io.IOException | NumberFormatException ex) {
            return 0;
        }
    }
}
