package org.cloudmesh.ai.telemetry.autoconfigure;

import dev.langchain4j.agentic.internal.InternalAgent;
import dev.langchain4j.agentic.observability.AgentListener;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.LangChain4jAgentListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/** Auto-configuration of the records of LangChain4j's agents: those that are beans, and the agents within them. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass({AgentListener.class, InternalAgent.class})
@ConditionalOnBean(AiRecorder.class)
public final class TelemetryLangChain4jAgentAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(TelemetryLangChain4jAgentAutoConfiguration.class);

    @Bean
    @ConditionalOnMissingBean
    LangChain4jAgentListener telemetryAgentListener(AiRecorder recorder) {
        return new LangChain4jAgentListener(recorder);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static BeanPostProcessor telemetryAgentPostProcessor(ObjectProvider<LangChain4jAgentListener> listener) {
        return new AgentPostProcessor(listener);
    }

    private record AgentPostProcessor(ObjectProvider<LangChain4jAgentListener> listener) implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof InternalAgent agent) {
                try {
                    // Agents take listeners as they are built, and afterwards in this way alone, as from an agent
                    // above.
                    this.listener.ifAvailable(agent::registerInheritedParentListener);
                } catch (RuntimeException | LinkageError ex) {
                    // Another release of LangChain4j: the application must not suffer.
                    LOG.warn("The agent '{}' is not recorded", beanName, ex);
                }
            }
            return bean;
        }
    }
}
