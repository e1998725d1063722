package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.junit.jupiter.api.Test;
import org.springframework.util.ClassUtils;

/** Samples in a JVM that has neither OSHI nor JNA. */
class WithoutOshiTests {

    @Test
    void theJdkGivesWhatItKnowsAndWhatIsMissingIsSaid() throws Exception {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("oshi") && !entry.contains("jna"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        classPath,
                        Child.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(output)
                .contains("> oshi false", "> known true, user true")
                .doesNotContain("WARN", "NoClassDefFoundError");
    }

    /** Prints whether the main fields are there. */
    static final class Child {

        public static void main(String[] args) throws InterruptedException {
            MachineContextSourceFactory factory = new MachineContextSourceFactory();
            System.out.println("> oshi " + ClassUtils.isPresent("oshi.SystemInfo", null));
            CountDownLatch read = new CountDownLatch(1);
            try (ContextSource source = factory.create(
                    new TelemetrySettings.Context(true, Duration.ofMillis(100)), null, Clock.systemUTC())) {
                source.onConstantsChange(read::countDown);
                source.start();
                boolean known = read.await(10, TimeUnit.SECONDS)
                        && Stream.of("memory_total", "memory_used", "cpu_count", "heap_used", "jvm")
                                .allMatch(field -> source.system().get(field) != null);
                System.out.println(
                        "> known " + known + ", user " + (source.user().get("host") != null));
            }
        }
    }
}
