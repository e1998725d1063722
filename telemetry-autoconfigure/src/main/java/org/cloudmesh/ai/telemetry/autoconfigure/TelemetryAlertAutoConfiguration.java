package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.alert.AlertMonitor;
import org.cloudmesh.ai.telemetry.micrometer.AlertMetrics;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.Claims;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Auto-configuration of alerts, where there is a rule. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@Conditional(TelemetryAlertAutoConfiguration.OnAlertCondition.class)
@ConditionalOnBean(PipelineView.class)
@EnableConfigurationProperties(TelemetryAlertProperties.class)
public final class TelemetryAlertAutoConfiguration {

    /** An application that makes a monitor itself also starts it. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(AlertMonitor.class)
    static class Monitor {

        @Bean
        AlertMonitor telemetryAlertMonitor(
                TelemetryAlertProperties properties,
                Telemetry telemetry,
                TelemetryReader reader,
                PipelineView pipeline,
                ApplicationEventPublisher events) {
            return new AlertMonitor(
                    AlertRules.of(properties),
                    telemetry,
                    reader,
                    pipeline.origin().command(),
                    claims(pipeline),
                    events::publishEvent,
                    Clock.systemDefaultZone());
        }

        @Bean
        AlertMonitorLifecycle telemetryAlertMonitorLifecycle(AlertMonitor telemetryAlertMonitor) {
            return new AlertMonitorLifecycle(telemetryAlertMonitor);
        }

        /** Those of the store that answers, which changes when one cannot be read. */
        private static Claims claims(PipelineView pipeline) {
            return (name, state, within) -> {
                RecordSource source = pipeline.source();
                return source == null || source.claims().claim(name, state, within);
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Meters {

        @Bean
        @ConditionalOnMissingBean
        AlertMetrics telemetryAlertMetrics(AlertMonitor alerts) {
            return new AlertMetrics(alerts);
        }
    }

    /** Matches when there is a rule. */
    static class OnAlertCondition extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            ConditionMessage.Builder message = ConditionMessage.forCondition("Telemetry alerts");
            boolean any = Binder.get(context.getEnvironment())
                    .bind("telemetry.alerts[0]", Bindable.mapOf(String.class, Object.class))
                    .isBound();
            return any
                    ? ConditionOutcome.match(message.because("telemetry.alerts has a rule"))
                    : ConditionOutcome.noMatch(message.because("telemetry.alerts is empty"));
        }
    }
}
