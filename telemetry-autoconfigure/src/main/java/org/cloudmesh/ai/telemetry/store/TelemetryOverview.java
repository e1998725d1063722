package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts of the chosen records, and the names in them. The maps count records by name, the most frequent first; records
 * without an event are not in {@code events}.
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

    static TelemetryOverview of(List<RecordGroup> groups, Set<String> metrics) {
        GroupTotals all = new GroupTotals();
        Map<String, Long> statuses = new HashMap<>();
        Map<String, Long> commands = new HashMap<>();
        Map<String, Long> events = new HashMap<>();
        for (RecordGroup group : groups) {
            all.add(group);
            statuses.merge(group.status(), group.count(), Long::sum);
            commands.merge(group.command(), group.count(), Long::sum);
            if (group.event() != null) {
                events.merge(group.event(), group.count(), Long::sum);
            }
        }
        return new TelemetryOverview(
                all.records(),
                all.records() == 0 ? null : EpochMicros.instant(all.first()),
                all.records() == 0 ? null : EpochMicros.instant(all.last()),
                all.successRate(),
                mostFrequent(statuses),
                mostFrequent(commands),
                mostFrequent(events),
                new TreeSet<>(metrics).stream().limit(TelemetryReader.MAX_NAMES).toList(),
                Stream.of(statuses.keySet(), commands.keySet(), events.keySet(), metrics)
                        .anyMatch((names) -> names.size() > TelemetryReader.MAX_NAMES));
    }

    private static Map<String, Long> mostFrequent(Map<String, Long> counts) {
        Map<String, Long> result = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(TelemetryReader.MAX_NAMES)
                .forEach((entry) -> result.put(entry.getKey(), entry.getValue()));
        return result;
    }
}
