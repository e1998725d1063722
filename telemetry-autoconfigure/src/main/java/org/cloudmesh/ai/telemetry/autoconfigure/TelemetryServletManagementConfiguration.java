package org.cloudmesh.ai.telemetry.autoconfigure;

import jakarta.servlet.Filter;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpoint;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpointFilter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Adds headers, HEAD and the limit of exports to the endpoint in whichever servlet context serves them: the
 * application's or the management port's.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = Type.SERVLET)
@ConditionalOnClass({Filter.class, OncePerRequestFilter.class})
@ConditionalOnAvailableEndpoint(endpoint = TelemetryEndpoint.class)
public final class TelemetryServletManagementConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TelemetryEndpointFilter telemetryEndpointFilter(
            ObjectProvider<PathMappedEndpoints> endpoints, ObjectProvider<TelemetryProperties> properties) {
        int exports = TelemetryProperties.Export.maxConcurrent(properties);
        return new TelemetryEndpointFilter(endpoints::getIfAvailable, exports);
    }
}
