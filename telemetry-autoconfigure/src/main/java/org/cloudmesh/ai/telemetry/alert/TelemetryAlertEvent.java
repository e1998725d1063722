package org.cloudmesh.ai.telemetry.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Tells the application that an alert fired or ended. Published in the application context, on the thread that
 * evaluates alerts: a listener that takes long delays the next evaluation.
 *
 * @param alert the rule's name
 * @param firing true when it fires, false when it ended
 * @param value what was compared; null when an alert ended because there is nothing to compare any more
 * @param threshold what it is compared with
 * @param key of the group; null for a rule without groups, and for records without the dimension
 * @param at when it was evaluated
 */
public record TelemetryAlertEvent(
        String alert,
        boolean firing,
        @Nullable Double value,
        double threshold,
        @Nullable String key,
        Instant at) {}
