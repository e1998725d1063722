package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.TelemetryBuilder;

/**
 * Changes how the recorder is built, after the properties were applied. Beans of this type are applied in their order.
 */
@FunctionalInterface
public interface TelemetryBuilderCustomizer {

    /** Changes the builder. */
    void customize(TelemetryBuilder builder);
}
