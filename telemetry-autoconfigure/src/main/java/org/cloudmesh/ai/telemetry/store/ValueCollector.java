package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sums up one metric of records, by bucket of time and by group. Not thread-safe. */
final class ValueCollector implements BlockAggregator.Collector {

    private final String metric;

    private final NamePattern name;

    private final @Nullable Dimension by;

    private final List<Map<@Nullable String, Distribution>> buckets = new ArrayList<>();

    ValueCollector(String metric, @Nullable Dimension by, int buckets) {
        this.metric = metric;
        this.name = NamePattern.exactly(metric);
        this.by = by;
        for (int i = 0; i < buckets; i++) {
            this.buckets.add(new HashMap<>());
        }
    }

    @Override
    public boolean wants(Summary.Kind kind) {
        return kind.has(this.name);
    }

    @Override
    public boolean knowsPlaceOf(Summary.Kind kind) {
        return this.by == null || this.by.kind() != Dimension.Kind.ATTRIBUTE || kind.agreesIn(attribute(this.by));
    }

    @Override
    public void row(int bucket, Row row) {
        double value = row.metric(this.metric);
        if (!Double.isNaN(value)) {
            distribution(bucket, key(row)).add(value, row.timestampMicros());
        }
    }

    @Override
    public void summary(int bucket, Summary summary, BlockAggregator.Choice choice) {
        if (this.by == null && choice.all()) {
            summary.addTo(this.metric, distribution(bucket, ""));
        } else {
            summary.addTo(this.metric, (kind) -> choice.test(kind) ? distribution(bucket, key(kind)) : null);
        }
    }

    private Distribution distribution(int bucket, @Nullable String key) {
        Map<@Nullable String, Distribution> groups = this.buckets.get(bucket);
        Distribution distribution = groups.get(key);
        if (distribution == null) {
            GroupLimit.requireRoom(groups);
            distribution = new Distribution();
            groups.put(key, distribution);
        }
        return distribution;
    }

    private @Nullable String key(Labels labels) {
        return this.by == null ? "" : this.by.of(labels);
    }

    private static String attribute(Dimension by) {
        return Objects.requireNonNull(by.attribute());
    }

    Map<@Nullable String, Distribution> groups(int bucket) {
        return this.buckets.get(bucket);
    }
}
