package org.cloudmesh.ai.telemetry.store.query;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;

/** Sums up each metric. */
final class MetricAggregator implements Aggregator {

    // An empty distribution and its place in the map, at the least.
    private static final int METRIC_BYTES = 200;

    private final Map<String, Distribution> metrics = new HashMap<>();

    private final LongConsumer memory;

    MetricAggregator(LongConsumer memory) {
        this.memory = memory;
    }

    @Override
    public Scan scan(ResolvedFilter filter) {
        return new Scan(filter, Scan.Columns.METRICS);
    }

    @Override
    public void add(int bucket, RecordView record) {
        long at = record.timestampMicros();
        record.metrics((name, value) -> distribution(name).add(value, at));
    }

    @Override
    public void add(int bucket, Rollup rollup, ResolvedFilter filter) {
        rollup.forEachMetric((metric, entries) -> {
            String name = filter.catalog().metric(metric);
            if (filter.all()) {
                // The first entry sums up all others, or is the only one.
                if (entries.next()) {
                    entries.addTo(distribution(name));
                }
                return;
            }
            while (entries.next()) {
                if (!entries.ofAll() && filter.isChosenEntry(entries.series())) {
                    entries.addTo(distribution(name));
                }
            }
        });
    }

    @Override
    public boolean add(IndexedSegment segment, List<Block> blocks, Scan scan, long[] edges) {
        return false;
    }

    private Distribution distribution(String metric) {
        Distribution known = this.metrics.get(metric);
        if (known == null) {
            this.memory.accept(METRIC_BYTES + 2L * metric.length());
            known = new Distribution(this.memory);
            this.metrics.put(metric, known);
        }
        return known;
    }

    Map<String, Distribution> toMap() {
        return this.metrics;
    }
}
