package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;

/**
 * All metrics of some records.
 *
 * @param metrics by name
 * @param truncated whether there are more than {@value TelemetryReader#MAX_NAMES}; those with the most values are shown
 */
public record MetricSummaries(List<Metric> metrics, boolean truncated) {

    public MetricSummaries {
        metrics = List.copyOf(metrics);
    }

    static MetricSummaries of(Map<String, Distribution> values) {
        List<Metric> metrics = values.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Distribution> entry) ->
                                -entry.getValue().count())
                        .thenComparing(Map.Entry::getKey))
                .limit(TelemetryReader.MAX_NAMES)
                .sorted(Map.Entry.comparingByKey())
                .map((entry) -> Metric.of(entry.getKey(), entry.getValue()))
                .toList();
        return new MetricSummaries(metrics, values.size() > metrics.size());
    }

    /**
     * One metric.
     *
     * @param name of the metric
     * @param count how many values
     * @param min least value
     * @param avg arithmetic mean
     * @param max greatest value
     * @param last value of the latest record
     * @param lastSeen time of the latest record
     */
    public record Metric(String name, long count, double min, double avg, double max, double last, Instant lastSeen) {

        private static Metric of(String name, Distribution values) {
            return new Metric(
                    name,
                    values.count(),
                    values.min(),
                    values.avg(),
                    values.max(),
                    values.last(),
                    EpochMicros.instant(values.lastAt()));
        }
    }
}
