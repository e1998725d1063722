package org.cloudmesh.ai.telemetry.ai.provider;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.model.ChatModel;

class SpringAiAnthropicTests extends SpringAiProviderTests {

    @Override
    ProviderServer server() {
        return new AnthropicServer();
    }

    @Override
    ChatModel model(String url, Duration timeout) {
        return AnthropicChatModel.builder()
                .options(AnthropicChatOptions.builder()
                        .baseUrl(url)
                        .apiKey(KEY)
                        .model("asked-model")
                        .temperature(0.5)
                        .maxTokens(1234)
                        .timeout(timeout)
                        .maxRetries(0)
                        .build())
                .observationRegistry(this.observations)
                .build();
    }

    @Override
    String provider() {
        return "anthropic";
    }

    @Override
    String answeringModel() {
        return AnthropicServer.MODEL;
    }

    @Override
    String errorType(int status) {
        return "com.anthropic.errors."
                + switch (status) {
                    case 400 -> "BadRequestException";
                    case 401 -> "UnauthorizedException";
                    case 429 -> "RateLimitException";
                    default -> "InternalServerException";
                };
    }

    @Override
    List<String> finishReasons() {
        return List.of("end_turn", "max_tokens", "refusal", "tool_use");
    }

    @Override
    Tokens tokens() {
        return Tokens.of(92_007, 100).cached(90_000, 2_000);
    }

    @Override
    int choices() {
        return 1;
    }

    @Test
    void aStreamWhoseLastEventHasTheOutputAlone() {
        standIn().then(Reply.text("a", "b").tokens(tokens()).outputAloneInDelta());
        stream();
        assertTokens(only(), tokens());
    }
}
