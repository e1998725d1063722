package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.cloudmesh.ai.telemetry.ai.TelemetryObservationHandler;
import org.cloudmesh.ai.telemetry.ai.ToolFailures;
import org.springframework.ai.tool.execution.ToolExecutionExceptionProcessor;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the failures of Spring AI's tools, which their observations do not tell. */
@AutoConfiguration(after = TelemetryObservationAutoConfiguration.class)
@ConditionalOnClass(ToolExecutionExceptionProcessor.class)
@ConditionalOnBean(TelemetryObservationHandler.class)
public final class TelemetryToolAutoConfiguration {

    @Bean
    HiddenObservations telemetryHiddenObservations(
            ObjectProvider<ObservationRegistry> registry,
            ListableBeanFactory beans,
            TelemetryObservationProperties properties) {
        return new HiddenObservations(
                registry, beans, new ObservationSelection(properties.getInclude(), properties.getExclude()));
    }

    @Bean
    static BeanPostProcessor telemetryToolFailurePostProcessor() {
        return new BeanPostProcessor() {

            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                return bean instanceof ToolExecutionExceptionProcessor processor ? ToolFailures.watch(processor) : bean;
            }
        };
    }
}
