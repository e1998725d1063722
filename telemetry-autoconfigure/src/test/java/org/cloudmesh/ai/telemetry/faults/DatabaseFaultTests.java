package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    private List<Path> corrupt() throws Exception {
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.filter((file) -> file.getFileName().toString().contains(".corrupt-"))
                    .toList();
        }
    }
}
