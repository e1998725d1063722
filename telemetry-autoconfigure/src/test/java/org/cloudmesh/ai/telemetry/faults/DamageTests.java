package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DamageTests {

    private static final int RECORDS = 5000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"middle overwritten", "cut to half", "cut to its header", "header kept, rest zeroed"})
    @FaultRow(
            number = 6,
            injected = "an SQLite file of ours is overwritten or cut while nobody has it open",
            expected = "moved aside as <name>.corrupt-<instant>, a new one begun, recording goes on")
    void ourDamagedDatabaseIsPutAside(String damage, TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        fill("sqlite", path);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long size = file.length();
            switch (damage) {
                case "middle overwritten" -> overwrite(file, size / 3, (int) (size / 3), (byte) 0x5a);
                case "cut to half" -> file.setLength(size / 2);
                case "cut to its header" -> file.setLength(100);
                default -> overwrite(file, 100, (int) size - 100, (byte) 0);
            }
        }
        byte[] damaged = Files.readAllBytes(path);
        try (Recorder recorder = new Recorder("sqlite", path)) {
            recorder.telemetry.emit("n", 1);
            Kept.flush(recorder.telemetry);
            assertThat(recorder.status().degraded()).isNull();
            assertThat(recorder.count()).isEqualTo(1);
        }
        List<Path> aside = named(".corrupt-");
        assertThat(aside).hasSize(1);
        assertThat(Files.readAllBytes(aside.get(0))).isEqualTo(damaged);
        reporter.publishEntry("seen", "moved aside, byte for byte; a new file holds the new record");
    }

    @Test
    @FaultRow(
            number = 6,
            injected = "the Python original's SQLite file, cut",
            expected = "moved aside as <name>.corrupt-<instant>, a new one begun")
    void pythonsDamagedDatabaseIsPutAside() throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        try (InputStream sample = getClass().getResourceAsStream("/python-original/telemetry.db")) {
            Files.copy(sample, path);
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        try (Recorder recorder = new Recorder("sqlite", path)) {
            recorder.telemetry.emit("n", 1);
            Kept.flush(recorder.telemetry);
        }
        assertThat(named(".corrupt-")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"sqlite, text", "jsonl, text", "sqlite, database", "jsonl, database", "sqlite, zeros", "jsonl, zeros"})
    @FaultRow(
            number = 6,
            injected = "a text file, another program's database, a file of zeros as path",
            expected =
                    "refused with a message that names it; untouched to the byte; the application starts, degraded, and "
                            + "closes without waiting; accounting exact")
    void whatIsNotOursIsLeftAlone(String backend, String kind, TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("precious");
        switch (kind) {
            case "text" -> Files.writeString(path, "my notes\n".repeat(1000));
            case "zeros" -> Files.write(path, new byte[10_000]);
            default -> {
                try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path)) {
                    connection.createStatement().executeUpdate("CREATE TABLE customer (name TEXT)");
                    connection.createStatement().executeUpdate("INSERT INTO customer VALUES ('a')");
                }
            }
        }
        byte[] before = Files.readAllBytes(path);
        String reason;
        try (Recorder recorder = new Recorder(backend, path)) {
            for (int i = 0; i < 100; i++) {
                recorder.telemetry.emit("n", i);
            }
            reason = recorder.awaitDegraded();
            recorder.assertExact();
            assertThat(reason).contains(path.toString());
            // Nothing would come of waiting for the two seconds that a close may take.
            long start = System.nanoTime();
            recorder.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            recorder.assertExact();
            assertThat(recorder.status().dropped()).containsExactly(Map.entry("shutdown", 100L));
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        assertThat(named(".corrupt-")).isEmpty();
        reporter.publishEntry("seen", reason.replace(this.directory.toString() + "/", ""));
    }

    @Test
    @FaultRow(
            number = 6,
            injected = "the middle of a JSONL file is overwritten",
            expected = "the damaged lines are skipped, the others read, recording goes on")
    void damagedLinesAreSkipped(TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        fill("jsonl", path);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            overwrite(file, file.length() / 2, 2000, (byte) 0);
        }
        try (Recorder recorder = new Recorder("jsonl", path)) {
            recorder.telemetry.emit("n", 1);
            Kept.flush(recorder.telemetry);
            long count = recorder.count();
            assertThat(count).isBetween(RECORDS - 50L, RECORDS - 1L);
            reporter.publishEntry("seen", "%d of %d read, and the new one".formatted(count - 1, RECORDS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 29,
            injected = "umask 022; a symbolic link as path",
            expected = "each file has mode 0600; a link is refused and its target untouched")
    void filesAreTheOwnersAlone(String backend, TestReporter reporter) throws Exception {
        Faults.needsLinux();
        Path data = Files.createDirectory(this.directory.resolve("data"));
        StringBuilder names = new StringBuilder();
        try (Child child = Child.start()
                .through("sh", "-c", "umask 022; exec \"$0\" \"$@\"")
                .on(backend, data.resolve("telemetry"))) {
            child.send("durable 10");
            child.awaitAcknowledgements(10);
            try (Stream<Path> files = Files.list(data)) {
                for (Path file : files.sorted().toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo("rw-------");
                    names.append(file.getFileName()).append(' ');
                }
            }
        }
        Path target = Files.writeString(this.directory.resolve("target"), "");
        Path link = Files.createSymbolicLink(this.directory.resolve("link"), target);
        try (Recorder recorder = new Recorder(backend, link)) {
            recorder.telemetry.emit("n", 1);
            assertThat(recorder.awaitDegraded()).contains("symbolic link");
        }
        assertThat(target).isEmptyFile();
        reporter.publishEntry("seen", "0600: " + names.toString().strip() + "; link refused");
    }

    private static void fill(String backend, Path path) {
        try (Recorder recorder = new Recorder(backend, path)) {
            for (int i = 0; i < RECORDS; i++) {
                recorder.telemetry
                        .record()
                        .metric("n", i)
                        .message("message number " + i)
                        .emit();
            }
            Kept.flush(recorder.telemetry);
        }
    }

    private static void overwrite(RandomAccessFile file, long from, int length, byte value) throws Exception {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        file.seek(from);
        file.write(bytes);
    }

    private List<Path> named(String part) throws Exception {
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.filter((file) -> file.getFileName().toString().matches(".*" + Pattern.quote(part) + "[^-]*"))
                    .toList();
        }
    }
}
