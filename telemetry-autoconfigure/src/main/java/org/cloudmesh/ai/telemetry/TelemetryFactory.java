package org.cloudmesh.ai.telemetry;

/** Builds recorders from settings. The one implementation is found through {@link java.util.ServiceLoader}. */
public interface TelemetryFactory {

    /**
     * Builds a recorder that is already running.
     *
     * @throws TelemetryConfigurationException when the settings name what does not exist, or with
     *     {@link TelemetrySettings#failFast()} when a store cannot be opened
     */
    Telemetry create(TelemetrySettings settings);
}
