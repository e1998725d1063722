package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import org.cloudmesh.ai.telemetry.micrometer.MeterBridge;
import org.cloudmesh.ai.telemetry.micrometer.TelemetryMeters;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the bridge to Micrometer. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(PipelineView.class)
public final class TelemetryMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TelemetryMeters telemetryMeters(ObjectProvider<PipelineView> pipeline, TelemetryProperties properties) {
        TelemetryProperties.Micrometer settings = properties.getMicrometer();
        return new TelemetryMeters(
                pipeline::getObject, settings.isEnabled() ? new MeterBridge(settings.getMaxMeters()) : null);
    }
}
