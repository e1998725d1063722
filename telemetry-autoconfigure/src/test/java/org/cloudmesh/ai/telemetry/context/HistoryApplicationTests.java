package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A web application that nobody asks for anything, killed and started again. Asked over HTTP, as a user would. */
@Timeout(300)
class HistoryApplicationTests {

    private static final String SAMPLES = "/actuator/telemetry/context?from=-1h";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 1,
            injected = "kill -9 of an idle application that keeps the machine's readings",
            expected = "each reading that was shown is there after the next start; no records")
    void whatAnIdleApplicationSawSurvivesItsKill(String backend) throws Exception {
        Path file = this.directory.resolve("telemetry." + backend);
        Map<String, String> environment =
                Map.of("TELEMETRY_CONTEXT_HISTORY", "200ms", "TELEMETRY_BACKEND", backend, "TELEMETRY_RUN", "first");
        List<String> before;
        try (ContextProcess application = ContextProcess.start(file, environment, List.of())) {
            // On a busy machine a reading takes long, and the sampler rests for twenty times as long.
            await().atMost(Duration.ofSeconds(120))
                    .untilAsserted(() -> assertThat(times(application, SAMPLES)).hasSizeGreaterThanOrEqualTo(10));
            before = times(application, SAMPLES);
            assertThat(before).isSorted().doesNotHaveDuplicates();
            assertThat(application.<Integer>json("/actuator/telemetry", "$.records"))
                    .isZero();
            assertThat(application.<Integer>json("/actuator/telemetry", "$.pipeline.accepted"))
                    .isZero();
            assertThat(application.get("/actuator/telemetry/export?format=ndjson"))
                    .isEmpty();
        }
        try (ContextProcess application = ContextProcess.start(
                file, Map.of("TELEMETRY_CONTEXT_HISTORY", "0", "TELEMETRY_BACKEND", backend), List.of())) {
            assertThat(times(application, SAMPLES)).containsAll(before);
            assertThat(times(application, SAMPLES + "&run=first")).containsAll(before);
            assertThat(times(application, SAMPLES + "&run=second")).isEmpty();
            assertThat(times(application, SAMPLES + "&limit=5")).hasSizeBetween(2, 5);
            assertThat(application.<Integer>json("/actuator/telemetry", "$.records"))
                    .isZero();
        }
    }

    private static List<String> times(ContextProcess application, String path) {
        return application.json(path, "$.samples[*].at");
    }
}
