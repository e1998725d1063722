package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Auto-configuration of what records say of their caller: the trace that it is part of, and, only when asked for, the
 * authenticated principal.
 */
@AutoConfiguration(
        before = TelemetryAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration"
        })
@Conditional(OnTelemetryEnabledCondition.class)
public final class TelemetryCallerAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Tracer.class)
    @ConditionalOnBean(Tracer.class)
    static class Trace {

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

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityContextHolder.class)
    @ConditionalOnBooleanProperty("telemetry.context.principal")
    static class Principal {

        @Bean
        @ConditionalOnMissingBean(name = "telemetryPrincipalContributor")
        TelemetryContextContributor telemetryPrincipalContributor() {
            return (attributes) -> {
                Authentication authentication =
                        SecurityContextHolder.getContext().getAuthentication();
                if (authentication != null
                        && authentication.isAuthenticated()
                        && !(authentication instanceof AnonymousAuthenticationToken)) {
                    attributes.accept("enduser.id", authentication.getName());
                }
            };
        }
    }
}
