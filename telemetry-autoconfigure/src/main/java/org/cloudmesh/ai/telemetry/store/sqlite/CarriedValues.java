package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.Arrays;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.rollup.AttributePostings;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.AttributeSet;
import org.jspecify.annotations.Nullable;

/** Hashes of the attributes that rows carry themselves, in the order of the rows' ids. Not thread-safe. */
final class CarriedValues {

    private static final int COUNT_BITS = 16;

    private long[] ids = new long[1024];

    // Where the row's hashes begin, and how many there are.
    private long[] places = new long[1024];

    private int size;

    private int[] hashes = new int[1024];

    private int used;

    /** Adds a row in its place. */
    void add(long id, @Nullable AttributeSet set, Map<String, String> attributes) {
        int begin = this.used;
        if (set != null && !set.complete()) {
            hash(set, attributes);
        }
        if (this.size == this.ids.length) {
            this.ids = Arrays.copyOf(this.ids, 2 * this.size);
            this.places = Arrays.copyOf(this.places, 2 * this.size);
        }
        int at = this.size;
        if (at > 0 && this.ids[at - 1] > id) {
            at = indexOf(id);
            System.arraycopy(this.ids, at, this.ids, at + 1, this.size - at);
            System.arraycopy(this.places, at, this.places, at + 1, this.size - at);
        }
        this.ids[at] = id;
        this.places[at] = (long) begin << COUNT_BITS | (this.used - begin);
        this.size++;
    }

    private void hash(AttributeSet set, Map<String, String> attributes) {
        if (set.names() == null) {
            attributes.forEach(this::hash);
            return;
        }
        for (String name : set.names()) {
            String value = attributes.get(name);
            if (value != null) {
                hash(name, value);
            }
        }
    }

    private void hash(String name, String value) {
        if (this.used == this.hashes.length) {
            this.hashes = Arrays.copyOf(this.hashes, 2 * this.used);
        }
        this.hashes[this.used++] = AttributePostings.hash(name, value);
    }

    int size() {
        return this.size;
    }

    long id(int row) {
        return this.ids[row];
    }

    /** Returns how many hashes a row has. */
    int count(int row) {
        return (int) this.places[row] & ((1 << COUNT_BITS) - 1);
    }

    int hash(int row, int index) {
        return this.hashes[(int) (this.places[row] >>> COUNT_BITS) + index];
    }

    /** Returns the index of the first row whose id is not before that one. */
    int indexOf(long id) {
        int at = Arrays.binarySearch(this.ids, 0, this.size, id);
        return at >= 0 ? at : -1 - at;
    }

    /** Removes the first rows. */
    void removeFirst(int rows) {
        int kept = this.size - rows;
        int[] hashes = new int[this.hashes.length];
        int used = 0;
        for (int i = 0; i < kept; i++) {
            int count = count(rows + i);
            System.arraycopy(this.hashes, (int) (this.places[rows + i] >>> COUNT_BITS), hashes, used, count);
            this.ids[i] = this.ids[rows + i];
            this.places[i] = (long) used << COUNT_BITS | count;
            used += count;
        }
        this.hashes = hashes;
        this.used = used;
        this.size = kept;
    }
}
