package org.cloudmesh.ai.telemetry.ai.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.genai.Client;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import java.time.Duration;
import java.util.List;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.google.genai.GoogleGenAiChatModel;
import org.springframework.ai.google.genai.GoogleGenAiChatOptions;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;

class SpringAiGeminiTests extends SpringAiProviderTests {

    @Override
    ProviderServer server() {
        return new GeminiServer();
    }

    @Override
    ChatModel model(String url, Duration timeout) {
        return GoogleGenAiChatModel.builder()
                .genAiClient(Client.builder()
                        .apiKey(KEY)
                        .httpOptions(HttpOptions.builder()
                                .baseUrl(url)
                                .timeout((int) timeout.toMillis())
                                .retryOptions(
                                        HttpRetryOptions.builder().attempts(1).build())
                                .build())
                        .build())
                .options(GoogleGenAiChatOptions.builder()
                        .model("asked-model")
                        .temperature(0.5)
                        .maxOutputTokens(1234)
                        .build())
                .retryTemplate(new RetryTemplate(RetryPolicy.withMaxRetries(0)))
                .observationRegistry(this.observations)
                .build();
    }

    @Override
    String provider() {
        return "gcp.gemini";
    }

    @Override
    String answeringModel() {
        return GeminiServer.MODEL;
    }

    @Override
    String errorType(int status) {
        return "com.google.genai.errors." + (status < 500 ? "ClientException" : "ServerException");
    }

    @Override
    List<String> finishReasons() {
        return List.of("stop", "max_tokens", "safety", "stop");
    }

    @Override
    boolean tellsResponseId() {
        return false;
    }

    /** Spring AI takes the end of a stream for a stop. */
    @Override
    void assertEndedEarly(TelemetryRecord record) {
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.attributes()).containsEntry("gen_ai.usage.unavailable", "usage");
    }

    @Test
    void tokensOfGooglesOwnToolsAreInput() {
        Tokens tokens = Tokens.of(220, 450).reasoned(150).usedTools(20);
        standIn()
                .then(Reply.text("a", "b").tokens(tokens))
                .then(Reply.text("a", "b").tokens(tokens));
        stream();
        assertTokens(only(), tokens);
    }
}
