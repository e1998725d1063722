package org.cloudmesh.ai.telemetry.autoconfigure;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.moderation.listener.ModerationModelListener;
import dev.langchain4j.rag.content.retriever.listener.ContentRetrieverListener;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.LangChain4jChatListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jEmbeddingListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jModerationListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jRetrieverListener;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/** Auto-configuration of the records of what LangChain4j's models and retrievers do. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass({
    ChatModelListener.class,
    EmbeddingModelListener.class,
    ModerationModelListener.class,
    ContentRetrieverListener.class
})
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

    @Bean
    @ConditionalOnMissingBean
    LangChain4jModerationListener telemetryModerationModelListener(AiRecorder recorder) {
        return new LangChain4jModerationListener(recorder);
    }

    @Bean
    @ConditionalOnMissingBean
    LangChain4jRetrieverListener telemetryContentRetrieverListener(AiRecorder recorder) {
        return new LangChain4jRetrieverListener(recorder);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LangChain4jModelPostProcessor telemetryLangChain4jModelPostProcessor(BeanFactory beans) {
        return new LangChain4jModelPostProcessor(beans);
    }
}
