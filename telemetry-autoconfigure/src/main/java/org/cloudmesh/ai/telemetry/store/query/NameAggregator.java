package org.cloudmesh.ai.telemetry.store.query;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.cloudmesh.ai.telemetry.store.rollup.Series;

/** Collects the names of metrics: from the series alone, without a value. */
final class NameAggregator implements Aggregator {

    // A name and its place in the set, at the least.
    private static final int NAME_BYTES = 100;

    private final Set<String> names = new HashSet<>();

    private final LongConsumer memory;

    NameAggregator(LongConsumer memory) {
        this.memory = memory;
    }

    @Override
    public Scan scan(ResolvedFilter filter) {
        return new Scan(filter, Scan.Columns.METRICS);
    }

    @Override
    public void add(int bucket, RecordView record) {
        record.metrics((name, value) -> add(name));
    }

    @Override
    public void add(int bucket, Rollup rollup, ResolvedFilter filter) {
        RollupEntries counts = rollup.counts();
        while (counts.next()) {
            if (filter.isWhole(counts.series())) {
                add(filter.catalog().series(counts.series()));
            }
        }
    }

    @Override
    public boolean add(IndexedSegment segment, List<Block> blocks, Scan scan, long[] edges) {
        segment.count(
                blocks,
                scan,
                (series, count, first, last) -> add(segment.catalog().series(series)));
        return true;
    }

    private void add(Series series) {
        series.metrics().forEach(this::add);
    }

    private void add(String name) {
        if (!this.names.contains(name)) {
            this.memory.accept(NAME_BYTES + 2L * name.length());
            this.names.add(name);
        }
    }

    Set<String> toSet() {
        return this.names;
    }
}
