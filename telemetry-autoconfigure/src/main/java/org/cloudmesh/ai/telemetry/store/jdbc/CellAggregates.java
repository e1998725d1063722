package org.cloudmesh.ai.telemetry.store.jdbc;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.store.Distribution;
import org.cloudmesh.ai.telemetry.store.jdbc.AggregateCodec.Count;
import org.cloudmesh.ai.telemetry.store.jdbc.AggregateCodec.Cursor;
import org.jspecify.annotations.Nullable;

/** Aggregates of one cell while they are made. Times of distributions are record ids here. */
final class CellAggregates {

    private final Map<Integer, Count> counts = new HashMap<>();

    private final Map<Integer, Map<Integer, Distribution>> metrics = new TreeMap<>();

    private final Map<Integer, Sums> sums = new HashMap<>();

    private long records;

    /** Adds the rows of a buffer. */
    void add(RowBuffer rows, int from, int to) {
        @Nullable Kind kind = null;
        @Nullable Sums current = null;
        for (int i = from; i < to; i++) {
            Kind next = rows.kind(i);
            if (current == null || next != kind) {
                kind = next;
                current = this.sums.get(next.id());
                if (current == null) {
                    current = sums(next);
                    this.sums.put(next.id(), current);
                }
            }
            long id = rows.id(i);
            current.count.add(1, id, id);
            for (int j = 0; j < current.values.length; j++) {
                current.values[j].add(rows.value(i, j), id);
            }
        }
        this.records += to - from;
    }

    /** Adds what another cell has. */
    void add(int metric, byte[] data, long cellFirst) {
        Cursor cursor = new Cursor(data, cellFirst);
        if (metric == AggregateCodec.COUNTS) {
            while (cursor.next()) {
                this.records += cursor.records();
                cursor.addTo(this.counts.computeIfAbsent(cursor.kind(), (kind) -> new Count()));
            }
            return;
        }
        Map<Integer, Distribution> kinds = this.metrics.computeIfAbsent(metric, (id) -> new HashMap<>());
        while (cursor.next()) {
            if (cursor.kind() != AggregateCodec.ALL_KINDS) {
                cursor.addTo(kinds.computeIfAbsent(cursor.kind(), (kind) -> new Distribution()), 0);
            }
        }
    }

    long records() {
        return this.records;
    }

    int kinds() {
        return this.counts.size();
    }

    /** Returns the bytes by metric. */
    Map<Integer, byte[]> encode(long cellFirst) {
        Map<Integer, byte[]> encoded = new TreeMap<>();
        encoded.put(AggregateCodec.COUNTS, AggregateCodec.counts(this.counts, cellFirst));
        this.metrics.forEach((metric, kinds) -> encoded.put(metric, AggregateCodec.values(kinds, cellFirst)));
        return encoded;
    }

    private Sums sums(Kind kind) {
        int[] ids = kind.shape().metrics();
        Distribution[] values = new Distribution[ids.length];
        for (int i = 0; i < ids.length; i++) {
            values[i] = this.metrics
                    .computeIfAbsent(ids[i], (id) -> new HashMap<>())
                    .computeIfAbsent(kind.id(), (id) -> new Distribution());
        }
        return new Sums(this.counts.computeIfAbsent(kind.id(), (id) -> new Count()), values);
    }

    /** What the records of one kind are added to. */
    private record Sums(Count count, Distribution[] values) {}
}
