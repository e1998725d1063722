package org.cloudmesh.ai.telemetry.store.query;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.store.AttributeCount;
import org.cloudmesh.ai.telemetry.store.AttributeValues;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.jspecify.annotations.Nullable;

/**
 * Counts records by attribute and value: attributes of low cardinality by series alone, and of the others, unless
 * records are looked at, how many have them.
 */
final class AttributeAggregator implements Aggregator {

    // A key, its count and its place in the map, at the least.
    private static final int KEY_BYTES = 300;

    private final @Nullable String name;

    private final LongConsumer memory;

    private final Map<String, AttributeValues> found = new LinkedHashMap<>();

    private long records;

    private boolean unknownValues;

    private boolean unknownKeys;

    private final boolean ofRecords;

    /**
     * Creates an aggregator.
     *
     * @param name of the only attribute of interest; null for all
     * @param ofRecords whether each record is looked at, in place of series
     */
    AttributeAggregator(@Nullable String name, boolean ofRecords, LongConsumer memory) {
        this.name = name;
        this.ofRecords = ofRecords;
        this.memory = memory;
    }

    @Override
    public Scan scan(ResolvedFilter filter) {
        return new Scan(filter, Scan.Columns.RECORD);
    }

    @Override
    public void add(int bucket, RecordView record) {
        this.records++;
        if (this.name != null) {
            add(this.name, record);
            return;
        }
        // A key that is there twice is one attribute.
        Set<String> keys = new LinkedHashSet<>();
        record.attributes((key) -> false, (key, value) -> keys.add(key));
        keys.forEach((key) -> add(key, record));
    }

    private void add(String key, RecordView record) {
        String value = record.attribute(key);
        if (value != null) {
            values(key).add(value, 1);
        }
    }

    @Override
    public void add(int bucket, Rollup rollup, ResolvedFilter filter) {
        RollupEntries counts = rollup.counts();
        while (counts.next()) {
            if (filter.isWhole(counts.series())) {
                add(filter.catalog().series(counts.series()), counts.count());
            }
        }
    }

    @Override
    public boolean add(IndexedSegment segment, List<Block> blocks, Scan scan, long[] edges) {
        if (this.ofRecords) {
            return false;
        }
        segment.count(
                blocks,
                scan,
                (series, count, first, last) -> add(segment.catalog().series(series), count));
        return true;
    }

    private void add(Series series, long count) {
        this.records += count;
        series.attributes().forEach((key, value) -> {
            if (this.name == null || this.name.equals(key)) {
                values(key).add(value, count);
            }
        });
        List<String> carried = series.carried();
        if (carried == null) {
            this.unknownKeys = true;
            return;
        }
        for (String key : carried) {
            if (this.name == null || this.name.equals(key)) {
                values(key).addUnknown(count);
                this.unknownValues = true;
            }
        }
    }

    private AttributeValues values(String key) {
        AttributeValues known = this.found.get(key);
        if (known == null) {
            this.memory.accept(KEY_BYTES + 2L * key.length());
            known = new AttributeValues(this.memory);
            this.found.put(key, known);
        }
        return known;
    }

    /**
     * Returns whether the records must be looked at: only they tell what is asked for, and they are few or it was
     * named.
     */
    boolean needsRecords() {
        return this.unknownKeys
                || (this.unknownValues && (this.name != null || this.records <= AttributeCount.MOST_SCANNED));
    }

    Map<String, AttributeCount> toMap() {
        Map<String, AttributeCount> counts = new LinkedHashMap<>();
        this.found.forEach((key, values) -> counts.put(key, values.toCount()));
        return counts;
    }
}
