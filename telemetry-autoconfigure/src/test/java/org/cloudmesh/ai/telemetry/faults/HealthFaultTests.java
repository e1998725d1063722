package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** I4 as an operator sees it: over HTTP, in health and in a meter. */
@Timeout(180)
class HealthFaultTests {

    private static final String EXPECTED = "health DEGRADED with reason and since, and the meter 1, within 5 s; the "
            + "application's own health UP; both back within 5 s after";

    private static final String INJECTED = " under an application, asked at /actuator/health/telemetry";

    @TempDir
    private Path directory;

    private interface Action {

        void run() throws Exception;
    }

    @Test
    @FaultRow(number = 4, injected = "a full disk" + INJECTED, expected = EXPECTED)
    void aFullDiskShows(TestReporter reporter) throws Exception {
        Faults.needsRoot();
        Path disk = Files.createDirectory(this.directory.resolve("disk"));
        Faults.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString());
        Path filler = disk.resolve("filler");
        try (RecordingApplication application = new RecordingApplication("jsonl", disk.resolve("telemetry.jsonl"))) {
            application.telemetry().emit("n", 0);
            Kept.flush(application.telemetry());
            shows(application, () -> fill(filler), () -> Files.delete(filler), reporter);
        } finally {
            Faults.run("umount", "-l", disk.toString());
        }
    }

    private static void fill(Path filler) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            for (byte[] block = new byte[4096]; ; ) {
                out.write(block);
            }
        } catch (IOException ex) {
            assertThat(ex).hasMessageContaining("No space");
        }
    }

    @Test
    @FaultRow(number = 5, injected = "a directory as path" + INJECTED, expected = EXPECTED)
    void aDirectoryAsPathShows(TestReporter reporter) throws Exception {
        Path path = Files.createDirectory(this.directory.resolve("telemetry.db"));
        try (RecordingApplication application = new RecordingApplication("sqlite", path)) {
            shows(application, () -> {}, () -> Files.delete(path), reporter);
        }
    }

    @Test
    @FaultRow(number = 6, injected = "a text file as path" + INJECTED, expected = EXPECTED)
    void aForeignFileShows(TestReporter reporter) throws Exception {
        Path path = Files.writeString(this.directory.resolve("telemetry.db"), "my notes\n".repeat(1000));
        try (RecordingApplication application = new RecordingApplication("sqlite", path)) {
            shows(application, () -> {}, () -> Files.move(path, this.directory.resolve("notes")), reporter);
        }
        assertThat(this.directory.resolve("notes")).hasContent("my notes\n".repeat(1000));
    }

    @Test
    @FaultRow(number = 7, injected = "BEGIN EXCLUSIVE by another" + INJECTED, expected = EXPECTED)
    void aLockShows(TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        try (RecordingApplication application = new RecordingApplication("sqlite", path)) {
            application.telemetry().emit("n", 0);
            Kept.flush(application.telemetry());
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path)) {
                shows(
                        application,
                        () -> connection.createStatement().execute("BEGIN EXCLUSIVE"),
                        () -> connection.createStatement().execute("ROLLBACK"),
                        reporter);
            }
        }
    }

    private void shows(RecordingApplication application, Action fault, Action end, TestReporter reporter)
            throws Exception {
        Instant before = Instant.now();
        fault.run();
        application
                .telemetry()
                .record()
                .metric("n", 1)
                .message("x".repeat(10_000))
                .emit();
        long visible = awaitHealth(application, "DEGRADED");
        String body = application.get("health/telemetry").body();
        String reason = JsonPath.read(body, "$.details.reason");
        assertThat(reason).isNotBlank();
        assertThat(Instant.parse(JsonPath.read(body, "$.details.since")))
                .isBetween(before.minusSeconds(Faults.SUITE ? 5 : 30), Instant.now());
        assertThat(JsonPath.<Integer>read(body, "$.details.queued")).isPositive();
        assertThat(degraded(application)).isEqualTo(1);
        HttpResponse<String> overall = application.get("health");
        assertThat(overall.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<String>read(overall.body(), "$.status")).isEqualTo("UP");
        end.run();
        long healed = awaitHealth(application, "UP");
        assertThat(degraded(application)).isZero();
        Kept.flush(application.telemetry());
        reporter.publishEntry(
                "seen",
                "DEGRADED after %d ms, %s; UP %d ms after"
                        .formatted(visible, reason.replace(this.directory.toString(), ""), healed));
    }

    private static long awaitHealth(RecordingApplication application, String status) {
        long start = System.nanoTime();
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(Faults.SUITE ? 5 : 30))
                .until(() -> {
                    HttpResponse<String> answer = application.get("health/telemetry");
                    assertThat(answer.statusCode()).isEqualTo(200);
                    return JsonPath.<String>read(answer.body(), "$.status").equals(status);
                });
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static double degraded(RecordingApplication application) throws Exception {
        return JsonPath.<Double>read(
                application.get("metrics/telemetry.pipeline.degraded").body(), "$.measurements[0].value");
    }
}
