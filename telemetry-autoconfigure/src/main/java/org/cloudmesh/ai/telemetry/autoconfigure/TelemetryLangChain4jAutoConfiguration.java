package org.cloudmesh.ai.telemetry.autoconfigure;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.LangChain4jChatListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jEmbeddingListener;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the records of LangChain4j's calls. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass({ChatModelListener.class, EmbeddingModelListener.class})
@ConditionalOnBean(AiRecorder.class)
public final class TelemetryLangChain4jAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    LangChain4jChatListener telemetryChatModelListener(AiRecorder recorder) {
        return new LangChain4jChatListener(recorder);
    }

    @Bean
    @ConditionalOnMissingBean
    LangChain4jEmbeddingListener telemetryEmbeddingModelListener(AiRecorder recorder) {
        return new LangChain4jEmbeddingListener(recorder);
    }
}
