package org.cloudmesh.ai.telemetry.demo;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A chat model behind any API that speaks OpenAI's protocol, where its address is given. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("demo.chat.base-url")
class ChatConfiguration {

    @Bean
    ChatModel chatModel(
            @Value("${demo.chat.base-url}") String baseUrl,
            @Value("${demo.chat.api-key}") String apiKey,
            @Value("${demo.chat.model}") String model,
            ObjectProvider<ChatModelListener> listeners) {
        return OpenAiChatModel.builder()
                .baseUrl(baseUrl)
                .apiKey(apiKey)
                .modelName(model)
                .timeout(Duration.ofSeconds(60))
                .maxRetries(0)
                .listeners(listeners.orderedStream().toList())
                .build();
    }
}
