package org.cloudmesh.ai.telemetry.autoconfigure;

import io.opentelemetry.sdk.trace.SpanProcessor;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.GenAiSpanProcessor;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the records of AI libraries that speak OpenTelemetry: Boot's tracer provider takes the
 * processor.
 */
@AutoConfiguration(
        after = TelemetryAutoConfiguration.class,
        beforeName =
                "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration")
@ConditionalOnClass(SpanProcessor.class)
@ConditionalOnBean(AiRecorder.class)
public final class TelemetryOpenTelemetryAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    GenAiSpanProcessor telemetryGenAiSpanProcessor(
            ObjectProvider<AiRecorder> recorder, TelemetryObservationProperties properties) {
        return new GenAiSpanProcessor(
                recorder::getObject, new ObservationSelection(properties.getInclude(), properties.getExclude()));
    }
}
