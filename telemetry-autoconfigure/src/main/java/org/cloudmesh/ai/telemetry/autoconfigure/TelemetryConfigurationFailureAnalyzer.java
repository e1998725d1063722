package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a start that failed for a setting of telemetry. */
class TelemetryConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<TelemetryConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TelemetryConfigurationException cause) {
        // Prices are read before anything could run degraded.
        String otherwise = cause.property().startsWith("telemetry.observations.")
                ? "."
                : ". The application also starts, with telemetry degraded, when telemetry.fail-fast=false.";
        return new FailureAnalysis(
                "Telemetry cannot start with " + cause.property() + "=" + cause.value() + ": " + cause.reason() + ".",
                cause.action() + otherwise,
                cause);
    }
}
