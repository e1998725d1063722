package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.cloudmesh.ai.telemetry.Internal;
import org.cloudmesh.ai.telemetry.alert.AlertMonitor;

/** Registers {@code telemetry.alert.firing}: how many keys of a rule fire, 0 or 1 for a rule without groups. */
@Internal
public final class AlertMetrics implements MeterBinder {

    /** Name of the meter; its tag {@code alert} is the rule's name. */
    public static final String FIRING = "telemetry.alert.firing";

    private final AlertMonitor alerts;

    /** Creates a binder for the rules of a monitor. */
    public AlertMetrics(AlertMonitor alerts) {
        this.alerts = alerts;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String rule : this.alerts.names()) {
            Gauge.builder(FIRING, this.alerts, (alerts) -> alerts.firing(rule))
                    .tag("alert", rule)
                    .description("Keys of the rule that fire")
                    .strongReference(true)
                    .register(registry);
        }
    }
}
