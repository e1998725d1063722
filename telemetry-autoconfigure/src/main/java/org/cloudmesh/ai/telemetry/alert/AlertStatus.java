package org.cloudmesh.ai.telemetry.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one rule, or one key of a rule with groups, stands.
 *
 * @param name the rule's
 * @param state as of the latest evaluation
 * @param since when it came into this state; null before the first evaluation
 * @param value what was compared last; null when unknown
 * @param threshold what it is compared with
 * @param key of the group; null for a rule without groups, and for records without the dimension
 */
public record AlertStatus(
        String name,
        AlertState state,
        @Nullable Instant since,
        @Nullable Double value,
        double threshold,
        @Nullable String key) {}
