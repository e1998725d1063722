package org.cloudmesh.ai.telemetry.store.query;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.rollup.Labels;
import org.cloudmesh.ai.telemetry.store.rollup.RecordCount;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.cloudmesh.ai.telemetry.store.rollup.SeriesCatalog;
import org.jspecify.annotations.Nullable;

/** Counts records by command, run, status and event. */
final class GroupAggregator implements Aggregator {

    // A group, its key, its count and its place in the map, at the least.
    private static final int GROUP_BYTES = 240;

    private final Map<Key, RecordCount> groups = new LinkedHashMap<>();

    private final LongConsumer memory;

    private Key lastKey = new Key("", null, "", null);

    private @Nullable RecordCount lastCount;

    // Of the catalog that came last, the group of each series that was met.
    private @Nullable SeriesCatalog catalog;

    private @Nullable RecordCount[] bySeries = {};

    GroupAggregator(LongConsumer memory) {
        this.memory = memory;
    }

    @Override
    public Scan scan(ResolvedFilter filter) {
        return new Scan(filter, Scan.Columns.LABELS);
    }

    @Override
    public void add(int bucket, RecordView record) {
        RecordCount count = this.lastCount;
        if (count == null || !this.lastKey.isOf(record)) {
            this.lastKey = Key.of(record);
            count = group(this.lastKey);
            this.lastCount = count;
        }
        count.add(1, record.timestampMicros(), record.timestampMicros());
    }

    @Override
    public void add(int bucket, Rollup rollup, ResolvedFilter filter) {
        RollupEntries counts = rollup.counts();
        while (counts.next()) {
            if (filter.isWhole(counts.series())) {
                counts.addTo(group(filter.catalog(), counts.series()));
            }
        }
    }

    @Override
    public boolean add(IndexedSegment segment, List<Block> blocks, Scan scan, long[] edges) {
        segment.count(
                blocks,
                scan,
                (series, count, first, last) -> group(segment.catalog(), series).add(count, first, last));
        return true;
    }

    private RecordCount group(SeriesCatalog catalog, int series) {
        if (catalog != this.catalog) {
            this.catalog = catalog;
            Arrays.fill(this.bySeries, null);
        }
        if (series >= this.bySeries.length) {
            int length = Math.max(64, series + (series >> 1) + 1);
            this.memory.accept((long) Long.BYTES * (length - this.bySeries.length));
            this.bySeries = Arrays.copyOf(this.bySeries, length);
        }
        RecordCount known = this.bySeries[series];
        if (known == null) {
            known = group(Key.of(catalog.series(series)));
            this.bySeries[series] = known;
        }
        return known;
    }

    private RecordCount group(Key key) {
        RecordCount known = this.groups.get(key);
        if (known == null) {
            this.memory.accept(GROUP_BYTES + 2L * key.status().length());
            known = new RecordCount();
            this.groups.put(key, known);
        }
        return known;
    }

    List<RecordGroup> toList() {
        return this.groups.entrySet().stream()
                .map((group) -> group.getKey().with(group.getValue()))
                .toList();
    }

    private record Key(
            String command,
            @Nullable String run,
            String status,
            @Nullable String event) {

        static Key of(Labels labels) {
            return new Key(labels.command(), labels.run(), labels.status(), labels.event());
        }

        // Neighbours mostly share the very instances: no need to compare texts.
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(Labels labels) {
            return this.command == labels.command()
                    && this.run == labels.run()
                    && this.status == labels.status()
                    && this.event == labels.event();
        }

        RecordGroup with(RecordCount count) {
            return new RecordGroup(
                    this.command, this.run, this.status, this.event, count.records(), count.first(), count.last());
        }
    }
}
