package org.cloudmesh.ai.telemetry.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.ai.provider.OpenAiServer;
import org.cloudmesh.ai.telemetry.ai.provider.Reply;
import org.cloudmesh.ai.telemetry.ai.provider.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** LangChain4j's own OpenAI client against a local server: what is recorded is what the server sent. */
class LangChain4jTests {

    private static final Tokens DETAILED = Tokens.of(1000, 500).cached(400, 0).reasoned(300);

    private final OpenAiServer openAi = new OpenAiServer();

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    private final AiRecorder recorder = new AiRecorder(
            this.telemetry,
            new PriceTable(List.of(new Price("gpt-*", 2, 10, 0.5, null, "EUR"))),
            new TelemetryContextContributors(List.of((attributes) -> attributes.accept("user", "ada"))),
            null);

    private final LangChain4jChatListener listener = new LangChain4jChatListener(this.recorder);

    @AfterEach
    void close() {
        this.telemetry.close();
        this.openAi.close();
    }

    @Test
    void aChatIsOneRecordOfWhatTheServerSent() {
        this.openAi.then(Reply.text("hello").tokens(DETAILED));
        assertThat(chatModel().chat("hi")).isEqualTo("hello");
        TelemetryRecord record = record();
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics())
                .containsOnlyKeys(
                        "gen_ai.client.operation.duration",
                        "gen_ai.usage.input_tokens",
                        "gen_ai.usage.output_tokens",
                        "gen_ai.usage.cache_read.input_tokens",
                        "gen_ai.usage.reasoning.output_tokens",
                        "gen_ai.usage.cost")
                .containsEntry("gen_ai.usage.input_tokens", 1000.0)
                .containsEntry("gen_ai.usage.output_tokens", 500.0)
                .containsEntry("gen_ai.usage.cache_read.input_tokens", 400.0)
                .containsEntry("gen_ai.usage.reasoning.output_tokens", 300.0);
        assertThat(record.metrics().get("gen_ai.usage.cost"))
                .isCloseTo((600 * 2 + 400 * 0.5 + 500 * 10) / 1e6, within(1e-12));
        assertThat(record.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "gpt-test")
                .containsEntry("gen_ai.response.model", OpenAiServer.MODEL)
                .containsEntry("gen_ai.response.finish_reasons", "stop")
                .containsEntry("user", "ada");
        assertThat(record.attributes().get("trace_id")).matches("[0-9a-f]{32}");
        assertThat(record.attributes().toString()).doesNotContain("hello");
    }

    @Test
    void aMissingUsageIsUnknown() {
        this.openAi.then(Reply.text("hello").tokens(null));
        chatModel().chat("hi");
        assertThat(record().metrics()).containsOnlyKeys("gen_ai.client.operation.duration");
    }

    @Test
    void aListenerThatIsAddedTwiceRecordsOnce() {
        this.openAi.then(Reply.text("hello"));
        OpenAiChatModel.builder()
                .baseUrl(this.openAi.url())
                .apiKey("test")
                .modelName("gpt-test")
                .listeners(List.of(this.listener, this.listener))
                .build()
                .chat("hi");
        assertThat(record().status()).isEqualTo(Status.COMPLETED);
    }

    @Test
    void refusalsAndFaultsAreFailuresAndRetriesAreOneCall() {
        this.openAi.thenError(429).thenError(429);
        assertThatThrownBy(() -> chatModel().chat("hi")).isNotNull();
        assertThat(this.openAi.requests()).hasSize(2);
        this.openAi.thenError(500).thenError(500);
        assertThatThrownBy(() -> chatModel().chat("hi")).isNotNull();
        assertThat(records(2))
                .extracting((record) -> record.attributes().get("error.type"))
                .containsExactly(
                        "dev.langchain4j.exception.RateLimitException",
                        "dev.langchain4j.exception.InternalServerException");
        assertThat(records(2)).extracting(TelemetryRecord::status).containsOnly(Status.FAILED);
    }

    @Test
    void aStreamIsOneRecord() throws Exception {
        this.openAi.then(Reply.text("a", "b").tokens(DETAILED));
        assertThat(stream().aiMessage().text()).isEqualTo("ab");
        TelemetryRecord record = record();
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics())
                .containsEntry("gen_ai.usage.input_tokens", 1000.0)
                .containsEntry("gen_ai.usage.cache_read.input_tokens", 400.0)
                .doesNotContainKey("gen_ai.client.operation.time_to_first_chunk");
        assertThat(record.attributes()).containsEntry("gen_ai.response.finish_reasons", "stop");
    }

    @Test
    void aStreamThatBreaksOffIsIncomplete() throws Exception {
        this.openAi.then(Reply.text("a", "b").ending(Reply.Ending.EARLY));
        stream();
        TelemetryRecord record = record();
        assertThat(record.status()).isEqualTo(Status.FAILED);
        assertThat(record.attributes()).containsEntry("error.type", "incomplete");
    }

    @Test
    void aStreamThatIsRefusedFails() {
        this.openAi.thenError(429);
        assertThatThrownBy(this::stream).isNotNull();
        assertThat(record().attributes()).containsEntry("error.type", "dev.langchain4j.exception.RateLimitException");
    }

    @Test
    void embeddingsHaveInputTokensOnly() {
        this.openAi.thenEmbedding(5);
        OpenAiEmbeddingModel.builder()
                .baseUrl(this.openAi.url())
                .apiKey("test")
                .modelName("embed-1")
                .listeners(List.of(new LangChain4jEmbeddingListener(this.recorder)))
                .build()
                .embed("text");
        TelemetryRecord record = record();
        assertThat(record.metrics())
                .containsOnlyKeys("gen_ai.client.operation.duration", "gen_ai.usage.input_tokens")
                .containsEntry("gen_ai.usage.input_tokens", 5.0);
        assertThat(record.attributes())
                .containsEntry("gen_ai.operation.name", "embeddings")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "embed-1");
    }

    private OpenAiChatModel chatModel() {
        return OpenAiChatModel.builder()
                .baseUrl(this.openAi.url())
                .apiKey("test")
                .modelName("gpt-test")
                .maxRetries(1)
                .listeners(List.of(this.listener))
                .build();
    }

    private ChatResponse stream() throws Exception {
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        OpenAiStreamingChatModel.builder()
                .baseUrl(this.openAi.url())
                .apiKey("test")
                .modelName("gpt-test")
                .listeners(List.of(this.listener))
                .build()
                .chat("hi", new StreamingChatResponseHandler() {

                    @Override
                    public void onPartialResponse(String partialResponse) {}

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        whole.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        whole.completeExceptionally(error);
                    }
                });
        return whole.get(10, TimeUnit.SECONDS);
    }

    private TelemetryRecord record() {
        return records(1).get(0);
    }

    private List<TelemetryRecord> records(int count) {
        return this.store.records(this.telemetry, count);
    }
}
