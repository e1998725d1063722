package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.store.AggregateCodec;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Count;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Cursor;
import org.cloudmesh.ai.telemetry.store.Distribution;
import org.jspecify.annotations.Nullable;

/** Aggregates of one cell while they are made. Times of distributions are record ids here. */
final class CellAggregates {

    private final Map<Integer, Count> counts = new HashMap<>();

    private final Map<Integer, Map<Integer, Distribution>> metrics = new TreeMap<>();

    // What other cells have of all kinds together is added up as it is: cheaper than adding up their kinds once more.
    private final Map<Integer, Distribution> wholes = new HashMap<>();

    private final Map<Integer, Sums> sums = new HashMap<>();

    private final boolean byKind;

    private boolean merged;

    private long records;

    CellAggregates(boolean byKind) {
        this.byKind = byKind;
    }

    /** Returns whether values of all kinds are told apart, not only those of groups of kinds. */
    boolean byKind() {
        return this.byKind;
    }

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
            for (int j = 0; j < current.wholes.length; j++) {
                current.wholes[j].add(rows.value(i, j), id);
            }
        }
        this.records += to - from;
    }

    /**
     * Adds what another cell has. Rows can follow, but none can have come before.
     *
     * @param groups tells the group of a kind
     */
    void add(int metric, byte[] data, long cellFirst, Groups groups) throws SQLException {
        this.merged = true;
        Cursor cursor = new Cursor(data, cellFirst);
        if (metric == AggregateCodec.COUNTS) {
            while (cursor.next()) {
                this.records += cursor.records();
                cursor.addTo(this.counts.computeIfAbsent(cursor.kind(), (kind) -> new Count()));
            }
            return;
        }
        Map<Integer, Distribution> kinds = this.metrics.computeIfAbsent(metric, (id) -> new HashMap<>());
        boolean first = true;
        while (cursor.next()) {
            if (first) {
                // The first entry sums up all others, or is the only one.
                cursor.addTo(this.wholes.computeIfAbsent(metric, (id) -> new Distribution()), 0);
                first = false;
            }
            if (cursor.kind() != AggregateCodec.ALL_KINDS) {
                int entry = this.byKind ? cursor.kind() : groups.of(cursor.kind());
                cursor.addTo(kinds.computeIfAbsent(entry, (kind) -> new Distribution()), 0);
            }
        }
    }

    long records() {
        return this.records;
    }

    /** Returns the bytes by metric. */
    Map<Integer, byte[]> encode(long cellFirst) {
        Map<Integer, byte[]> encoded = new TreeMap<>();
        encoded.put(AggregateCodec.COUNTS, AggregateCodec.counts(this.counts, cellFirst));
        this.metrics.forEach((metric, kinds) -> {
            Distribution whole = this.wholes.get(metric);
            encoded.put(
                    metric,
                    whole == null
                            ? AggregateCodec.values(kinds, cellFirst)
                            : AggregateCodec.values(kinds, whole, cellFirst));
        });
        return encoded;
    }

    private Sums sums(Kind kind) {
        int[] ids = kind.shape().metrics();
        Distribution[] values = new Distribution[ids.length];
        Distribution[] all = new Distribution[this.merged ? ids.length : 0];
        for (int i = 0; i < ids.length; i++) {
            values[i] = this.metrics
                    .computeIfAbsent(ids[i], (id) -> new HashMap<>())
                    .computeIfAbsent(this.byKind ? kind.id() : kind.group(), (id) -> new Distribution());
            if (this.merged) {
                all[i] = this.wholes.computeIfAbsent(ids[i], (id) -> new Distribution());
            }
        }
        return new Sums(this.counts.computeIfAbsent(kind.id(), (id) -> new Count()), values, all);
    }

    /** Knows the group of each kind. */
    @FunctionalInterface
    interface Groups {

        int of(int kind) throws SQLException;
    }

    /** What the records of one kind are added to. */
    private record Sums(Count count, Distribution[] values, Distribution[] wholes) {}
}
