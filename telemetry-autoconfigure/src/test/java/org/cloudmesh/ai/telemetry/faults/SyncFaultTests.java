package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** What a disk does that fails to sync. */
class SyncFaultTests {

    private static final Pattern WRITTEN = Pattern.compile("\\bp?write(?:64)?\\(.* = (\\d+)$");

    @TempDir
    private Path directory;

    @Test
    @FaultRow(
            number = 9,
            injected = "fsync fails (strace) after another process has appended to the JSONL file",
            expected = "nothing is written a second time, and the acknowledgement comes after a sync that succeeds")
    void aBatchThatIsInTheFileIsNotWrittenAgain(TestReporter reporter) throws Exception {
        Path trace = this.directory.resolve("trace");
        Path file = this.directory.resolve("telemetry.jsonl");
        int lines;
        try (Child child = failing(trace).on("jsonl", file)) {
            child.ask("flush 10000", "flushed true");
            for (int i = 1; i <= 6; i++) {
                int before = lines(file);
                child.send("durable 1");
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> lines(file) > before);
                Files.writeString(
                        file,
                        "{\"timestamp\": \"2026-11-25T00:00:00\", \"command\": \"other\", \"metrics\": {}}\n",
                        StandardOpenOption.APPEND);
                child.awaitAcknowledgements(i);
            }
            child.end();
            lines = lines(file);
        }
        assertThat(Files.readString(trace)).contains("EIO");
        assertThat(lines).isEqualTo(12);
        assertThat(Files.readAllLines(file))
                .filteredOn((line) -> line.startsWith("{\"id\""))
                .doesNotHaveDuplicates();
        reporter.publishEntry("seen", "6 acknowledged, 6 there, one sync failed");
    }

    @Test
    @FaultRow(
            number = 2,
            injected = "fsync of plain records fails (strace), JSONL",
            expected = "what was not on disk for sure is written anew before a later sync acknowledges it")
    void whatAFailedSyncLeavesInDoubtIsWrittenAgain(TestReporter reporter) throws Exception {
        Path trace = this.directory.resolve("trace");
        Path file = this.directory.resolve("telemetry.jsonl");
        try (Child child = failing(trace).on("jsonl", file)) {
            for (int i = 1; i <= 6; i++) {
                int expected = 100 * i;
                child.ask("plain 100", "emitted");
                await().pollInterval(Duration.ofMillis(1)).until(() -> lines(file) == expected);
                child.ask("flush 10000", "flushed true");
            }
            assertThat(child.status().isExact()).isTrue();
            child.end();
        }
        long before = 0;
        long again = 0;
        boolean failed = false;
        for (String line : Files.readAllLines(trace)) {
            if (!line.contains("telemetry.jsonl>")) {
                continue;
            }
            Matcher written = WRITTEN.matcher(line);
            if (written.find()) {
                if (failed) {
                    again += Long.parseLong(written.group(1));
                } else {
                    before += Long.parseLong(written.group(1));
                }
            } else if (line.contains("EIO")) {
                failed = true;
            } else if (line.contains("sync(") && failed) {
                break;
            } else if (line.contains("sync(")) {
                before = 0;
            }
        }
        assertThat(failed).isTrue();
        assertThat(before).isPositive();
        assertThat(again).isGreaterThanOrEqualTo(before);
        assertThat(lines(file)).isEqualTo(600);
        assertThat(Files.readAllLines(file)).doesNotHaveDuplicates();
        reporter.publishEntry("seen", "%,d bytes in doubt, %,d written anew".formatted(before, again));
    }

    /** The third sync of a thread fails, after a while. */
    private static Child.Start failing(Path trace) {
        Faults.needsLinux();
        Faults.needs("strace");
        return Child.start()
                .through("strace", "-f", "-y", "-qq", "--seccomp-bpf", "-o", trace.toString())
                .through("-e", "trace=fsync,fdatasync,write,pwrite64")
                .through("-e", "inject=fsync,fdatasync:error=EIO:delay_enter=300000:when=3");
    }

    private static int lines(Path file) throws Exception {
        if (Files.notExists(file)) {
            return 0;
        }
        return Files.readAllLines(file).size();
    }
}
