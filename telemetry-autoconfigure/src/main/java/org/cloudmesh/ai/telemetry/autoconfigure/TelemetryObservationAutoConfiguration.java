package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.observation.ObservationHandler;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.cloudmesh.ai.telemetry.ai.StreamTimingAdvisor;
import org.cloudmesh.ai.telemetry.ai.TelemetryObservationHandler;
import org.cloudmesh.ai.telemetry.ai.ToolFailures;
import org.springframework.ai.chat.client.ChatClientBuilderCustomizer;
import org.springframework.ai.tool.execution.ToolExecutionExceptionProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Auto-configuration of the records of observations: model calls, tools and vector stores unless others are chosen. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass(ObservationHandler.class)
@ConditionalOnBean(Telemetry.class)
@ConditionalOnBooleanProperty(name = "telemetry.observations.enabled", matchIfMissing = true)
@Conditional(OnTelemetryEnabledCondition.class)
@Import(AiRecorderConfiguration.class)
public final class TelemetryObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TelemetryObservationHandler telemetryObservationHandler(
            AiRecorder recorder, TelemetryObservationProperties properties) {
        return new TelemetryObservationHandler(
                recorder, new ObservationSelection(properties.getInclude(), properties.getExclude()));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ChatClientBuilderCustomizer.class)
    static class ChatClients {

        @Bean
        @ConditionalOnMissingBean
        StreamTimingAdvisor telemetryStreamTimingAdvisor() {
            return new StreamTimingAdvisor();
        }

        @Bean
        @ConditionalOnMissingBean(name = "telemetryChatClientBuilderCustomizer")
        ChatClientBuilderCustomizer telemetryChatClientBuilderCustomizer(StreamTimingAdvisor advisor) {
            return (builder) -> builder.defaultAdvisors(advisor);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ToolExecutionExceptionProcessor.class)
    static class Tools {

        @Bean
        static BeanPostProcessor telemetryToolFailurePostProcessor() {
            return new BeanPostProcessor() {

                @Override
                public Object postProcessAfterInitialization(Object bean, String beanName) {
                    return bean instanceof ToolExecutionExceptionProcessor processor
                            ? ToolFailures.watch(processor)
                            : bean;
                }
            };
        }
    }
}
