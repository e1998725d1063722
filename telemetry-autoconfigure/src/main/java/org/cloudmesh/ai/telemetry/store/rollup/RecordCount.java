package org.cloudmesh.ai.telemetry.store.rollup;

/** How many records there are, and where the first and the last are: times, or what a store has in their place. */
public final class RecordCount {

    private long records;

    private long first = Long.MAX_VALUE;

    private long last = Long.MIN_VALUE;

    /** Adds some records. */
    public void add(long records, long first, long last) {
        this.records += records;
        this.first = Math.min(this.first, first);
        this.last = Math.max(this.last, last);
    }

    /** Returns how many there are. */
    public long records() {
        return this.records;
    }

    /** Returns where the first is. */
    public long first() {
        return this.first;
    }

    /** Returns where the last is. */
    public long last() {
        return this.last;
    }
}
