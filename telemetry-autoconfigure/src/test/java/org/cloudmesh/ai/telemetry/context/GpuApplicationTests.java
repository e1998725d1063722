package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A web application on a machine with two cards, by a stand-in for the driver's library: one lacks a reading, the other
 * is lost midway. Asked over HTTP, as a user would.
 */
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "The stand-in is a Linux library")
class GpuApplicationTests {

    private static final String FIRST = "GPU-00000000-a";

    private static final String SECOND = "GPU-00000000-b";

    private static final String CONTEXT = "/actuator/telemetry/context";

    private static final String KNOWN = "[?(@.gpu_percent != null)]";

    private static final String LATENCY = "/actuator/telemetry/metrics/latency";

    @TempDir
    private Path directory;

    @Test
    void bothCardsAreInRecordsContextAndMetersAndOneIsLostMidway() throws Exception {
        Map<String, String> environment = new HashMap<>(NvmlStandIn.compileInto(this.directory));
        Path lost = this.directory.resolve("lost");
        environment.put("NVML_STAND_IN_LOST", lost.toString());
        environment.put("TELEMETRY_CONTEXT_HISTORY", "0");
        try (ContextProcess application =
                ContextProcess.start(this.directory.resolve("telemetry.db"), environment, List.of())) {
            // A reading that a busy machine's driver answers late has no figures: the next one counts.
            eventually(() -> assertWhole(application.json(CONTEXT, "$.present")));
            eventually(() -> assertWhole(recorded(application, 0.2)));
            eventually(() -> assertMeters(application));
            assertPrometheus(application.get("/actuator/prometheus"));

            Files.createFile(lost);
            eventually(() -> assertOneLost(application.json(CONTEXT, "$.present")));
            eventually(() -> assertOneLost(recorded(application, 0.9)));
            assertThat(application.<List<Map<String, Object>>>json(
                            "/actuator/telemetry/records", "$.records[*].system" + KNOWN))
                    .satisfiesExactly(GpuApplicationTests::assertOneLost, GpuApplicationTests::assertWhole);
            assertThat(application.<List<Map<String, Object>>>json(
                            CONTEXT + "?from=-1h", "$.samples[*].system" + KNOWN))
                    .satisfiesExactly(GpuApplicationTests::assertWhole, GpuApplicationTests::assertOneLost);
            assertThat(meter(application, "hw.gpu.utilization", SECOND)).isEqualTo("NaN");

            assertThat(application.<Integer>json(LATENCY + "?system=gpu_percent%3E90", "$.count"))
                    .isEqualTo(1);
            assertThat(application.<Double>json(LATENCY + "?system=gpu_percent%3E90", "$.avg"))
                    .isEqualTo(0.9);
            assertThat(application.<Integer>json(LATENCY + "?system=gpu_percent%3C%3D90", "$.count"))
                    .isEqualTo(1);
            assertThat(application.<Double>json(LATENCY + "?system=gpu_percent%3C%3D90", "$.avg"))
                    .isEqualTo(0.2);
            assertThat(application.end().lines().filter(line -> line.contains("graphics card cannot be read")))
                    .hasSize(1);
        }
    }

    @Test
    void aJobIsToldWhatTheCardsDidAndTheEnergyOfTheOneThatTellsItsPower() throws Exception {
        Map<String, String> environment = new HashMap<>(NvmlStandIn.compileInto(this.directory));
        environment.put("NVML_STAND_IN_LOST", this.directory.resolve("lost").toString());
        environment.put("TELEMETRY_CONTEXT_HISTORY", "100ms");
        try (ContextProcess application =
                ContextProcess.start(this.directory.resolve("telemetry.db"), environment, List.of())) {
            // Two seconds and more of readings with cards.
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(AssertionError.class)
                    .until(() -> {
                        List<String> times = application.json(CONTEXT, "$.samples[?(@.system.gpu_present == true)].at");
                        return times.size() > 1
                                && Duration.between(
                                                        Instant.parse(times.get(0)),
                                                        Instant.parse(times.get(times.size() - 1)))
                                                .toMillis()
                                        > 2_500;
                    });
            // One that met readings without figures is followed by another.
            eventually(() -> {
                application.get("/job/2");
                Map<String, Object> during =
                        application.json("/actuator/telemetry/records", "$.records[0].system.during");
                assertThat(during)
                        .containsEntry("gpu_percent_avg", 68.0)
                        .containsEntry("gpu_percent_max", 68.0)
                        .containsEntry("gpu_memory_used_max", 44023414784L);
                assertThat((Integer) during.get("readings")).isBetween(2, 21);
                // On a busy machine, readings may begin later or end earlier than the job.
                double seconds = ((Number) during.get("seconds")).doubleValue();
                assertThat(seconds).isBetween(0.5, 2.0);
                assertThat((Double) during.get("gpu_energy")).isEqualTo(62.5 * seconds, within(0.1));
            });
        }
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(assertion);
    }

    /** Records work that took that long, and returns the machine's state beside it. */
    private static Map<String, Object> recorded(ContextProcess application, double seconds) {
        application.get("/busy/" + seconds);
        return application.json("/actuator/telemetry/records", "$.records[0].system");
    }

    private static void assertWhole(Map<String, Object> system) {
        assertThat(system)
                .containsEntry("gpu_present", true)
                .containsEntry("gpu_model", "Stand-in A100")
                .containsEntry("gpu_percent", 68.0)
                .containsEntry("gpu_memory_total", 103079215104L)
                .containsEntry("gpu_memory_used", 44023414784L);
        assertThat(cards(system))
                .satisfiesExactly(
                        GpuApplicationTests::assertFirst,
                        card -> assertThat(card)
                                .containsEntry("index", 1)
                                .containsEntry("id", SECOND)
                                .containsEntry("model", "Stand-in T4")
                                .containsEntry("vendor", "NVIDIA")
                                .containsEntry("memory_total", 17179869184L)
                                .containsEntry("memory_used", 1073741824)
                                .containsEntry("percent", 40.0)
                                .containsEntry("temperature", 48.0)
                                .containsEntry("power", 62.5));
    }

    private static void assertOneLost(Map<String, Object> system) {
        assertThat(system)
                .containsEntry("gpu_percent", 96.0)
                .containsEntry("gpu_memory_total", 103079215104L)
                .containsEntry("gpu_memory_used", 42949672960L);
        assertThat(cards(system))
                .satisfiesExactly(
                        GpuApplicationTests::assertFirst,
                        card -> assertThat(card)
                                .containsEntry("id", SECOND)
                                .containsEntry("model", "Stand-in T4")
                                .containsEntry("memory_total", 17179869184L)
                                .containsEntry("memory_used", null)
                                .containsEntry("percent", null)
                                .containsEntry("temperature", null)
                                .containsEntry("power", null));
    }

    private static void assertFirst(Map<String, Object> card) {
        assertThat(card)
                .containsEntry("index", 0)
                .containsEntry("id", FIRST)
                .containsEntry("percent", 96.0)
                .containsEntry("temperature", 71.0)
                .containsEntry("power", null);
    }

    private static void assertMeters(ContextProcess application) {
        assertThat(meter(application, "hw.gpu.utilization", FIRST)).isEqualTo(0.96);
        assertThat(meter(application, "hw.gpu.utilization", SECOND)).isEqualTo(0.4);
        assertThat(meter(application, "hw.gpu.memory.usage", FIRST)).isEqualTo(42949672960.0);
        assertThat(meter(application, "hw.gpu.memory.limit", SECOND)).isEqualTo(17179869184.0);
        assertThat(meter(application, "hw.temperature", SECOND)).isEqualTo(48.0);
        assertThat(meter(application, "hw.power", SECOND)).isEqualTo(62.5);
        assertThat(meter(application, "hw.power", FIRST)).isEqualTo("NaN");
    }

    private static Object meter(ContextProcess application, String name, String card) {
        return application.json("/actuator/metrics/" + name + "?tag=hw.id:" + card, "$.measurements[0].value");
    }

    /** Each name has one type, and no series is there twice: neither ours nor Boot's. */
    private static void assertPrometheus(String scrape) {
        Set<String> types = new HashSet<>();
        Set<String> series = new HashSet<>();
        scrape.lines().forEach(line -> {
            if (line.startsWith("# TYPE ")) {
                assertThat(types.add(line.split(" ")[2])).as(line).isTrue();
            } else if (!line.startsWith("#")) {
                assertThat(series.add(line.substring(0, line.lastIndexOf(' '))))
                        .as(line)
                        .isTrue();
            }
        });
        assertThat(types)
                .contains(
                        "hw_gpu_utilization",
                        "hw_gpu_memory_usage_bytes",
                        "system_memory_usage_bytes",
                        "system_memory_limit_bytes",
                        "process_memory_usage_bytes",
                        "system_cpu_usage",
                        "process_cpu_usage",
                        "jvm_memory_used_bytes",
                        "disk_free_bytes")
                .doesNotContain("system_cpu_utilization", "process_cpu_utilization");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> cards(Map<String, Object> system) {
        return (List<Map<String, Object>>) system.get("gpus");
    }
}
