package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.GroupedSeries;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.Labels;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.jspecify.annotations.Nullable;

/** Sums up one metric, by bucket of time and by group. */
final class ValueAggregator implements Aggregator {

    // An empty distribution and its place in the map, at the least.
    private static final int GROUP_BYTES = 200;

    private final String metric;

    private final @Nullable Dimension by;

    private final List<Map<@Nullable String, Distribution>> buckets = new ArrayList<>();

    private final LongConsumer memory;

    private int lastBucket = -1;

    private @Nullable String lastKey;

    private @Nullable Distribution last;

    // Null when all groups are told apart.
    private final @Nullable Set<@Nullable String> keys;

    private final List<Distribution> others;

    ValueAggregator(String metric, @Nullable Dimension by, int buckets, LongConsumer memory) {
        this(metric, by, null, buckets, memory);
    }

    /**
     * Creates an aggregator.
     *
     * @param by what groups are made by, if any
     * @param keys of the groups that are told apart; null for all
     */
    ValueAggregator(
            String metric,
            @Nullable Dimension by,
            @Nullable Set<@Nullable String> keys,
            int buckets,
            LongConsumer memory) {
        this.metric = metric;
        this.by = by;
        this.keys = keys;
        this.memory = memory;
        this.others = keys == null ? List.of() : GroupedSeries.empty(buckets);
        for (int i = 0; i < buckets; i++) {
            this.buckets.add(new HashMap<>());
        }
    }

    @Override
    public Scan scan(ResolvedFilter filter) {
        return new Scan(filter, filter.from(), filter.to(), Scan.Columns.METRIC, this.metric, false);
    }

    @Override
    public void add(int bucket, RecordView record) {
        double value = record.metric(this.metric);
        if (!Double.isNaN(value)) {
            distribution(bucket, key(record)).add(value, record.timestampMicros());
        }
    }

    @Override
    public void add(int bucket, Rollup rollup, ResolvedFilter filter) {
        int metric = filter.catalog().metric(this.metric);
        if (metric == 0) {
            return;
        }
        RollupEntries entries = rollup.values(metric);
        if (this.by == null && filter.all()) {
            // The first entry sums up all others, or is the only one.
            if (entries.next()) {
                entries.addTo(distribution(bucket, QueryEngine.ALL_RECORDS));
            }
            return;
        }
        while (entries.next()) {
            if (!entries.ofAll() && filter.isChosenEntry(entries.series())) {
                entries.addTo(distribution(
                        bucket,
                        this.by == null
                                ? QueryEngine.ALL_RECORDS
                                : key(filter.catalog().series(entries.series()))));
            }
        }
    }

    @Override
    public boolean add(IndexedSegment segment, List<Block> blocks, Scan scan, long[] edges) {
        if (this.by != null) {
            return false;
        }
        int first = Math.max(
                0, QueryPlan.bucket(edges, Math.max(scan.from(), blocks.get(0).first())));
        long end = Math.min(scan.to() - 1, blocks.get(blocks.size() - 1).last());
        for (int i = first; i < edges.length - 1 && edges[i] <= end; i++) {
            int bucket = i;
            if (!segment.sum(
                    blocks,
                    scan.between(edges[i], edges[i + 1]),
                    () -> distribution(bucket, QueryEngine.ALL_RECORDS))) {
                return false;
            }
        }
        return true;
    }

    private @Nullable String key(Labels labels) {
        return this.by == null ? QueryEngine.ALL_RECORDS : this.by.of(labels);
    }

    // Neighbours mostly share the very instance of a key: no need to compare texts.
    @SuppressWarnings("ReferenceEquality")
    private Distribution distribution(int bucket, @Nullable String key) {
        Distribution last = this.last;
        if (last != null && bucket == this.lastBucket && key == this.lastKey) {
            return last;
        }
        if (this.keys != null && !this.keys.contains(key)) {
            return this.others.get(bucket);
        }
        Map<@Nullable String, Distribution> groups = this.buckets.get(bucket);
        Distribution distribution = groups.get(key);
        if (distribution == null) {
            if (groups.size() >= QueryEngine.MOST_GROUPS) {
                throw new QueryException(
                        QueryException.Reason.TOO_LARGE,
                        "There are more than " + QueryEngine.MOST_GROUPS + " groups; narrow the range or the filters",
                        null);
            }
            this.memory.accept(GROUP_BYTES + (key == null ? 0 : 2L * key.length()));
            distribution = new Distribution(this.memory);
            groups.put(key, distribution);
        }
        this.lastBucket = bucket;
        this.lastKey = key;
        this.last = distribution;
        return distribution;
    }

    Map<@Nullable String, Distribution> groups(int bucket) {
        return this.buckets.get(bucket);
    }

    /** Returns the groups that are told apart, each over all buckets. */
    GroupedSeries toSeries() {
        Map<@Nullable String, List<Distribution>> groups = new HashMap<>();
        for (int i = 0; i < this.buckets.size(); i++) {
            int bucket = i;
            this.buckets
                    .get(i)
                    .forEach((key, values) ->
                            groups.computeIfAbsent(key, (absent) -> places()).set(bucket, values));
        }
        return new GroupedSeries(groups, this.others);
    }

    private List<Distribution> places() {
        this.memory.accept(GROUP_BYTES + (long) Long.BYTES * this.buckets.size());
        return GroupedSeries.places(this.buckets.size());
    }
}
