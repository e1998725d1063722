package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.observation.ObservationHandler;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.cloudmesh.ai.telemetry.ai.TelemetryObservationHandler;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Auto-configuration of the records of observations: model calls, tools and vector stores unless others are chosen. */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@ConditionalOnClass(ObservationHandler.class)
@ConditionalOnBooleanProperty(name = "telemetry.observations.enabled", matchIfMissing = true)
@Conditional(OnTelemetryEnabledCondition.class)
public final class TelemetryObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TelemetryObservationHandler telemetryObservationHandler(
            AiRecorder recorder, TelemetryObservationProperties properties) {
        return new TelemetryObservationHandler(
                recorder, new ObservationSelection(properties.getInclude(), properties.getExclude()));
    }
}
