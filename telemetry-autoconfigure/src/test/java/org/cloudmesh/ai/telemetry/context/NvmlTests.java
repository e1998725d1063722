package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Reads NVIDIA cards in a JVM of its own, whose loader finds a stand-in for the driver's library. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "The stand-in is a Linux library")
class NvmlTests {

    private static final String LOST = "NVML_STAND_IN_LOST";

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    private static Path directory;

    private static List<String> output;

    @BeforeAll
    static void readInAnotherJvm() throws Exception {
        Map<String, String> environment = new HashMap<>(NvmlStandIn.compileInto(directory));
        environment.put(LOST, directory.resolve("lost").toString());
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("> ") || line.contains("WARN"))
                .toList();
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void bothCardsAreReadAndAMissingReadingIsNull() {
        assertThat(output)
                .contains(
                        "> present=true, model=Stand-in A100, percent=68.0, total=103079215104, used=44023414784",
                        "> {index=0, id=GPU-00000000-a, model=Stand-in A100, vendor=NVIDIA, memory_total=85899345920,"
                                + " memory_used=42949672960, percent=96.0, temperature=71.0, power=null}",
                        "> {index=1, id=GPU-00000000-b, model=Stand-in T4, vendor=NVIDIA, memory_total=17179869184,"
                                + " memory_used=1073741824, percent=40.0, temperature=48.0, power=62.5}");
    }

    @Test
    void aCardThatIsLostMidwayStaysListedAndLeavesTheOtherIntact() {
        assertThat(output)
                .endsWith(
                        "> present=true, model=Stand-in A100, percent=96.0, total=103079215104, used=42949672960",
                        "> {index=0, id=GPU-00000000-a, model=Stand-in A100, vendor=NVIDIA, memory_total=85899345920,"
                                + " memory_used=42949672960, percent=96.0, temperature=71.0, power=null}",
                        "> {index=1, id=GPU-00000000-b, model=Stand-in T4, vendor=NVIDIA, memory_total=17179869184,"
                                + " memory_used=null, percent=null, temperature=null, power=null}");
        assertThat(output)
                .filteredOn(line -> line.contains("WARN"))
                .singleElement()
                .asString()
                .contains("Stand-in T4", "NVML error 15");
    }

    /** Prints a reading of both cards, and one after the second was lost. */
    static final class Child {

        public static void main(String[] args) throws Exception {
            try (MachineContextSource source = MachineContextSource.builder()
                    .interval(Duration.ofMillis(100))
                    .build()) {
                source.start();
                print(await(source, 68.0));
                Files.createFile(Path.of(System.getenv(LOST)));
                print(await(source, 96.0));
            }
        }

        private static Map<String, Object> await(MachineContextSource source, double percent) throws Exception {
            Map<String, Object> system = source.system();
            while (system == null || !Double.valueOf(percent).equals(system.get("gpu_percent"))) {
                TimeUnit.MILLISECONDS.sleep(5);
                system = source.system();
            }
            return system;
        }

        private static void print(Map<String, Object> system) {
            System.out.printf(
                    "> present=%s, model=%s, percent=%s, total=%s, used=%s%n",
                    system.get("gpu_present"),
                    system.get("gpu_model"),
                    system.get("gpu_percent"),
                    system.get("gpu_memory_total"),
                    system.get("gpu_memory_used"));
            ((List<?>) system.get("gpus")).forEach(card -> System.out.println("> " + card));
        }
    }
}
