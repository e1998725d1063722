package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import org.cloudmesh.ai.telemetry.micrometer.MeterBridge;
import org.cloudmesh.ai.telemetry.micrometer.PipelineMetrics;
import org.cloudmesh.ai.telemetry.micrometer.SystemMetrics;
import org.cloudmesh.ai.telemetry.micrometer.WriteTimer;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Auto-configuration of the bridge to Micrometer. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(PipelineView.class)
@Conditional(OnTelemetryEnabledCondition.class)
public final class TelemetryMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    PipelineMetrics telemetryPipelineMetrics(PipelineView pipeline) {
        return new PipelineMetrics(pipeline);
    }

    @Bean
    @ConditionalOnMissingBean
    SystemMetrics telemetrySystemMetrics(PipelineView pipeline) {
        return new SystemMetrics(pipeline.context());
    }

    @Bean
    @ConditionalOnMissingBean
    WriteTimer telemetryWriteTimer() {
        return new WriteTimer();
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "telemetry.micrometer.enabled", matchIfMissing = true)
    MeterBridge telemetryMeterBridge(TelemetryProperties properties) {
        return new MeterBridge(properties.getMicrometer().getMaxMeters());
    }
}
