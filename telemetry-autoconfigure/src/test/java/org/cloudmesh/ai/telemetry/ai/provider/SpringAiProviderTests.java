package org.cloudmesh.ai.telemetry.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.cloudmesh.ai.telemetry.ai.Price;
import org.cloudmesh.ai.telemetry.ai.PriceTable;
import org.cloudmesh.ai.telemetry.ai.TelemetryObservationHandler;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.ToolCallingAdvisor;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.tool.annotation.Tool;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * Spring AI's own client of one provider against a stand-in of that provider's wire format: each record is what was
 * sent. The clients are built by hand and have nothing of ours but the observation registry.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SpringAiProviderTests {

    static final Duration LIMIT = Duration.ofSeconds(60);

    /** Read from the cache at a tenth, written at a quarter more. */
    private static final Price PRICE = new Price("*", 1, 4, 0.1, 1.25, "USD");

    private static final String PROMPT = "SECRET-prompt";

    private static final String ANSWER = "SECRET-answer";

    private static final String ARGUMENT = "SECRET-argument";

    private static final String RESULT = "SECRET-result";

    static final String KEY = "SECRET-key";

    final ObservationRegistry observations = ObservationRegistry.create();

    private final CapturingStore store = new CapturingStore();

    private Path file;

    private ProviderServer server;

    private Telemetry telemetry;

    private AiRecorder recorder;

    private ChatModel model;

    /** Returns the stand-in. */
    abstract ProviderServer server();

    /** Returns the provider's model as its own builder makes it. */
    abstract ChatModel model(String url, Duration timeout);

    /** Returns the provider's name in the records. */
    abstract String provider();

    /** Returns the name of the model that answers. */
    abstract String answeringModel();

    /** Returns whether the provider tells of cached and reasoning tokens. */
    boolean details() {
        return true;
    }

    /** Returns the class by which the client tells of a status. */
    abstract String errorType(int status);

    /**
     * Returns the finish reasons of an answer, of one cut at the limit, of one held back and of a request for a tool.
     */
    abstract List<String> finishReasons();

    @BeforeAll
    void start(@TempDir Path directory) {
        this.file = directory.resolve("telemetry.jsonl");
        this.server = server();
        this.telemetry = new DefaultTelemetryFactory(List.of(this.store), List.of(), List.of())
                .assemble(Telemetry.builder()
                        .backend("jsonl")
                        .path(this.file.toString())
                        .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                        .settings());
        this.recorder = new AiRecorder(
                this.telemetry, new PriceTable(List.of(PRICE)), new TelemetryContextContributors(List.of()), null);
        this.observations
                .observationConfig()
                .observationHandler(new TelemetryObservationHandler(
                        this.recorder,
                        new ObservationSelection(Set.copyOf(ObservationSelection.DEFAULT_INCLUDE), Set.of())));
        this.model = model(this.server.url(), LIMIT);
    }

    @BeforeEach
    void reset() {
        this.server.reset();
        this.store.clear();
    }

    @AfterAll
    void stop() throws IOException {
        this.server.close();
        this.telemetry.flush(LIMIT);
        String written = Files.readString(this.file);
        this.telemetry.close();
        assertThat(written).contains("gen_ai.client.operation").doesNotContain("SECRET");
    }

    @Test
    void aChat() {
        this.server.then(Reply.text(ANSWER).tokens(Tokens.of(200, 300)));
        assertThat(this.model.call(PROMPT)).isEqualTo(ANSWER);
        TelemetryRecord record = only();
        assertCompleted(record, finishReasons().get(0));
        assertTokens(record, Tokens.of(200, 300));
        assertThat(record.metrics())
                .doesNotContainKeys(
                        "gen_ai.client.operation.time_to_first_chunk", "gen_ai.client.operation.time_per_output_chunk");
        assertThat(record.attributes()).doesNotContainKey("gen_ai.request.stream");
    }

    @Test
    void aStream() {
        this.server.then(Reply.text(ANSWER, "b", "c").tokens(Tokens.of(200, 300)));
        stream();
        TelemetryRecord record = only();
        assertCompleted(record, finishReasons().get(0));
        assertTokens(record, Tokens.of(200, 300));
        assertPace(record);
        assertThat(record.attributes()).containsEntry("gen_ai.request.stream", "true");
    }

    @Test
    void aStreamOfAClient() {
        this.server.then(Reply.text(ANSWER, "b").tokens(Tokens.of(200, 300)));
        ChatClient.create(this.model).prompt(PROMPT).stream().content().blockLast(LIMIT);
        TelemetryRecord record = only();
        assertTokens(record, Tokens.of(200, 300));
        assertPace(record);
    }

    @Test
    void cachedAndReasoningTokens() {
        Tokens tokens = details() ? tokens() : Tokens.of(92_007, 450);
        this.server.then(Reply.text(ANSWER).thought("SECRET-thought").tokens(tokens));
        this.model.call(PROMPT);
        assertTokens(only(), tokens);
    }

    @Test
    void cachedAndReasoningTokensOfAStream() {
        Tokens tokens = details() ? tokens() : Tokens.of(92_007, 450);
        this.server.then(Reply.text(ANSWER, "b").thought("SECRET-thought").tokens(tokens));
        stream();
        assertTokens(only(), tokens);
    }

    @Test
    void noUsage() {
        this.server
                .then(Reply.text(ANSWER).tokens(null))
                .then(Reply.text(ANSWER).tokens(null));
        this.model.call(PROMPT);
        assertUsageUnknown(only(), Status.COMPLETED);
        this.store.clear();
        stream();
        assertThat(only().metrics().keySet()).noneMatch((name) -> name.startsWith("gen_ai.usage"));
        assertThat(only().attributes()).containsEntry("gen_ai.usage.unavailable", "usage");
    }

    @Test
    void theLimitOfTokens() {
        this.server.then(Reply.text(ANSWER).ending(Reply.Ending.LENGTH));
        this.model.call(PROMPT);
        assertThat(only().status()).isEqualTo(Status.COMPLETED);
        assertThat(only().attributes())
                .containsEntry("gen_ai.response.finish_reasons", finishReasons().get(1));
    }

    @Test
    void aFilter() {
        if (finishReasons().get(2).isEmpty()) {
            return;
        }
        this.server
                .then(Reply.text(ANSWER).ending(Reply.Ending.FILTERED))
                .then(Reply.text(ANSWER).ending(Reply.Ending.FILTERED));
        this.model.call(PROMPT);
        stream();
        assertThat(records(2)).allSatisfy((record) -> {
            assertThat(record.status()).isEqualTo(Status.FAILED);
            assertThat(record.attributes())
                    .containsEntry("error.type", "content_filter")
                    .containsEntry(
                            "gen_ai.response.finish_reasons", finishReasons().get(2));
            assertThat(record.metrics()).containsEntry("gen_ai.usage.input_tokens", 11.0);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 429, 500})
    void refusals(int status) {
        this.server.thenError(status);
        assertThatThrownBy(() -> this.model.call(PROMPT)).isNotNull();
        assertFailed(only(), errorType(status), status);
        this.store.clear();
        this.server.thenError(status);
        assertThatThrownBy(this::stream).isNotNull();
        assertFailed(only(), streamErrorType(status), status);
        assertThat(this.recorder.inFlight().count()).isZero();
    }

    /** Returns the class by which the client tells of a status of a stream. */
    String streamErrorType(int status) {
        return errorType(status);
    }

    @Test
    void nobodyListens() {
        ChatModel refused = model(ProviderServer.refusingUrl(), LIMIT);
        assertThatThrownBy(() -> refused.call(PROMPT)).isNotNull();
        assertThatThrownBy(() -> refused.stream(PROMPT).blockLast(LIMIT)).isNotNull();
        assertThat(records(2)).allSatisfy((record) -> {
            assertThat(record.status()).isEqualTo(Status.FAILED);
            assertThat(record.attributes())
                    .hasEntrySatisfying("error.type", (type) -> assertThat(type).contains("ConnectException"))
                    .doesNotContainKey("http.response.status_code");
        });
    }

    @Test
    void aTimeOut() {
        ChatModel impatient = model(this.server.url(), Duration.ofMillis(300));
        this.server.thenSilence();
        assertThatThrownBy(() -> impatient.call(PROMPT)).isNotNull();
        TelemetryRecord record = only();
        assertThat(record.status()).isEqualTo(Status.FAILED);
        assertThat(record.attributes().get("error.type")).containsPattern("Timeout|InterruptedIO");
        assertThat(record.attributes()).doesNotContainKey("http.response.status_code");
    }

    @Test
    void aCancelledStream() throws InterruptedException {
        this.server.then(Reply.text(ANSWER, "b", "c").ending(Reply.Ending.STALLED));
        CountDownLatch seen = new CountDownLatch(1);
        Disposable stream = this.model.stream(PROMPT)
                .subscribeOn(Schedulers.boundedElastic())
                .subscribe((chunk) -> seen.countDown());
        assertThat(seen.await(60, TimeUnit.SECONDS)).isTrue();
        stream.dispose();
        this.server.reset();
        TelemetryRecord record = only();
        assertUsageUnknown(record, Status.CANCELLED);
        assertThat(record.metrics()).containsKey("gen_ai.client.operation.time_to_first_chunk");
        assertThat(record.attributes()).doesNotContainKey("error.type");
    }

    @Test
    void aStreamThatIsCut() {
        this.server.then(Reply.text(ANSWER, "b").ending(Reply.Ending.CUT));
        try {
            stream();
        } catch (RuntimeException ex) {
            assertThat(ex).isNotNull();
        }
        TelemetryRecord record = only();
        assertThat(record.status()).isEqualTo(Status.FAILED);
        assertThat(record.attributes()).containsKey("error.type");
        assertThat(record.metrics()).doesNotContainKey("gen_ai.usage.cost");
    }

    @Test
    void aStreamThatEndsTooEarly() {
        this.server.then(Reply.text(ANSWER, "b").ending(Reply.Ending.EARLY));
        stream();
        assertEndedEarly(only());
    }

    void assertEndedEarly(TelemetryRecord record) {
        assertThat(record.attributes()).containsEntry("error.type", "incomplete");
        assertUsageUnknown(record, Status.FAILED);
    }

    @Test
    void severalChoices() {
        if (choices() == 1) {
            return;
        }
        this.server.then(Reply.text(ANSWER).choices(2).tokens(Tokens.of(20, 30)));
        this.model.call(PROMPT);
        assertCompleted(only(), finishReasons().get(0));
        assertTokens(only(), Tokens.of(20, 30));
    }

    int choices() {
        return 2;
    }

    @Test
    void toolsInOneRound() {
        this.server
                .then(Reply.tool("weather", "{\"city\":\"" + ARGUMENT + "\"}").tokens(Tokens.of(20, 5)))
                .then(Reply.text(ANSWER).tokens(Tokens.of(40, 6)));
        assertThat(client().prompt(PROMPT).tools(new Tools()).call().content()).isEqualTo(ANSWER);
        assertTools(records(3), 1);
    }

    @Test
    void toolsInTwoRounds() {
        this.server
                .then(Reply.tool("weather", "{\"city\":\"" + ARGUMENT + "\"}").tokens(Tokens.of(20, 5)))
                .then(Reply.tool("weather", "{\"city\":\"" + ARGUMENT + "\"}").tokens(Tokens.of(30, 5)))
                .then(Reply.text(ANSWER).tokens(Tokens.of(40, 6)));
        client().prompt(PROMPT).tools(new Tools()).call().content();
        assertTools(records(5), 2);
    }

    @Test
    void toolsOfAStream() {
        this.server
                .then(Reply.tool("weather", "{\"city\":\"" + ARGUMENT + "\"}").tokens(Tokens.of(20, 5)))
                .then(Reply.text(ANSWER, "b").tokens(Tokens.of(40, 6)));
        client().prompt(PROMPT).tools(new Tools()).stream().content().blockLast(LIMIT);
        assertTools(records(3), 1);
    }

    private void assertTools(List<TelemetryRecord> records, int rounds) {
        assertThat(records)
                .allSatisfy((record) -> assertThat(record.status()).isEqualTo(Status.COMPLETED))
                .extracting((record) -> record.attributes().get("trace_id"))
                .containsOnly(records.get(0).attributes().get("trace_id"));
        List<TelemetryRecord> tools = records.stream()
                .filter((record) -> record.event().equals("spring.ai.tool"))
                .toList();
        assertThat(tools)
                .hasSize(rounds)
                .allSatisfy((record) -> assertThat(record.attributes()).containsEntry("gen_ai.tool.name", "weather"));
        List<TelemetryRecord> calls = records.stream()
                .filter((record) -> record.event().equals("gen_ai.client.operation"))
                .toList();
        assertThat(calls).hasSize(rounds + 1);
        assertTokens(calls.get(0), Tokens.of(20, 5));
        assertTokens(calls.get(rounds), Tokens.of(40, 6));
        assertThat(calls)
                .allSatisfy((record) ->
                        assertThat(record.attributes()).containsEntry("gen_ai.response.model", answeringModel()));
    }

    private ChatClient client() {
        ToolCallingManager tools = ToolCallingManager.builder()
                .observationRegistry(this.observations)
                .build();
        return ChatClient.builder(
                        this.model,
                        this.observations,
                        null,
                        null,
                        ToolCallingAdvisor.builder().toolCallingManager(tools))
                .build();
    }

    /** Returns usage with all that the provider tells. */
    Tokens tokens() {
        return Tokens.of(92_007, 450).cached(90_000, 0).reasoned(150);
    }

    void stream() {
        this.model.stream(PROMPT).blockLast(LIMIT);
    }

    ProviderServer standIn() {
        return this.server;
    }

    TelemetryRecord only() {
        return records(1).get(0);
    }

    private List<TelemetryRecord> records(int count) {
        return this.store.records(this.telemetry, count);
    }

    private void assertCompleted(TelemetryRecord record, String finishReason) {
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics().get("gen_ai.client.operation.duration")).isPositive();
        assertThat(record.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", provider())
                .containsEntry("gen_ai.request.model", "asked-model")
                .containsEntry("gen_ai.request.temperature", "0.5")
                .containsEntry("gen_ai.request.max_tokens", "1234")
                .containsEntry("gen_ai.response.model", answeringModel())
                .containsEntry("gen_ai.response.finish_reasons", finishReason)
                .containsKeys("trace_id", "span_id")
                .doesNotContainKeys("error.type", "gen_ai.usage.unavailable");
        if (tellsResponseId()) {
            assertThat(record.attributes())
                    .containsEntry(
                            "gen_ai.response.id", this.server.requests().get(0).answeredAs());
        }
    }

    boolean tellsResponseId() {
        return true;
    }

    static void assertTokens(TelemetryRecord record, Tokens tokens) {
        Map<String, Double> metrics = record.metrics();
        assertThat(metrics)
                .containsEntry("gen_ai.usage.input_tokens", (double) tokens.input())
                .containsEntry("gen_ai.usage.output_tokens", (double) tokens.output());
        assertThat(metrics.getOrDefault("gen_ai.usage.cache_read.input_tokens", 0.0))
                .isEqualTo(tokens.cacheRead());
        assertThat(metrics.getOrDefault("gen_ai.usage.cache_creation.input_tokens", 0.0))
                .isEqualTo(tokens.cacheCreation());
        assertThat(metrics.getOrDefault("gen_ai.usage.reasoning.output_tokens", 0.0))
                .isEqualTo(tokens.reasoning());
        double cost = (tokens.input() - tokens.cacheRead() - tokens.cacheCreation())
                + tokens.cacheRead() * 0.1
                + tokens.cacheCreation() * 1.25
                + tokens.output() * 4;
        assertThat(metrics.get("gen_ai.usage.cost")).isCloseTo(cost / 1e6, within(1e-12));
    }

    private static void assertUsageUnknown(TelemetryRecord record, Status status) {
        assertThat(record.status()).isEqualTo(status);
        assertThat(record.metrics().keySet()).noneMatch((name) -> name.startsWith("gen_ai.usage"));
        assertThat(record.attributes()).containsEntry("gen_ai.usage.unavailable", "usage");
    }

    private static void assertPace(TelemetryRecord record) {
        double first = record.metrics().get("gen_ai.client.operation.time_to_first_chunk");
        assertThat(first).isPositive().isLessThanOrEqualTo(record.metrics().get("gen_ai.client.operation.duration"));
        assertThat(record.metrics().get("gen_ai.client.operation.time_per_output_chunk"))
                .isNotNegative();
    }

    private static void assertFailed(TelemetryRecord record, String type, int status) {
        assertThat(record.status()).isEqualTo(Status.FAILED);
        assertThat(record.attributes())
                .containsEntry("error.type", type)
                .containsEntry("http.response.status_code", String.valueOf(status))
                .containsEntry("gen_ai.request.model", "asked-model")
                .doesNotContainKey("gen_ai.usage.unavailable");
        assertThat(record.metrics()).containsOnlyKeys("gen_ai.client.operation.duration");
    }

    static class Tools {

        @Tool(description = "Tells the weather")
        public String weather(String city) {
            return RESULT + city;
        }
    }
}
