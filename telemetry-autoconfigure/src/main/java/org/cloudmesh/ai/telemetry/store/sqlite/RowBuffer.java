package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What aggregates are made of: ids, series and values of records, in the order of their ids. Not thread-safe. */
final class RowBuffer {

    private long[] ids = new long[64];

    private StoredSeries[] series = new StoredSeries[64];

    private int[] offsets = new int[64];

    private double[] values = new double[256];

    private int size;

    private int used;

    /** Adds a row in its place; its values follow, as many as its shape has. */
    void add(long id, StoredSeries series) {
        if (this.size == this.ids.length) {
            this.ids = Arrays.copyOf(this.ids, 2 * this.size);
            this.series = Arrays.copyOf(this.series, 2 * this.size);
            this.offsets = Arrays.copyOf(this.offsets, 2 * this.size);
        }
        int at = this.size;
        if (at > 0 && this.ids[at - 1] > id) {
            at = indexOf(id);
            System.arraycopy(this.ids, at, this.ids, at + 1, this.size - at);
            System.arraycopy(this.series, at, this.series, at + 1, this.size - at);
            System.arraycopy(this.offsets, at, this.offsets, at + 1, this.size - at);
        }
        this.ids[at] = id;
        this.series[at] = series;
        this.offsets[at] = this.used;
        this.size++;
    }

    void value(double value) {
        if (this.used == this.values.length) {
            this.values = Arrays.copyOf(this.values, 2 * this.used);
        }
        this.values[this.used++] = value;
    }

    int size() {
        return this.size;
    }

    long id(int index) {
        return this.ids[index];
    }

    StoredSeries series(int index) {
        return this.series[index];
    }

    double value(int index, int metric) {
        return this.values[this.offsets[index] + metric];
    }

    /** Returns the index of the first row whose id is not before that one. */
    int indexOf(long id) {
        int at = Arrays.binarySearch(this.ids, 0, this.size, id);
        return at >= 0 ? at : -1 - at;
    }

    /** Returns the rows but the first few. */
    RowBuffer without(int first) {
        RowBuffer rest = new RowBuffer();
        for (int i = first; i < this.size; i++) {
            rest.add(this.ids[i], this.series[i]);
            int count = this.series[i].metricSet().metrics().length;
            for (int j = 0; j < count; j++) {
                rest.value(value(i, j));
            }
        }
        return rest;
    }

    /** Returns the series that the rows are of. */
    Set<StoredSeries> series(int from, int to) {
        Set<StoredSeries> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        @Nullable StoredSeries last = null;
        for (int i = from; i < to; i++) {
            if (this.series[i] != last) {
                last = this.series[i];
                distinct.add(last);
            }
        }
        return distinct;
    }

    /** Returns where a new cell ends that begins at that row; -1 when the rows do not suffice for one. */
    int cellEnd(int from, int to, RollupTreeSettings settings) {
        Set<Integer> distinct = new HashSet<>();
        @Nullable StoredSeries last = null;
        for (int i = from; i < to; i++) {
            if (this.series[i] != last) {
                last = this.series[i];
                distinct.add(last.group());
            }
            int records = i + 1 - from;
            if (records >= settings.mostRecords()
                    || (records >= settings.records() && records >= settings.recordsPerGroup() * distinct.size())) {
                return i + 1;
            }
        }
        return -1;
    }
}
