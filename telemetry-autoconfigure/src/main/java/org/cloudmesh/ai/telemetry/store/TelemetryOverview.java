package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What there is, at a glance. The maps count records by name, the most frequent first; records without an event are not
 * in {@code events}.
 *
 * @param records how many
 * @param from time of the first; null when there is none
 * @param to time of the last; null when there is none
 * @param successRate completed / (completed + failed), 0 to 1; null when nothing ended
 * @param statuses records by status
 * @param commands records by program
 * @param events records by event
 * @param metrics names of all metrics, sorted
 * @param truncated whether one of the collections was cut at {@value TelemetryReader#MAX_NAMES}
 */
public record TelemetryOverview(
        long records,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Double successRate,
        Map<String, Long> statuses,
        Map<String, Long> commands,
        Map<String, Long> events,
        List<String> metrics,
        boolean truncated) {

    public TelemetryOverview {
        statuses = Collections.unmodifiableMap(new LinkedHashMap<>(statuses));
        commands = Collections.unmodifiableMap(new LinkedHashMap<>(commands));
        events = Collections.unmodifiableMap(new LinkedHashMap<>(events));
        metrics = List.copyOf(metrics);
    }
}
