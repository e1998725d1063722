package org.cloudmesh.ai.telemetry.ai.provider;

import java.time.Duration;
import java.util.List;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

class SpringAiOpenAiTests extends SpringAiProviderTests {

    @Override
    ProviderServer server() {
        return new OpenAiServer();
    }

    @Override
    ChatModel model(String url, Duration timeout) {
        return OpenAiChatModel.builder()
                .options(OpenAiChatOptions.builder()
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
        return "openai";
    }

    @Override
    String answeringModel() {
        return OpenAiServer.MODEL;
    }

    @Override
    String errorType(int status) {
        return "com.openai.errors."
                + switch (status) {
                    case 400 -> "BadRequestException";
                    case 401 -> "UnauthorizedException";
                    case 429 -> "RateLimitException";
                    default -> "InternalServerException";
                };
    }

    @Override
    List<String> finishReasons() {
        return List.of("stop", "length", "content_filter", "tool_calls");
    }
}
