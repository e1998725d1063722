package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Auto-configuration of the trace that a record is part of. */
@AutoConfiguration(
        before = TelemetryAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration"
        })
@ConditionalOnClass(Tracer.class)
@ConditionalOnBean(Tracer.class)
@Conditional(OnTelemetryEnabledCondition.class)
public final class TelemetryTraceAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "telemetryTraceContributor")
    TelemetryContextContributor telemetryTraceContributor(Tracer tracer) {
        return (attributes) -> {
            Span span = tracer.currentSpan();
            if (span != null && !span.isNoop()) {
                attributes.accept("trace_id", span.context().traceId());
                attributes.accept("span_id", span.context().spanId());
            }
        };
    }
}
