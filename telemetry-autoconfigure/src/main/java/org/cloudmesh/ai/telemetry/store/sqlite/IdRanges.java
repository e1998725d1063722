package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A set of row ids, as ranges that do not touch, the first one first. Immutable. */
final class IdRanges {

    static final IdRanges ALL = new IdRanges(List.of(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}), Long.MAX_VALUE);

    private final List<long[]> ranges;

    private final long parts;

    private IdRanges(List<long[]> ranges, long parts) {
        this.ranges = ranges;
        this.parts = parts;
    }

    /** Returns ids that are in any of some ranges, which may overlap: beginnings, included, and ends, excluded. */
    static IdRanges of(List<long[]> ranges) {
        List<long[]> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparingLong((range) -> range[0]));
        List<long[]> merged = new ArrayList<>();
        for (long[] range : sorted) {
            long[] last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && range[0] <= last[1]) {
                last[1] = Math.max(last[1], range[1]);
            } else if (range[0] < range[1]) {
                merged.add(range.clone());
            }
        }
        return new IdRanges(merged, ranges.size());
    }

    /** Returns of how many ranges these were made: a measure of how much there is in them. */
    long parts() {
        return this.parts;
    }

    IdRanges and(IdRanges other) {
        if (other == ALL) {
            return this;
        }
        if (this == ALL) {
            return other;
        }
        List<long[]> both = new ArrayList<>();
        for (long[] range : this.ranges) {
            both.addAll(other.within(range[0], range[1]));
        }
        return new IdRanges(both, Math.min(this.parts, other.parts));
    }

    IdRanges or(List<long[]> others) {
        List<long[]> either = new ArrayList<>(this.ranges);
        either.addAll(others);
        return new IdRanges(of(either).ranges, this.parts + others.size());
    }

    boolean overlaps(long from, long until) {
        int at = after(from);
        return at < this.ranges.size() && this.ranges.get(at)[0] < until;
    }

    /** Returns what of the ranges lies in another one. */
    List<long[]> within(long from, long until) {
        List<long[]> within = new ArrayList<>();
        for (int i = after(from); i < this.ranges.size() && this.ranges.get(i)[0] < until; i++) {
            within.add(new long[] {
                Math.max(from, this.ranges.get(i)[0]),
                Math.min(until, this.ranges.get(i)[1])
            });
        }
        return within;
    }

    /** Returns the index of the first range that ends after an id. */
    private int after(long id) {
        int low = 0;
        int high = this.ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (this.ranges.get(middle)[1] > id) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
