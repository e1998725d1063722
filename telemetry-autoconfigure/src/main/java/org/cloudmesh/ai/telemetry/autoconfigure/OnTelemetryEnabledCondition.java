package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches unless the property or the environment variable switches telemetry off. */
class OnTelemetryEnabledCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Environment environment = context.getEnvironment();
        ConditionMessage.Builder message = ConditionMessage.forCondition("Telemetry");
        if (!environment.getProperty("telemetry.enabled", Boolean.class, true)) {
            return ConditionOutcome.noMatch(message.because("telemetry.enabled is false"));
        }
        if (TelemetryBuilder.disables(environment.getProperty(TelemetryBuilder.KILL_SWITCH))) {
            return ConditionOutcome.noMatch(message.because(TelemetryBuilder.KILL_SWITCH + " is set"));
        }
        return ConditionOutcome.match(message.because("nothing switches it off"));
    }
}
