package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpoint;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpointWebFilter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebFilter;

/**
 * Adds headers, HEAD and the limit of exports to the endpoint in whichever reactive context serves them: the
 * application's or the management port's.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass(WebFilter.class)
@ConditionalOnAvailableEndpoint(endpoint = TelemetryEndpoint.class)
public final class TelemetryReactiveManagementConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TelemetryEndpointWebFilter telemetryEndpointWebFilter(
            ObjectProvider<PathMappedEndpoints> endpoints, ObjectProvider<TelemetryProperties> properties) {
        int exports = TelemetryProperties.Export.maxConcurrent(properties);
        return new TelemetryEndpointWebFilter(endpoints::getIfAvailable, exports);
    }
}
