package org.cloudmesh.ai.telemetry.autoconfigure;

import java.time.Clock;
import java.util.List;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpoint;
import org.cloudmesh.ai.telemetry.actuate.TelemetryMcpTools;
import org.cloudmesh.ai.telemetry.alert.AlertMonitor;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of tools for agents, which Spring AI's MCP server finds by their annotations. Off unless asked
 * for.
 */
@AutoConfiguration(
        after = {TelemetryAutoConfiguration.class, TelemetryEndpointAutoConfiguration.class},
        beforeName = {
            "org.springframework.ai.mcp.server.common.autoconfigure.annotations.McpServerSpecificationFactoryAutoConfiguration",
            "org.springframework.ai.mcp.server.common.autoconfigure.annotations.StatelessServerSpecificationFactoryAutoConfiguration"
        })
@ConditionalOnClass({McpTool.class, Endpoint.class})
@ConditionalOnBooleanProperty("telemetry.mcp.enabled")
@ConditionalOnBean(PipelineView.class)
public final class TelemetryMcpAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TelemetryMcpTools telemetryMcpTools(
            ObjectProvider<TelemetryEndpoint> endpoint,
            PipelineView pipeline,
            ObjectProvider<AlertMonitor> alerts,
            ObjectProvider<CallsInFlight> calls) {
        return new TelemetryMcpTools(endpoint.getIfAvailable(() -> new TelemetryEndpoint(
                pipeline,
                Clock.systemUTC(),
                () -> {
                    AlertMonitor monitor = alerts.getIfAvailable();
                    return monitor == null ? List.of() : monitor.alerts();
                },
                calls.getIfUnique(() -> CallsInFlight.NONE))));
    }
}
