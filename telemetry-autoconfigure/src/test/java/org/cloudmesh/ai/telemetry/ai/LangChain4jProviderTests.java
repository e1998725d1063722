package org.cloudmesh.ai.telemetry.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.googleai.GoogleAiEmbeddingModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiChatModel;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.ai.provider.AnthropicServer;
import org.cloudmesh.ai.telemetry.ai.provider.GeminiServer;
import org.cloudmesh.ai.telemetry.ai.provider.OpenAiServer;
import org.cloudmesh.ai.telemetry.ai.provider.ProviderServer;
import org.cloudmesh.ai.telemetry.ai.provider.Reply;
import org.cloudmesh.ai.telemetry.ai.provider.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** LangChain4j's own clients of three providers against their wire formats: each record is what the server sent. */
class LangChain4jProviderTests {

    private static final String KEY = "SECRET-key";

    private static final String PROMPT = "SECRET-prompt";

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    private final AiRecorder recorder = recorder(this.telemetry);

    private final LangChain4jChatListener listener = new LangChain4jChatListener(this.recorder);

    private final LangChain4jModels models = models(this.recorder, this.listener);

    private final Map<Provider, ProviderServer> servers = new EnumMap<>(Provider.class);

    @AfterEach
    void close() {
        assertThat(this.store.records(this.telemetry).toString()).doesNotContain("SECRET");
        this.telemetry.close();
        this.servers.values().forEach(ProviderServer::close);
    }

    @ParameterizedTest
    @MethodSource("usages")
    void tokensAreWhatTheServerSent(Provider provider, boolean streamed, Tokens tokens) throws Exception {
        server(provider)
                .then(Reply.text("SECRET-a", "b").thought("SECRET-thought").tokens(tokens));
        call(provider, streamed);
        TelemetryRecord record = record();
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        Map<String, Double> expected = new TreeMap<>();
        expected.put("gen_ai.usage.input_tokens", (double) tokens.input());
        expected.put("gen_ai.usage.output_tokens", (double) tokens.output());
        put(expected, "gen_ai.usage.cache_read.input_tokens", tokens.cacheRead());
        put(expected, "gen_ai.usage.cache_creation.input_tokens", tokens.cacheCreation());
        put(expected, "gen_ai.usage.reasoning.output_tokens", tokens.reasoning());
        double plain = tokens.input() - tokens.cacheRead() - tokens.cacheCreation();
        expected.put(
                "gen_ai.usage.cost",
                Math.round(plain + tokens.cacheRead() * 0.5 + tokens.cacheCreation() * 2 + tokens.output() * 4) / 1e6);
        assertThat(usage(record)).isEqualTo(expected);
        assertThat(record.metrics()).containsKey("gen_ai.client.operation.duration");
        assertThat(record.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", provider.name)
                .containsEntry("gen_ai.request.model", "asked")
                .containsEntry("gen_ai.request.temperature", "0.5")
                .containsEntry("gen_ai.request.max_tokens", "99")
                .containsEntry("gen_ai.response.model", provider.answers)
                .containsEntry(
                        "gen_ai.response.id", server(provider).requests().get(0).answeredAs())
                .containsEntry("gen_ai.response.finish_reasons", "stop")
                .doesNotContainKey("gen_ai.usage.unavailable");
        if (streamed) {
            double first = record.metrics().get("gen_ai.client.operation.time_to_first_chunk");
            assertThat(first)
                    .isPositive()
                    .isLessThanOrEqualTo(record.metrics().get("gen_ai.client.operation.duration"));
            assertThat(record.attributes()).containsEntry("gen_ai.request.stream", "true");
        }
    }

    static Stream<Arguments> usages() {
        List<Tokens> all = List.of(
                Tokens.of(11, 7),
                Tokens.of(92_007, 100).cached(90_000, 0),
                Tokens.of(200, 450).reasoned(150),
                Tokens.of(92_007, 450).cached(90_000, 2_000),
                Tokens.of(260, 450).reasoned(150).usedTools(60));
        List<Arguments> arguments = new ArrayList<>();
        for (Provider provider : Provider.values()) {
            for (Tokens tokens : all) {
                boolean anthropic = provider == Provider.ANTHROPIC;
                boolean gemini = provider == Provider.GEMINI;
                // Each provider has some figures only.
                if ((tokens.cacheCreation() == 0 || anthropic)
                        && (tokens.reasoning() == 0 || !anthropic)
                        && (tokens.toolUse() == 0 || gemini)) {
                    arguments.add(Arguments.of(provider, false, tokens));
                    arguments.add(Arguments.of(provider, true, tokens));
                }
            }
        }
        return arguments.stream();
    }

    @Test
    void anthropicsCacheFiguresStayWhenTheLastEventHasNone() throws Exception {
        server(Provider.ANTHROPIC)
                .then(Reply.text("a")
                        .tokens(Tokens.of(92_007, 100).cached(90_000, 2_000))
                        .outputAloneInDelta());
        call(Provider.ANTHROPIC, true);
        assertThat(usage(record()))
                .containsEntry("gen_ai.usage.input_tokens", 92_007.0)
                .containsEntry("gen_ai.usage.cache_read.input_tokens", 90_000.0)
                .containsEntry("gen_ai.usage.cache_creation.input_tokens", 2_000.0);
    }

    @ParameterizedTest
    @MethodSource("both")
    void aMissingUsageIsUnknown(Provider provider, boolean streamed) throws Exception {
        server(provider).then(Reply.text("a").tokens(null));
        if (provider == Provider.GEMINI && !streamed) {
            // The client itself fails then.
            assertThatThrownBy(() -> call(provider, false)).isInstanceOf(NullPointerException.class);
            assertThat(record().status()).isEqualTo(Status.FAILED);
            assertThat(usage(record())).isEmpty();
            return;
        }
        call(provider, streamed);
        assertThat(usage(record())).isEmpty();
        assertThat(record().status()).isEqualTo(Status.COMPLETED);
        assertThat(record().attributes()).containsEntry("gen_ai.usage.unavailable", "usage");
    }

    @ParameterizedTest
    @MethodSource("both")
    void aCallThatAsksForAToolSaysSo(Provider provider, boolean streamed) throws Exception {
        server(provider).then(Reply.tool("weather", "{\"city\":\"SECRET-city\"}"));
        call(provider, streamed);
        assertThat(record().attributes()).containsEntry("gen_ai.response.finish_reasons", "tool_calls");
        assertThat(usage(record())).containsEntry("gen_ai.usage.output_tokens", 7.0);
    }

    @ParameterizedTest
    @EnumSource(
            value = Provider.class,
            names = {"OPENAI", "GEMINI"})
    void severalChoicesAreOneCall(Provider provider) throws Exception {
        server(provider).then(Reply.text("a").choices(3)).then(Reply.text("a").choices(3));
        call(provider, true);
        TelemetryRecord streamed = record();
        assertThat(usage(streamed)).containsEntry("gen_ai.usage.output_tokens", 7.0);
        assertThat(streamed.attributes()).containsEntry("gen_ai.response.finish_reasons", "stop");
        if (provider == Provider.OPENAI) {
            // The client refuses an answer of several choices.
            assertThatThrownBy(() -> call(provider, false)).isInstanceOf(InternalServerException.class);
            assertThat(records(2).get(1).status()).isEqualTo(Status.FAILED);
        } else {
            call(provider, false);
            assertThat(usage(records(2).get(1))).containsEntry("gen_ai.usage.output_tokens", 7.0);
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void refusalsSayTheirStatus(Provider provider, boolean streamed) {
        for (int status : new int[] {400, 401, 429, 500}) {
            server(provider).thenError(status);
            assertThatThrownBy(() -> call(provider, streamed)).isNotNull();
            TelemetryRecord record = record();
            assertThat(record.status()).isEqualTo(Status.FAILED);
            assertThat(record.attributes())
                    .containsEntry("http.response.status_code", String.valueOf(status))
                    .containsEntry(
                            "error.type",
                            "dev.langchain4j.exception."
                                    + switch (status) {
                                        case 400 -> "InvalidRequestException";
                                        case 401 -> "AuthenticationException";
                                        case 429 -> "RateLimitException";
                                        default -> "InternalServerException";
                                    });
            assertThat(usage(record)).isEmpty();
            this.store.clear();
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void aServerThatIsAwayOrSlowIsToldApart(Provider provider, boolean streamed) {
        assertThatThrownBy(() -> call(provider, streamed, ProviderServer.refusingUrl() + "/v1"))
                .isNotNull();
        assertThat(record().status()).isEqualTo(Status.FAILED);
        assertThat(record().attributes())
                .containsEntry("error.type", "java.net.ConnectException")
                .doesNotContainKey("http.response.status_code");
        this.store.clear();
        server(provider).thenSilence();
        String url = server(provider).url();
        assertThatThrownBy(() -> call(provider, streamed, url, this.models, Duration.ofSeconds(1)))
                .isNotNull();
        assertThat(record().status()).isEqualTo(Status.FAILED);
        assertThat(record().attributes().get("error.type")).containsIgnoringCase("Timeout");
    }

    @ParameterizedTest
    @MethodSource("both")
    void anAnswerThatIsHeldBackIsAFailure(Provider provider, boolean streamed) throws Exception {
        server(provider).then(Reply.text("a").ending(Reply.Ending.FILTERED));
        call(provider, streamed);
        assertThat(record().status()).isEqualTo(Status.FAILED);
        assertThat(record().attributes()).containsEntry("error.type", "content_filter");
        assertThat(usage(record())).containsEntry("gen_ai.usage.output_tokens", 7.0);
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void aStreamThatIsCutFails(Provider provider) {
        server(provider).then(Reply.text("a", "b").ending(Reply.Ending.CUT));
        assertThatThrownBy(() -> call(provider, true)).isNotNull();
        assertThat(record().status()).isEqualTo(Status.FAILED);
        assertThat(record().attributes().get("error.type")).isNotNull();
        assertThat(usage(record())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void aStreamThatEndsTooEarlyIsNotCompleted(Provider provider) {
        server(provider).then(Reply.text("a", "b").ending(Reply.Ending.EARLY));
        streaming(provider, server(provider).url()).chat(request(), new Collecting());
        await().atMost(LIMIT).untilAsserted(() -> {
            // Where the client says nothing more, the call is abandoned once nobody can end it.
            System.gc();
            assertThat(this.store.records(this.telemetry)).hasSize(1);
        });
        assertThat(record().status()).isNotEqualTo(Status.COMPLETED);
        assertThat(record().attributes())
                .containsEntry("error.type", provider == Provider.ANTHROPIC ? "abandoned" : "incomplete");
        assertThat(usage(record())).isEmpty();
        assertThat(this.recorder.inFlight().count()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void aStreamThatItsConsumerCancelsIsCancelledAndInFlightUntilThen(Provider provider) throws Exception {
        server(provider).then(Reply.text("a", "b").ending(Reply.Ending.STALLED));
        CompletableFuture<PartialResponseContext> begun = new CompletableFuture<>();
        streaming(provider, server(provider).url()).chat(request(), new Collecting() {

            @Override
            public void onPartialResponse(PartialResponse partialResponse, PartialResponseContext context) {
                begun.complete(context);
            }
        });
        PartialResponseContext context = begun.get(10, TimeUnit.SECONDS);
        assertThat(this.recorder.inFlight().count()).isOne();
        assertThat(this.store.records(this.telemetry)).isEmpty();
        context.streamingHandle().cancel();
        TelemetryRecord record = record();
        assertThat(record.status()).isEqualTo(Status.CANCELLED);
        assertThat(record.metrics()).containsKey("gen_ai.client.operation.time_to_first_chunk");
        assertThat(this.recorder.inFlight().count()).isZero();
    }

    @Test
    void aStreamOfAModelWithTheBareListenerIsAbandonedWhenItsClientSaysNothing() {
        server(Provider.ANTHROPIC).then(Reply.text("a", "b").ending(Reply.Ending.EARLY));
        AnthropicStreamingChatModel.builder()
                .baseUrl(server(Provider.ANTHROPIC).url() + "/v1")
                .apiKey(KEY)
                .modelName("asked")
                .listeners(List.of(this.listener))
                .build()
                .chat(request(), new Collecting());
        await().atMost(LIMIT).untilAsserted(() -> {
            System.gc();
            assertThat(this.store.records(this.telemetry)).hasSize(1);
        });
        assertThat(record().status()).isEqualTo(Status.CANCELLED);
        assertThat(record().attributes()).containsEntry("error.type", "abandoned");
    }

    @Test
    void anEmbeddingOfGeminiIsOneRecord() {
        server(Provider.GEMINI).thenEmbedding(5);
        EmbeddingModel model = (EmbeddingModel) this.models.listen(
                GoogleAiEmbeddingModel.builder()
                        .baseUrl(server(Provider.GEMINI).url())
                        .apiKey(KEY)
                        .modelName("asked")
                        .maxRetries(0)
                        .build(),
                "model");
        assertThat(model).isInstanceOf(GoogleAiEmbeddingModel.class);
        model.embed(PROMPT);
        assertThat(record().status()).isEqualTo(Status.COMPLETED);
        assertThat(record().attributes())
                .containsEntry("gen_ai.operation.name", "embeddings")
                .containsEntry("gen_ai.provider.name", "gcp.gemini")
                .containsEntry("gen_ai.request.model", "asked");
    }

    @Test
    void twoHundredCallsAtOnceOnTwoProvidersAreTwoHundredRecords() throws Exception {
        List<Provider> providers = List.of(Provider.OPENAI, Provider.ANTHROPIC);
        ChatModel[] models = new ChatModel[2];
        for (int i = 0; i < 2; i++) {
            ProviderServer server = server(providers.get(i));
            server.always((request) -> {
                int number = Integer.parseInt(request.body().replaceAll("(?s).*number-(\\d+).*", "$1"));
                return Reply.text("a").tokens(Tokens.of(1_000 + number, 5));
            });
            models[i] = chat(providers.get(i), server.url(), Duration.ofSeconds(30));
        }
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String prompt = "number-" + i;
                ChatModel model = models[i % 2];
                calls.add(threads.submit(() -> model.chat(prompt)));
            }
            for (Future<?> call : calls) {
                call.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(records(200).stream()
                        .map((record) -> record.metrics()
                                        .get("gen_ai.usage.input_tokens")
                                        .intValue()
                                - 1_000)
                        .sorted())
                .containsExactlyElementsOf(
                        java.util.stream.IntStream.range(0, 200).boxed().toList());
        assertThat(records(200)).allSatisfy((record) -> {
            int number = record.metrics().get("gen_ai.usage.input_tokens").intValue() - 1_000;
            assertThat(record.attributes()).containsEntry("gen_ai.provider.name", providers.get(number % 2).name);
        });
    }

    @Test
    void nothingOfContentErrorsOrKeysIsInAnyFile(@TempDir Path directory) throws Exception {
        try (Telemetry filed = Telemetry.builder()
                .backend("sqlite", "jsonl", "text")
                .path(directory.resolve("t.db").toString())
                .path("jsonl", directory.resolve("t.jsonl").toString())
                .path("text", directory.resolve("t.txt").toString())
                .build()) {
            AiRecorder recorder = recorder(filed);
            LangChain4jModels models = models(recorder, new LangChain4jChatListener(recorder));
            for (Provider provider : Provider.values()) {
                for (boolean streamed : new boolean[] {false, true}) {
                    server(provider)
                            .then(Reply.text("SECRET-a", "SECRET-b").thought("SECRET-thought"))
                            .then(Reply.tool("weather", "{\"city\":\"SECRET-city\"}"))
                            .thenError(400)
                            .thenError(500);
                    for (int i = 0; i < 4; i++) {
                        try {
                            call(provider, streamed, server(provider).url(), models, LIMIT);
                        } catch (Exception ex) {
                            assertThat(i).isGreaterThan(1);
                        }
                    }
                }
            }
            await().atMost(LIMIT).until(() -> recorder.inFlight().count() == 0);
            assertThat(filed.flush(Duration.ofSeconds(60))).isTrue();
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(3);
            for (Path file : all) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .doesNotContain("SECRET");
            }
        }
    }

    static Stream<Arguments> both() {
        return Stream.of(Provider.values())
                .flatMap((provider) -> Stream.of(Arguments.of(provider, false), Arguments.of(provider, true)));
    }

    private static AiRecorder recorder(Telemetry telemetry) {
        return new AiRecorder(
                telemetry,
                new PriceTable(List.of(new Price("*", 1, 4, 0.5, 2.0, "USD"))),
                new TelemetryContextContributors(List.of()),
                null);
    }

    private static LangChain4jModels models(AiRecorder recorder, LangChain4jChatListener listener) {
        return new LangChain4jModels(
                listener,
                new LangChain4jEmbeddingListener(recorder),
                new LangChain4jModerationListener(recorder),
                new LangChain4jRetrieverListener(recorder));
    }

    private ProviderServer server(Provider provider) {
        return this.servers.computeIfAbsent(provider, (key) -> switch (key) {
            case OPENAI -> new OpenAiServer();
            case ANTHROPIC -> new AnthropicServer();
            case GEMINI -> new GeminiServer();
        });
    }

    private ChatResponse call(Provider provider, boolean streamed) throws Exception {
        return call(provider, streamed, server(provider).url());
    }

    private ChatResponse call(Provider provider, boolean streamed, String url) throws Exception {
        return call(provider, streamed, url, this.models, LIMIT);
    }

    private static ChatResponse call(
            Provider provider, boolean streamed, String url, LangChain4jModels models, Duration timeout)
            throws Exception {
        if (!streamed) {
            ChatModel model = (ChatModel) models.listen(build(provider, url, timeout), "model");
            return model.chat(request());
        }
        Collecting collecting = new Collecting();
        StreamingChatModel model = (StreamingChatModel) models.listen(buildStreaming(provider, url, timeout), "model");
        model.chat(request(), collecting);
        return collecting.whole.get(20, TimeUnit.SECONDS);
    }

    private ChatModel chat(Provider provider, String url, Duration timeout) {
        return (ChatModel) this.models.listen(build(provider, url, timeout), "model");
    }

    private StreamingChatModel streaming(Provider provider, String url) {
        return (StreamingChatModel) this.models.listen(buildStreaming(provider, url, Duration.ofSeconds(20)), "model");
    }

    private static ChatModel build(Provider provider, String url, Duration timeout) {
        return switch (provider) {
            case OPENAI ->
                OpenAiChatModel.builder()
                        .baseUrl(url)
                        .apiKey(KEY)
                        .modelName("asked")
                        .timeout(timeout)
                        .maxRetries(0)
                        .build();
            case ANTHROPIC ->
                AnthropicChatModel.builder()
                        .baseUrl(url + "/v1")
                        .apiKey(KEY)
                        .modelName("asked")
                        .timeout(timeout)
                        .maxRetries(0)
                        .build();
            case GEMINI ->
                GoogleAiGeminiChatModel.builder()
                        .baseUrl(url)
                        .apiKey(KEY)
                        .modelName("asked")
                        .timeout(timeout)
                        .maxRetries(0)
                        .build();
        };
    }

    private static StreamingChatModel buildStreaming(Provider provider, String url, Duration timeout) {
        return switch (provider) {
            case OPENAI ->
                OpenAiStreamingChatModel.builder()
                        .baseUrl(url)
                        .apiKey(KEY)
                        .modelName("asked")
                        .timeout(timeout)
                        .build();
            case ANTHROPIC ->
                AnthropicStreamingChatModel.builder()
                        .baseUrl(url + "/v1")
                        .apiKey(KEY)
                        .modelName("asked")
                        .timeout(timeout)
                        .build();
            case GEMINI ->
                GoogleAiGeminiStreamingChatModel.builder()
                        .baseUrl(url)
                        .apiKey(KEY)
                        .modelName("asked")
                        .timeout(timeout)
                        .build();
        };
    }

    private static ChatRequest request() {
        return ChatRequest.builder()
                .messages(UserMessage.from(PROMPT))
                .temperature(0.5)
                .maxOutputTokens(99)
                .toolSpecifications(ToolSpecification.builder()
                        .name("weather")
                        .description("Says the weather")
                        .parameters(JsonObjectSchema.builder()
                                .addStringProperty("city")
                                .build())
                        .build())
                .build();
    }

    private static void put(Map<String, Double> expected, String name, long tokens) {
        if (tokens > 0) {
            expected.put(name, (double) tokens);
        }
    }

    /** Returns the tokens above zero and the cost, rounded. */
    private static Map<String, Double> usage(TelemetryRecord record) {
        Map<String, Double> usage = new TreeMap<>();
        record.metrics().forEach((name, value) -> {
            if (name.equals("gen_ai.usage.cost")) {
                usage.put(name, Math.round(value * 1e6) / 1e6);
            } else if (name.startsWith("gen_ai.usage.") && value != 0) {
                usage.put(name, value);
            }
        });
        return usage;
    }

    private TelemetryRecord record() {
        return records(1).get(0);
    }

    private List<TelemetryRecord> records(int count) {
        return this.store.records(this.telemetry, count);
    }

    enum Provider {
        OPENAI("openai", OpenAiServer.MODEL),
        ANTHROPIC("anthropic", AnthropicServer.MODEL),
        GEMINI("gcp.gemini", GeminiServer.MODEL);

        private final String name;

        private final String answers;

        Provider(String name, String answers) {
            this.name = name;
            this.answers = answers;
        }
    }

    private static class Collecting implements StreamingChatResponseHandler {

        private final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        @Override
        public void onCompleteResponse(ChatResponse response) {
            this.whole.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            this.whole.completeExceptionally(error);
        }
    }
}
