package org.cloudmesh.ai.telemetry.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.ollama.OllamaChatModel;
import org.springframework.ai.ollama.OllamaEmbeddingModel;
import org.springframework.ai.ollama.api.OllamaApi;
import org.springframework.ai.ollama.api.OllamaChatOptions;
import org.springframework.ai.ollama.api.OllamaEmbeddingOptions;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

class SpringAiOllamaTests extends SpringAiProviderTests {

    @Override
    ProviderServer server() {
        return new OllamaServer();
    }

    @Override
    ChatModel model(String url, Duration timeout) {
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory();
        requests.setReadTimeout(timeout);
        return OllamaChatModel.builder()
                .ollamaApi(OllamaApi.builder()
                        .baseUrl(url)
                        .restClientBuilder(RestClient.builder().requestFactory(requests))
                        .build())
                .options(OllamaChatOptions.builder()
                        .model("asked-model")
                        .temperature(0.5)
                        .numPredict(1234)
                        .build())
                .retryTemplate(new RetryTemplate(RetryPolicy.withMaxRetries(0)))
                .observationRegistry(this.observations)
                .build();
    }

    @Override
    String provider() {
        return "ollama";
    }

    @Override
    String answeringModel() {
        return OllamaServer.MODEL;
    }

    @Override
    boolean details() {
        return false;
    }

    @Override
    String errorType(int status) {
        return "org.springframework.ai.retry." + (status < 500 ? "NonTransientAiException" : "TransientAiException");
    }

    @Override
    String streamErrorType(int status) {
        return "org.springframework.web.reactive.function.client.WebClientResponseException$"
                + switch (status) {
                    case 400 -> "BadRequest";
                    case 401 -> "Unauthorized";
                    case 429 -> "TooManyRequests";
                    default -> "InternalServerError";
                };
    }

    @Override
    List<String> finishReasons() {
        return List.of("stop", "length", "", "stop");
    }

    @Override
    boolean tellsResponseId() {
        return false;
    }

    @Override
    int choices() {
        return 1;
    }

    @Test
    void aWarmPromptIsNotCounted() {
        standIn().then(Reply.text("a", "b").tokens(Tokens.of(0, 9)));
        stream();
        TelemetryRecord record = only();
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics())
                .containsEntry("gen_ai.usage.output_tokens", 9.0)
                .doesNotContainKeys("gen_ai.usage.input_tokens", "gen_ai.usage.cost");
        assertThat(record.attributes()).containsEntry("gen_ai.usage.unavailable", "usage");
    }

    @Test
    void anEmbedding() {
        standIn().thenEmbedding(5);
        OllamaEmbeddingModel.builder()
                .ollamaApi(OllamaApi.builder().baseUrl(standIn().url()).build())
                .options(OllamaEmbeddingOptions.builder().model("asked-model").build())
                .observationRegistry(this.observations)
                .build()
                .embed("SECRET-text");
        TelemetryRecord record = only();
        assertThat(record.metrics())
                .containsOnlyKeys("gen_ai.client.operation.duration", "gen_ai.usage.input_tokens", "gen_ai.usage.cost")
                .containsEntry("gen_ai.usage.input_tokens", 5.0);
        assertThat(record.attributes())
                .containsEntry("gen_ai.operation.name", "embeddings")
                .containsEntry("gen_ai.provider.name", "ollama");
    }
}
