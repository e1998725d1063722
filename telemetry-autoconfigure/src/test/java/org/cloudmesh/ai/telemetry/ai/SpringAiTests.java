package org.cloudmesh.ai.telemetry.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.ai.provider.OpenAiServer;
import org.cloudmesh.ai.telemetry.ai.provider.Reply;
import org.cloudmesh.ai.telemetry.ai.provider.Tokens;
import org.cloudmesh.ai.telemetry.reactor.TelemetryAttributes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import reactor.core.Disposable;

/** Spring AI's own OpenAI client against a local server: what is recorded is what the server sent. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "telemetry.backend=none",
            "telemetry.context.enabled=false",
            "spring.ai.model.chat=openai",
            "spring.ai.model.embedding=openai",
            "spring.ai.openai.api-key=test",
            "spring.ai.openai.max-retries=1",
            "spring.ai.openai.chat.model=gpt-test",
            "spring.ai.openai.embedding.model=embed-1",
            "telemetry.observations.prices[0].model=gpt-test*",
            "telemetry.observations.prices[0].input=2",
            "telemetry.observations.prices[0].output=10",
            "telemetry.observations.prices[0].cached-input=0.5",
            "telemetry.observations.prices[0].currency=EUR"
        })
@DirtiesContext
class SpringAiTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final OpenAiServer OPEN_AI = new OpenAiServer();

    private static final Tokens DETAILED = Tokens.of(1000, 500).cached(400, 0).reasoned(300);

    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    @Autowired
    private CapturingStore store;

    @Autowired
    private Telemetry telemetry;

    @Autowired
    private ChatClient.Builder clients;

    @Autowired
    private ChatModel model;

    @Autowired
    private EmbeddingModel embeddings;

    @Autowired
    private StreamTimingAdvisor advisor;

    @Autowired
    private MeterRegistry meters;

    @DynamicPropertySource
    static void openAi(DynamicPropertyRegistry registry) {
        registry.add("spring.ai.openai.base-url", OPEN_AI::url);
    }

    @BeforeEach
    void reset() {
        OPEN_AI.reset();
        this.store.clear();
        USER.remove();
    }

    @AfterAll
    static void close() {
        OPEN_AI.close();
    }

    @Test
    void aChatIsOneRecordOfWhatTheServerSent() {
        OPEN_AI.then(Reply.text("hello").tokens(Tokens.of(11, 7).withoutDetails()));
        assertThat(this.model.call("hi there")).isEqualTo("hello");
        TelemetryRecord record = records(1).get(0);
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics())
                .containsOnlyKeys(
                        "gen_ai.client.operation.duration",
                        "gen_ai.usage.input_tokens",
                        "gen_ai.usage.output_tokens",
                        "gen_ai.usage.cost")
                .containsEntry("gen_ai.usage.input_tokens", 11.0)
                .containsEntry("gen_ai.usage.output_tokens", 7.0);
        assertThat(record.metrics().get("gen_ai.client.operation.duration")).isPositive();
        assertThat(record.attributes())
                .containsOnlyKeys(
                        "gen_ai.operation.name",
                        "gen_ai.provider.name",
                        "gen_ai.request.model",
                        "gen_ai.response.model",
                        "gen_ai.response.id",
                        "gen_ai.response.finish_reasons",
                        "gen_ai.usage.cost.currency",
                        "server.address",
                        "trace_id",
                        "span_id")
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "gpt-test")
                .containsEntry("gen_ai.response.model", OpenAiServer.MODEL)
                .containsEntry("gen_ai.response.id", OPEN_AI.requests().get(0).answeredAs())
                .containsEntry("server.address", "localhost")
                .containsEntry("gen_ai.response.finish_reasons", "stop");
        assertThat(record.attributes().get("trace_id")).matches("[0-9a-f]{32}");
        assertThat(record.attributes().get("span_id")).matches("[0-9a-f]{16}");
    }

    @Test
    void cachedAndReasoningTokensAreKeptAndPriced() {
        OPEN_AI.then(Reply.text("hello").tokens(DETAILED));
        this.model.call("hi");
        assertDetailed(records(1).get(0));
    }

    @Test
    void aMissingUsageIsUnknownAndCostsNothingKnown() {
        OPEN_AI.then(Reply.text("hello").tokens(null));
        this.model.call("hi");
        TelemetryRecord record = records(1).get(0);
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics()).containsOnlyKeys("gen_ai.client.operation.duration");
    }

    @Test
    void aStreamTellsItsPaceAndItsWholeUsage() {
        OPEN_AI.then(Reply.text("a", "b", "c").tokens(DETAILED));
        assertThat(stream()).containsExactly("a", "b", "c");
        TelemetryRecord record = records(1).get(0);
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertDetailed(record);
        Map<String, Double> metrics = record.metrics();
        assertThat(metrics.get("gen_ai.client.operation.time_to_first_chunk")).isPositive();
        assertThat(metrics.get("gen_ai.client.operation.time_per_output_chunk")).isNotNegative();
        assertThat(record.attributes()).containsEntry("gen_ai.response.finish_reasons", "stop");
    }

    @Test
    void aStreamWithoutUsageHasNoTokens() {
        OPEN_AI.then(Reply.text("a", "b").tokens(null));
        stream();
        assertThat(records(1).get(0).metrics())
                .containsOnlyKeys(
                        "gen_ai.client.operation.duration",
                        "gen_ai.client.operation.time_to_first_chunk",
                        "gen_ai.client.operation.time_per_output_chunk");
    }

    @Test
    void aStreamOfTheModelItselfTellsItsPaceAndItsWholeUsage() {
        OPEN_AI.then(Reply.text("a", "b").tokens(DETAILED));
        this.model.stream("hi")
                .contextWrite(TelemetryAttributes.with("tenant", "blue"))
                .collectList()
                .block(LIMIT);
        TelemetryRecord record = records(1).get(0);
        assertDetailed(record);
        assertThat(record.metrics().get("gen_ai.client.operation.time_to_first_chunk"))
                .isPositive();
        assertThat(record.attributes()).containsEntry("tenant", "blue").containsEntry("gen_ai.request.stream", "true");
    }

    @Test
    void aClientBuiltByHandTellsAllWithoutTheAdvisor() {
        OPEN_AI.then(Reply.text("a", "b").tokens(DETAILED));
        ChatClient.create(this.model).prompt("hi").stream().content().blockLast(LIMIT);
        TelemetryRecord record = records(1).get(0);
        assertDetailed(record);
        assertThat(record.metrics()).containsKey("gen_ai.client.operation.time_to_first_chunk");
    }

    @Test
    void aClientBuiltByHandTellsItsPaceWithTheAdvisor() {
        OPEN_AI.then(Reply.text("a", "b").tokens(DETAILED));
        ChatClient.builder(this.model).defaultAdvisors(this.advisor).build().prompt("hi").stream()
                .content()
                .blockLast(LIMIT);
        TelemetryRecord record = records(1).get(0);
        assertDetailed(record);
        assertThat(record.metrics()).containsKey("gen_ai.client.operation.time_to_first_chunk");
    }

    @Test
    void aStreamThatBreaksOffIsIncomplete() {
        OPEN_AI.then(Reply.text("a", "b").ending(Reply.Ending.EARLY));
        stream();
        TelemetryRecord record = records(1).get(0);
        assertThat(record.status()).isEqualTo(Status.FAILED);
        assertThat(record.attributes())
                .containsEntry("error.type", "incomplete")
                .doesNotContainKey("gen_ai.response.finish_reasons");
    }

    @Test
    void aStreamThatItsConsumerCancelsIsCancelled() throws InterruptedException {
        OPEN_AI.then(Reply.text("a").ending(Reply.Ending.STALLED));
        CountDownLatch seen = new CountDownLatch(1);
        Disposable subscription =
                this.clients.build().prompt("hi").stream().content().subscribe((chunk) -> seen.countDown());
        assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
        subscription.dispose();
        TelemetryRecord record = records(1).get(0);
        assertThat(record.status()).isEqualTo(Status.CANCELLED);
        assertThat(record.attributes()).doesNotContainKeys("error.type", "gen_ai.response.model");
        assertThat(record.metrics()).containsKey("gen_ai.client.operation.time_to_first_chunk");
    }

    @Test
    void refusalsAndFaultsAreFailuresAndRetriesAreOneCall() {
        OPEN_AI.thenError(429).thenError(429);
        assertThatThrownBy(() -> this.model.call("hi")).isNotNull();
        assertThat(OPEN_AI.requests()).hasSize(2);
        OPEN_AI.thenError(500).thenError(500);
        assertThatThrownBy(() -> this.model.call("hi")).isNotNull();
        assertThat(records(2)).allSatisfy((record) -> {
            assertThat(record.status()).isEqualTo(Status.FAILED);
            assertThat(record.metrics()).containsOnlyKeys("gen_ai.client.operation.duration");
        });
        assertThat(records(2))
                .extracting((record) -> record.attributes().get("error.type"))
                .containsExactly("com.openai.errors.RateLimitException", "com.openai.errors.InternalServerException");
    }

    @Test
    void aToolAndBothTurnsOfTheModelShareATrace() {
        OPEN_AI.then(Reply.tool("weather", "{\"city\":\"Bonn\"}")).then(Reply.text("sunny"));
        this.clients.build().prompt("weather?").tools(new Tools()).call().content();
        List<TelemetryRecord> records = records(3);
        assertThat(records)
                .extracting(TelemetryRecord::event)
                .containsExactly("gen_ai.client.operation", "spring.ai.tool", "gen_ai.client.operation");
        assertThat(records)
                .extracting((record) -> record.attributes().get("trace_id"))
                .containsOnly(records.get(0).attributes().get("trace_id"));
        assertThat(records)
                .extracting((record) -> record.attributes().get("span_id"))
                .doesNotHaveDuplicates();
        assertThat(records.get(0).attributes()).containsEntry("gen_ai.response.finish_reasons", "tool_calls");
        TelemetryRecord tool = records.get(1);
        assertThat(tool.status()).isEqualTo(Status.COMPLETED);
        assertThat(tool.metrics()).containsOnlyKeys("spring.ai.tool.duration");
        assertThat(tool.attributes())
                .containsOnlyKeys(
                        "gen_ai.operation.name", "gen_ai.tool.name", "gen_ai.tool.call.id", "trace_id", "span_id")
                .containsEntry("gen_ai.tool.call.id", "call_1")
                .containsEntry("gen_ai.operation.name", "execute_tool")
                .containsEntry("gen_ai.tool.name", "weather");
        assertThat(records.toString()
                        + records.stream().map(TelemetryRecord::attributes).toList())
                .doesNotContain("Bonn", "sunny", "weather?");
    }

    @Test
    void aToolThatThrowsFailsWhileTheCallsComplete() {
        OPEN_AI.then(Reply.tool("broken", "{}")).then(Reply.text("sorry"));
        this.clients.build().prompt("try").tools(new Tools()).call().content();
        List<TelemetryRecord> records = records(3);
        assertThat(records)
                .extracting(TelemetryRecord::status)
                .containsExactly(Status.COMPLETED, Status.FAILED, Status.COMPLETED);
        assertThat(records.get(1).attributes())
                .containsEntry("error.type", "java.lang.IllegalStateException")
                .containsEntry("gen_ai.tool.name", "broken");
    }

    @Test
    void embeddingsHaveInputTokensOnly() {
        OPEN_AI.thenEmbedding(5);
        assertThat(this.embeddings.embed("text")).containsExactly(0.5f, 0.25f);
        TelemetryRecord record = records(1).get(0);
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.metrics())
                .containsOnlyKeys("gen_ai.client.operation.duration", "gen_ai.usage.input_tokens")
                .containsEntry("gen_ai.usage.input_tokens", 5.0);
        assertThat(record.attributes())
                .containsEntry("gen_ai.operation.name", "embeddings")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "embed-1")
                .containsEntry("gen_ai.response.model", "embed-test-answered");
    }

    @Test
    void theConversationAndTheCallerAreAttributes() {
        OPEN_AI.then(Reply.text("hello"));
        USER.set("ada");
        this.clients
                .build()
                .prompt("hi")
                .advisors((advisors) -> advisors.param(ChatMemory.CONVERSATION_ID, "c-42"))
                .call()
                .content();
        assertThat(records(1).get(0).attributes())
                .containsEntry("gen_ai.conversation.id", "c-42")
                .containsEntry("user", "ada");
    }

    @Test
    void aStreamIsRecordedForTheCallerInTheReactorContext() {
        OPEN_AI.then(Reply.text("a"));
        this.clients.build().prompt("hi").stream()
                .content()
                .contextWrite(TelemetryAttributes.with("tenant", "blue"))
                .blockLast(LIMIT);
        assertThat(records(1).get(0).attributes()).containsEntry("tenant", "blue");
    }

    @Test
    void aContributorThatThrowsDisturbsNothing() {
        OPEN_AI.then(Reply.text("hello"));
        USER.set("throw");
        assertThat(this.model.call("hi")).isEqualTo("hello");
        assertThat(records(1).get(0).attributes()).doesNotContainKey("user");
    }

    @Test
    void springAisOwnMetersCountTheSame() {
        OPEN_AI.then(Reply.text("hello"));
        double before = meterOfInputTokens();
        this.model.call("hi");
        records(1);
        assertThat(meterOfInputTokens() - before).isEqualTo(11.0);
        assertThat(this.meters.find("telemetry.gen_ai.usage.input_tokens").meters())
                .isEmpty();
    }

    private double meterOfInputTokens() {
        return this.meters.find("gen_ai.client.token.usage").tag("gen_ai.token.type", "input").counters().stream()
                .mapToDouble((counter) -> counter.count())
                .sum();
    }

    private static void assertDetailed(TelemetryRecord record) {
        assertThat(record.metrics())
                .containsEntry("gen_ai.usage.input_tokens", 1000.0)
                .containsEntry("gen_ai.usage.output_tokens", 500.0)
                .containsEntry("gen_ai.usage.cache_read.input_tokens", 400.0)
                .containsEntry("gen_ai.usage.reasoning.output_tokens", 300.0);
        assertThat(record.metrics().get("gen_ai.usage.cost"))
                .isCloseTo((600 * 2 + 400 * 0.5 + 500 * 10) / 1e6, within(1e-12));
        assertThat(record.attributes()).containsEntry("gen_ai.usage.cost.currency", "EUR");
    }

    private List<String> stream() {
        return this.clients.build().prompt("hi").stream()
                .content()
                .filter((text) -> !text.isEmpty())
                .collectList()
                .block(LIMIT);
    }

    private List<TelemetryRecord> records(int count) {
        return this.store.records(this.telemetry, count);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        CapturingStore store() {
            return new CapturingStore();
        }

        @Bean
        TelemetryContextContributor user() {
            return (attributes) -> {
                if ("throw".equals(USER.get())) {
                    throw new IllegalStateException("broken");
                }
                attributes.accept("user", USER.get());
            };
        }
    }

    static class Tools {

        @Tool(description = "Tells the weather")
        public String weather(String city) {
            return "sunny in " + city;
        }

        @Tool(description = "Fails")
        public String broken() {
            throw new IllegalStateException("broken");
        }
    }
}
