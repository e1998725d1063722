package org.cloudmesh.ai.telemetry.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.cloudmesh.ai.telemetry.ai.PriceTable;
import org.cloudmesh.ai.telemetry.ai.TelemetryObservationHandler;
import org.junit.jupiter.api.Test;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/** Two hundred calls at once on two providers, every second one streamed: none mixes with another. */
class ManyCallsTests {

    private static final int CALLS = 200;

    private static final int AT_ONCE = 32;

    private static final Pattern NUMBER = Pattern.compile("call-(\\d+)-");

    @Test
    void eachCallHasItsOwnFigures() throws Exception {
        CapturingStore store = new CapturingStore();
        ObservationRegistry observations = ObservationRegistry.create();
        ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE);
        try (Telemetry telemetry = store.recorder();
                OpenAiServer openAi = new OpenAiServer();
                AnthropicServer anthropic = new AnthropicServer()) {
            AiRecorder recorder =
                    new AiRecorder(telemetry, PriceTable.EMPTY, new TelemetryContextContributors(List.of()), null);
            observations
                    .observationConfig()
                    .observationHandler(new TelemetryObservationHandler(
                            recorder, new ObservationSelection(Set.of("gen_ai"), Set.of())));
            openAi.always(ManyCallsTests::reply);
            anthropic.always(ManyCallsTests::reply);
            List<ChatModel> models = List.of(
                    OpenAiChatModel.builder()
                            .options(OpenAiChatOptions.builder()
                                    .baseUrl(openAi.url())
                                    .apiKey("key")
                                    .model("asked")
                                    .build())
                            .observationRegistry(observations)
                            .build(),
                    AnthropicChatModel.builder()
                            .options(AnthropicChatOptions.builder()
                                    .baseUrl(anthropic.url())
                                    .apiKey("key")
                                    .model("asked")
                                    .build())
                            .observationRegistry(observations)
                            .build());
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                int number = i;
                calls.add(callers.submit(() -> {
                    ChatModel model = models.get(number % 2);
                    String prompt = "call-" + number + "-";
                    if (number % 4 < 2) {
                        model.call(prompt);
                    } else {
                        model.stream(prompt).blockLast(Duration.ofSeconds(60));
                    }
                }));
            }
            for (Future<?> call : calls) {
                call.get(60, TimeUnit.SECONDS);
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> store.records(telemetry).size() == CALLS);
            assertRecords(store.records(telemetry), "openai", openAi);
            assertRecords(store.records(telemetry), "anthropic", anthropic);
            assertThat(recorder.inFlight().count()).isZero();
        } finally {
            callers.shutdownNow();
        }
    }

    private static void assertRecords(List<TelemetryRecord> records, String provider, ProviderServer server) {
        Map<String, TelemetryRecord> byId = records.stream()
                .filter((record) -> provider.equals(record.attributes().get("gen_ai.provider.name")))
                .collect(Collectors.toMap(
                        (record) -> record.attributes().get("gen_ai.response.id"), (record) -> record));
        assertThat(server.requests()).hasSize(CALLS / 2).allSatisfy((request) -> {
            TelemetryRecord record = byId.get(request.answeredAs());
            int number = number(request);
            assertThat(record.metrics())
                    .containsEntry("gen_ai.usage.input_tokens", 1000.0 + number)
                    .containsEntry("gen_ai.usage.output_tokens", 1.0 + number)
                    .containsEntry("gen_ai.usage.cache_read.input_tokens", (double) number);
            assertThat(record.attributes().containsKey("gen_ai.request.stream")).isEqualTo(number % 4 >= 2);
        });
    }

    private static Reply reply(ProviderServer.Request request) {
        int number = number(request);
        return Reply.text("a", "b").tokens(Tokens.of(1000 + number, 1 + number).cached(number, 0));
    }

    private static int number(ProviderServer.Request request) {
        Matcher matcher = NUMBER.matcher(request.body());
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
