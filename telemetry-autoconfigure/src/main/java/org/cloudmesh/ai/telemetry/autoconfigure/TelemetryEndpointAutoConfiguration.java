package org.cloudmesh.ai.telemetry.autoconfigure;

import java.time.Clock;
import java.util.List;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpoint;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpointJmxExtension;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpointWebExtension;
import org.cloudmesh.ai.telemetry.alert.AlertMonitor;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Adds the actuator endpoint {@code telemetry}, where it is exposed and something records. */
@AutoConfiguration(afterName = "org.cloudmesh.ai.telemetry.autoconfigure.TelemetryAutoConfiguration")
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnAvailableEndpoint(endpoint = TelemetryEndpoint.class)
@ConditionalOnBean(PipelineView.class)
public final class TelemetryEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TelemetryEndpoint telemetryEndpoint(
            PipelineView pipeline, ObjectProvider<AlertMonitor> alerts, ObjectProvider<CallsInFlight> calls) {
        return new TelemetryEndpoint(
                pipeline,
                Clock.systemUTC(),
                () -> {
                    AlertMonitor monitor = alerts.getIfAvailable();
                    return monitor == null ? List.of() : monitor.alerts();
                },
                calls.getIfUnique(() -> CallsInFlight.NONE));
    }

    @Bean
    @ConditionalOnMissingBean
    TelemetryEndpointWebExtension telemetryEndpointWebExtension(
            TelemetryEndpoint endpoint, ObjectProvider<PathMappedEndpoints> endpoints) {
        return new TelemetryEndpointWebExtension(endpoint, endpoints::getIfAvailable);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty("spring.jmx.enabled")
    TelemetryEndpointJmxExtension telemetryEndpointJmxExtension(TelemetryEndpoint endpoint) {
        return new TelemetryEndpointJmxExtension(endpoint);
    }
}
