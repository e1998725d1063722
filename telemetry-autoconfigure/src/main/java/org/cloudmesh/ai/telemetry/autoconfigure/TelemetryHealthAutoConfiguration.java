package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.actuate.TelemetryHealthIndicator;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Adds the health of the recorder, under the name {@code telemetry}. */
@AutoConfiguration(afterName = "org.cloudmesh.ai.telemetry.autoconfigure.TelemetryAutoConfiguration")
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("telemetry")
@ConditionalOnBean(PipelineView.class)
public final class TelemetryHealthAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "telemetryHealthIndicator")
    TelemetryHealthIndicator telemetryHealthIndicator(PipelineView pipeline) {
        return new TelemetryHealthIndicator(pipeline);
    }
}
