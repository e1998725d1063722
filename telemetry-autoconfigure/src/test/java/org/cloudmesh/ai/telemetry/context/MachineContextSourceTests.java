package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.ContextSourceFactory;
import org.cloudmesh.ai.telemetry.NewThreads;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples the machine that runs the test. */
class MachineContextSourceTests {

    private final NewThreads newThreads = new NewThreads();

    @TempDir
    private Path directory;

    @Test
    void readsThisMachineInTheBackground() {
        try (MachineContextSource source = MachineContextSource.builder()
                .interval(Duration.ofMillis(100))
                .storeDirectory(this.directory.resolve("not/there/yet"))
                .constant("application", "demo")
                .build()) {
            assertThat(source.system()).isNull();
            source.start();
            await().atMost(Duration.ofSeconds(5)).until(() -> source.system() != null);
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                Map<String, Object> system = source.system();
                assertThat(system)
                        .containsEntry("application", "demo")
                        .containsEntry("os", System.getProperty("os.name"))
                        .containsEntry("gpu_present", false)
                        .containsEntry("gpus", List.of());
                assertThat(number(system, "cpu_percent")).isBetween(0.0, 100.0);
                assertThat(number(system, "process_cpu_percent")).isBetween(0.0, 100.0);
                assertThat(number(system, "cpu_count")).isPositive();
                assertThat(number(system, "host_memory_total")).isGreaterThan(100_000_000);
                assertThat(number(system, "memory_used")).isBetween(1.0, number(system, "memory_total"));
                assertThat(number(system, "process_memory")).isGreaterThan(10_000_000);
                assertThat(number(system, "heap_used")).isPositive();
                assertThat(number(system, "disk_free")).isBetween(1.0, number(system, "disk_total"));
                assertThat(Instant.parse((String) system.get("sampled_at")))
                        .isBetween(Instant.now().minusSeconds(10), Instant.now());
            });
        }
    }

    @Test
    void theSameMapServesUntilTheNextReadingAndKeepsItsOrder() {
        try (MachineContextSource source =
                MachineContextSource.builder().interval(Duration.ofMillis(100)).build()) {
            source.start();
            await().until(() -> source.system() != null);
            Map<String, Object> first = source.system();
            await().until(() -> source.system() != first);
            assertThat(List.copyOf(source.system().keySet())).isEqualTo(List.copyOf(first.keySet()));
            assertThat(new ArrayList<>(first.keySet()).subList(0, 4))
                    .containsExactly("sampled_at", "cpu", "cpu_count", "cpu_percent");
        }
    }

    @Test
    void constantsLeaveOutWhatBelongsToAMoment() {
        try (MachineContextSource source =
                MachineContextSource.builder().interval(Duration.ofMillis(100)).build()) {
            source.start();
            await().until(() -> source.constants() != null && source.constants().get("gpu_present") != null);
            assertThat(source.constants())
                    .containsEntry("cpu_percent", null)
                    .containsEntry("memory_used", null)
                    .containsEntry("sampled_at", null)
                    .containsEntry("arch", System.getProperty("os.arch"));
            assertThat(number(source.constants(), "memory_total")).isPositive();
        }
    }

    @Test
    void theServiceLoaderFindsTheFactoryAndSettingsAddConstants() {
        ContextSourceFactory factory =
                ServiceLoader.load(ContextSourceFactory.class).findFirst().orElseThrow();
        TelemetrySettings.Context settings =
                new TelemetrySettings.Context(true, Duration.ofSeconds(1), Map.of("application_version", "1.2"));
        try (ContextSource source = factory.create(settings, this.directory, Clock.systemUTC())) {
            source.start();
            await().until(() -> source.system() != null);
            assertThat(source.system()).containsEntry("application_version", "1.2");
            assertThat(source.constants()).containsEntry("application_version", "1.2");
            assertThat(source.user())
                    .containsEntry("name", System.getProperty("user.name"))
                    .containsEntry("pid", ProcessHandle.current().pid());
            assertThat((String) source.user().get("host")).isNotBlank();
        }
    }

    @Test
    void switchedOffItKnowsTheUserAloneAndStartsNothing() {
        ContextSource source = new MachineContextSourceFactory()
                .create(new TelemetrySettings.Context(false, Duration.ofSeconds(1)), null, Clock.systemUTC());
        source.start();
        assertThat(source.user()).containsKeys("name", "host", "pid");
        assertThat(source.system()).isNull();
        assertThat(threads()).isEmpty();
        source.close();
    }

    @Test
    void fiftyStartsAndStopsLeaveNoThread() {
        for (int i = 0; i < 50; i++) {
            MachineContextSource source = MachineContextSource.builder().build();
            source.start();
            source.close();
            source.close();
            source.start();
        }
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    private List<String> threads() {
        return this.newThreads.named("telemetry-sampler");
    }

    private static double number(Map<String, Object> map, String key) {
        assertThat(map.get(key)).as(key).isInstanceOf(Number.class);
        return ((Number) map.get(key)).doubleValue();
    }
}
