package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class StoreFaultTests {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 4,
            injected = "an 8 MB tmpfs is filled, then freed, under load",
            expected = "emit undisturbed; degraded within 5 s; the same process goes on within 5 s; no torn line; "
                    + "accounting exact")
    void aFullDiskIsSurvived(String backend, TestReporter reporter) throws Exception {
        Faults.needsRoot();
        Path disk = Files.createDirectory(this.directory.resolve("disk"));
        Faults.run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString());
        try (Recorder recorder = new Recorder(backend, disk.resolve("telemetry"))) {
            recorder.load(1000);
            await().until(() -> recorder.status().written() > 100);
            Path filler = disk.resolve("filler");
            fill(filler);
            String reason = recorder.awaitDegraded();
            TimeUnit.SECONDS.sleep(1);
            recorder.assertExact();
            Files.delete(filler);
            Duration healed = recorder.awaitHealed();
            recorder.endLoad();
            Kept.flush(recorder.telemetry);
            recorder.assertExact();
            recorder.close();
            Map<Long, Integer> numbers = Kept.numbers(backend, disk.resolve("telemetry"), "n");
            assertThat(numbers.values()).allMatch((count) -> count == 1);
            assertThat(numbers).hasSize((int) recorder.status().written());
            reporter.publishEntry(
                    "seen",
                    "%s; healed %d ms after; %d accepted, %d written, %d dropped"
                            .formatted(
                                    reason.replace(disk.toString(), ""),
                                    healed.toMillis(),
                                    recorder.status().accepted(),
                                    recorder.status().written(),
                                    recorder.lost()));
        } finally {
            Faults.run("umount", "-l", disk.toString());
        }
    }

    private static void fill(Path filler) throws Exception {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException ex) {
            assertThat(ex).hasMessageContaining("No space");
        }
    }

    @Test
    @FaultRow(
            number = 7,
            injected = "another process holds BEGIN EXCLUSIVE (60 s in the suite, 3 s in the ordinary run)",
            expected = "the queue absorbs, reads work, degraded within 5 s, goes on within 5 s after; nothing lost")
    void aLockedFileIsWaitedFor(TestReporter reporter) throws Exception {
        Faults.needs("sqlite3");
        Path path = this.directory.resolve("telemetry.db");
        int seconds = Faults.times(60, 3);
        try (Recorder recorder = new Recorder("sqlite", path)) {
            recorder.load(10);
            await().until(() -> recorder.status().written() > 100);
            Process holder = new ProcessBuilder("sqlite3", path.toString()).start();
            OutputStream in = holder.getOutputStream();
            in.write(".timeout 5000\nBEGIN EXCLUSIVE;\n.print locked\n".getBytes(StandardCharsets.UTF_8));
            in.flush();
            assertThat(holder.inputReader().readLine()).isEqualTo("locked");
            String reason = recorder.awaitDegraded();
            long before = recorder.count();
            TimeUnit.SECONDS.sleep(seconds);
            assertThat(recorder.count()).isEqualTo(before).isPositive();
            assertThat(recorder.status().queued()).isGreaterThan(seconds * 100L);
            in.close();
            holder.waitFor();
            Duration healed = recorder.awaitHealed();
            recorder.endLoad();
            Kept.flush(recorder.telemetry);
            recorder.assertExact();
            assertThat(recorder.lost()).isZero();
            recorder.close();
            Map<Long, Integer> numbers = Kept.numbers("sqlite", path, "n");
            Kept.assertExactlyOnce(numbers, List.of(new long[] {0, recorder.emitted() - 1}));
            reporter.publishEntry(
                    "seen",
                    "%d s held, %s; read %d meanwhile; healed %d ms after; %d of %d kept"
                            .formatted(
                                    seconds,
                                    reason.replace(path.toString(), "the file"),
                                    before,
                                    healed.toMillis(),
                                    numbers.size(),
                                    recorder.emitted()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sqlite, rm",
        "sqlite, mv",
        "sqlite, truncate",
        "sqlite, half",
        "jsonl, rm",
        "jsonl, mv",
        "jsonl, truncate",
        "jsonl, half"
    })
    @FaultRow(
            number = 8,
            injected = "the file is deleted, renamed, truncated to nothing, cut to half, under load",
            expected = "noticed within 1 s; what is emitted afterwards is kept, but for one batch at most; accounting "
                    + "exact")
    void aDisturbedFileIsNoticed(String backend, String disturbance, TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry");
        try (Recorder recorder = new Recorder(backend, path)) {
            recorder.load(10);
            await().until(() -> recorder.status().written() > 1000);
            long start = System.nanoTime();
            switch (disturbance) {
                case "rm" -> Files.delete(path);
                case "mv" -> Files.move(path, this.directory.resolve("moved"));
                default -> cut(path, disturbance.equals("half") ? Files.size(path) / 2 / 512 * 512 : 0);
            }
            long done = recorder.emitted();
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> Files.exists(path) && recorder.status().degraded() == null && recorder.answers());
            long noticed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            TimeUnit.MILLISECONDS.sleep(Faults.times(1500, 300));
            recorder.endLoad();
            recorder.telemetry.flush(Duration.ofSeconds(20));
            recorder.assertExact();
            assertThat(recorder.status().degraded()).isNull();
            recorder.close();
            Map<Long, Integer> numbers = Kept.numbers(backend, path, "n");
            assertThat(numbers.values()).allMatch((count) -> count == 1);
            long missing = 0;
            for (long number = done; number < recorder.emitted(); number++) {
                missing += numbers.containsKey(number) ? 0 : 1;
            }
            // A thousand records a second and a look at the queue each few milliseconds: a batch is a few records.
            assertThat(missing).isLessThanOrEqualTo(30);
            assertThat(noticed).isLessThan(Faults.SUITE ? 1500 : 5000);
            reporter.publishEntry(
                    "seen",
                    "working again after %d ms; %d of those emitted afterwards missing".formatted(noticed, missing));
        }
    }

    private static void cut(Path path, long length) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 9,
            injected = "two JVMs emit durably into one file",
            expected = "each acknowledged record of both is there once; no torn line; quick_check ok")
    void twoProcessesShareAFile(String backend, TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry");
        List<long[]> ofA;
        List<long[]> ofB;
        try (Child a = Child.start().metric("a", 0).on(backend, path);
                Child b = Child.start().metric("b", 0).on(backend, path)) {
            a.send("storm");
            b.send("storm");
            a.awaitAcknowledgements(100);
            b.awaitAcknowledgements(100);
            TimeUnit.SECONDS.sleep(Faults.times(20, 1));
            ofA = a.kill();
            ofB = b.kill();
        }
        if (backend.equals("jsonl")) {
            Kept.flushOnce(backend, path);
        }
        Map<String, Map<Long, Integer>> numbers = Kept.numbers(backend, path);
        Kept.assertExactlyOnce(numbers.get("a"), ofA);
        Kept.assertExactlyOnce(numbers.get("b"), ofB);
        Kept.assertAggregates(backend, path, "a", numbers.get("a"));
        reporter.publishEntry(
                "seen", "%d and %d acknowledged, 0 lost, 0 twice".formatted(Kept.count(ofA), Kept.count(ofB)));
    }
}
