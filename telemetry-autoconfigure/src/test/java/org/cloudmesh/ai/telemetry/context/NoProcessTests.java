package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Watches with strace which programs a JVM starts while it samples. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "strace belongs to Linux")
class NoProcessTests {

    /** Enough for each probe to be read twice. */
    private static final int READINGS = 2 * Probe.RARELY + 2;

    @TempDir
    private Path directory;

    @Test
    void noProgramIsStarted() throws Exception {
        Path log = this.directory.resolve("execve");
        Process process;
        try {
            process = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-qq",
                            "-e",
                            "trace=execve,execveat",
                            "-o",
                            log.toString(),
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Child.class.getName(),
                            this.directory.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException ex) {
            assumeTrue(false, "strace, which sees programs start, is not installed");
            return;
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains("exec"))
                .singleElement()
                .asString()
                .contains("bin/java");
    }

    /** Ends after some readings. */
    static final class Child {

        public static void main(String[] args) {
            try (MachineContextSource source = MachineContextSource.builder()
                    .interval(Duration.ofMillis(100))
                    .storeDirectory(Path.of(args[0]))
                    .build()) {
                source.start();
                Set<Object> seen = new HashSet<>();
                await().atMost(Duration.ofSeconds(40))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> {
                            if (source.system() != null) {
                                seen.add(source.system().get("sampled_at"));
                            }
                            return seen.size() >= READINGS;
                        });
            }
        }
    }
}
