package org.cloudmesh.ai.telemetry.store.query;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.GroupedSeries;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.jspecify.annotations.Nullable;

/** Sums up one metric over another one of the same records, which only the records tell. */
final class CurveAggregator implements Aggregator {

    // An empty distribution, at the least.
    private static final int DISTRIBUTION_BYTES = 150;

    private final String metric;

    private final String axis;

    private final @Nullable Dimension by;

    private final Set<@Nullable String> keys;

    private final double[] edges;

    private final LongConsumer memory;

    private final Map<@Nullable String, List<Distribution>> groups = new HashMap<>();

    private final List<Distribution> others;

    CurveAggregator(
            String metric,
            String axis,
            @Nullable Dimension by,
            Set<@Nullable String> keys,
            double[] edges,
            LongConsumer memory) {
        this.metric = metric;
        this.axis = axis;
        this.by = by;
        this.keys = keys;
        this.edges = edges;
        this.memory = memory;
        this.others = GroupedSeries.empty(edges.length - 1);
    }

    @Override
    public Scan scan(ResolvedFilter filter) {
        return new Scan(filter, Scan.Columns.METRICS);
    }

    @Override
    public void add(int bucket, RecordView record) {
        double value = record.metric(this.metric);
        int place = GroupedSeries.bucket(this.edges, record.metric(this.axis));
        if (place >= 0 && !Double.isNaN(value)) {
            points(record).get(place).add(value, record.timestampMicros());
        }
    }

    private List<Distribution> points(RecordView record) {
        String key = this.by == null ? null : this.by.of(record);
        if (this.by == null || !this.keys.contains(key)) {
            return this.others;
        }
        List<Distribution> points = this.groups.get(key);
        if (points == null) {
            this.memory.accept((long) DISTRIBUTION_BYTES * this.others.size());
            points = GroupedSeries.empty(this.others.size());
            this.groups.put(key, points);
        }
        return points;
    }

    @Override
    public void add(int bucket, Rollup rollup, ResolvedFilter filter) {
        throw new IllegalStateException("A roll-up does not tell which values were recorded together");
    }

    @Override
    public boolean add(IndexedSegment segment, List<Block> blocks, Scan scan, long[] edges) {
        return false;
    }

    GroupedSeries toSeries() {
        return new GroupedSeries(this.groups, this.others);
    }
}
