package org.cloudmesh.ai.telemetry.autoconfigure;

import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Conditional;

/** Matches where {@link OnTelemetryEnabledCondition} does not. */
class OnTelemetryDisabledCondition extends NoneNestedConditions {

    OnTelemetryDisabledCondition() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @Conditional(OnTelemetryEnabledCondition.class)
    static class Enabled {}
}
