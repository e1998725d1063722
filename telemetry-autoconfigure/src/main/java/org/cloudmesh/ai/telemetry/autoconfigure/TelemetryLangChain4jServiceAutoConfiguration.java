package org.cloudmesh.ai.telemetry.autoconfigure;

import dev.langchain4j.spi.services.AiServiceContextFactory;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/** Auto-configuration of the records of LangChain4j's AI services and their tools. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass(AiServiceContextFactory.class)
@ConditionalOnBean(AiRecorder.class)
public final class TelemetryLangChain4jServiceAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LangChain4jServiceInstallation telemetryLangChain4jServiceInstallation(ObjectProvider<AiRecorder> recorder) {
        return new LangChain4jServiceInstallation(recorder);
    }
}
