package org.cloudmesh.ai.telemetry.store.jdbc;

import java.util.Map;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.store.AggregateCodec;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Count;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Cursor;
import org.cloudmesh.ai.telemetry.store.Distribution;
import org.jspecify.annotations.Nullable;

/** Aggregates of one cell while they are made. Times of distributions are record ids here. */
final class CellAggregates {

    private final Map<Integer, Count> counts = new TreeMap<>();

    private final Map<Integer, Map<Integer, Distribution>> metrics = new TreeMap<>();

    private long records;

    private @Nullable Kind kind;

    private Count count = new Count();

    private Distribution[] values = {};

    /** Adds the rows of a buffer. */
    void add(RowBuffer rows, int from, int to) {
        for (int i = from; i < to; i++) {
            Kind next = rows.kind(i);
            if (next != this.kind) {
                turnTo(next);
            }
            long id = rows.id(i);
            this.count.add(1, id, id);
            for (int j = 0; j < this.values.length; j++) {
                this.values[j].add(rows.value(i, j), id);
            }
        }
        this.records += to - from;
    }

    /** Adds what another cell has. */
    void add(int metric, byte[] data, long cellFirst) {
        this.kind = null;
        Cursor cursor = new Cursor(data, cellFirst);
        if (metric == AggregateCodec.COUNTS) {
            while (cursor.next()) {
                this.records += cursor.records();
                cursor.addTo(this.counts.computeIfAbsent(cursor.kind(), (kind) -> new Count()));
            }
            return;
        }
        Map<Integer, Distribution> kinds = this.metrics.computeIfAbsent(metric, (id) -> new TreeMap<>());
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

    private void turnTo(Kind next) {
        this.kind = next;
        this.count = this.counts.computeIfAbsent(next.id(), (id) -> new Count());
        int[] ids = next.shape().metrics();
        this.values = new Distribution[ids.length];
        for (int i = 0; i < ids.length; i++) {
            this.values[i] = this.metrics
                    .computeIfAbsent(ids[i], (id) -> new TreeMap<>())
                    .computeIfAbsent(next.id(), (id) -> new Distribution());
        }
    }
}
