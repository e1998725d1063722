package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.Set;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a start that failed for a setting of telemetry. */
class TelemetryConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<TelemetryConfigurationException> {

    private static final Set<String> STORE = Set.of("telemetry.backend", "telemetry.path");

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TelemetryConfigurationException cause) {
        // Other settings are read before anything could run degraded.
        boolean optional = STORE.contains(cause.property()) && !cause.action().contains("telemetry.fail-fast");
        String otherwise = optional
                ? ". The application also starts, with telemetry degraded, when telemetry.fail-fast=false."
                : ".";
        return new FailureAnalysis(
                "Telemetry cannot start with " + cause.property() + "=" + cause.value() + ": " + cause.reason() + ".",
                cause.action() + otherwise,
                cause);
    }
}
