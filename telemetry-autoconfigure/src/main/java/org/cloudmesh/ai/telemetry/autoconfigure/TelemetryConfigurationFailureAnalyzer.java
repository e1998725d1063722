package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a start that failed for a setting of telemetry. */
class TelemetryConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<TelemetryConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TelemetryConfigurationException cause) {
        return new FailureAnalysis(
                "Telemetry cannot start with " + cause.property() + "=" + cause.value() + ": " + cause.reason() + ".",
                cause.action()
                        + ". The application also starts, with telemetry degraded, when telemetry.fail-fast=false.",
                cause);
    }
}
