package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.List;

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
    public record Metric(String name, long count, double min, double avg, double max, double last, Instant lastSeen) {}
}
