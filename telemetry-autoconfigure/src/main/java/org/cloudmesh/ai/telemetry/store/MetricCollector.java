package org.cloudmesh.ai.telemetry.store;

import java.util.HashMap;
import java.util.Map;

/** Sums up all metrics of records. Not thread-safe. */
final class MetricCollector implements BlockAggregator.Collector {

    private final Map<String, Distribution> metrics = new HashMap<>();

    @Override
    public void row(int bucket, Row row) {
        long at = row.timestampMicros();
        row.metrics((name, value) -> distribution(name).add(value, at));
    }

    @Override
    public void summary(int bucket, Summary summary, BlockAggregator.Choice choice) {
        for (String metric : summary.metrics()) {
            if (choice.all()) {
                summary.addTo(metric, distribution(metric));
            } else {
                summary.addTo(metric, (kind) -> choice.test(kind) ? distribution(metric) : null);
            }
        }
    }

    private Distribution distribution(String metric) {
        return this.metrics.computeIfAbsent(metric, (absent) -> new Distribution());
    }

    Map<String, Distribution> toMap() {
        return this.metrics;
    }
}
