package org.cloudmesh.ai.telemetry.autoconfigure;

import dev.langchain4j.mcp.client.McpClientListener;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.LangChain4jMcpListener;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of the records of what LangChain4j's MCP clients ask, of those that are built with the listener.
 */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass(McpClientListener.class)
@ConditionalOnBean(AiRecorder.class)
public final class TelemetryLangChain4jMcpAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    LangChain4jMcpListener telemetryMcpClientListener(AiRecorder recorder) {
        return new LangChain4jMcpListener(recorder);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static McpClientCheck telemetryMcpClientCheck(ObjectProvider<LangChain4jMcpListener> listener) {
        return new McpClientCheck(listener);
    }
}
