package org.cloudmesh.ai.telemetry.store.rollup;

/**
 * Goes from entry to entry of what {@link RollupBuilder} encoded. Not thread-safe.
 *
 * <p>Damaged bytes end in an {@link IndexOutOfBoundsException} or {@link IllegalArgumentException}, or read as wrong
 * numbers: a store guards them by a checksum or by its own file format.
 */
public final class RollupEntries {

    /** Stands for all series together. */
    static final int ALL_SERIES = 0;

    private static final byte[] NOTHING = {};

    private final byte[] data;

    private final int limit;

    private final long base;

    private final int shift;

    private int at;

    private int end;

    private int next;

    private int series;

    /**
     * Creates a cursor before the first entry.
     *
     * @param data holds the entries
     * @param from where they begin
     * @param to where they end
     * @param base what positions were encoded against
     * @param shift bits by which positions are shifted to the right to be times
     */
    public RollupEntries(byte[] data, int from, int to, long base, int shift) {
        this.data = data;
        this.next = from;
        this.limit = to;
        this.base = base;
        this.shift = shift;
    }

    /** Returns a cursor over no entry. */
    public static RollupEntries none() {
        return new RollupEntries(NOTHING, 0, 0, 0, 0);
    }

    /** Goes to the next entry; returns whether there is one. */
    public boolean next() {
        this.at = this.next;
        if (this.at >= this.limit) {
            return false;
        }
        this.series = (int) varint();
        int length = (int) varint();
        this.end = this.at + length;
        this.next = this.end;
        return true;
    }

    /** Returns the series, or the first of the group, that the entry is of; 0 when it sums up all that follow. */
    public int series() {
        return this.series;
    }

    /** Returns whether the entry sums up all that follow. */
    public boolean ofAll() {
        return this.series == ALL_SERIES;
    }

    /** Returns the number of records, or of values. */
    public long count() {
        int start = this.at;
        long count = varint();
        this.at = start;
        return count;
    }

    /** Adds the entry, one of counts. Can be repeated. */
    public void addTo(RecordCount target) {
        int start = this.at;
        long records = varint();
        long first = this.base + varint();
        target.add(records, first >> this.shift, (first + varint()) >> this.shift);
        this.at = start;
    }

    /** Adds the entry, one of values. Can be repeated. */
    public void addTo(Distribution target) {
        int start = this.at;
        long count = varint();
        long lastAt = (this.base + varint()) >> this.shift;
        if (count == 1) {
            target.add(real(), lastAt);
        } else {
            double sum = real();
            double min = real();
            double max = real();
            double last = real();
            target.merge(sum, min, max, last, lastAt, this.data, this.at, this.end - this.at);
        }
        this.at = start;
    }

    /** Returns the greatest value of the entry, one of values. Can be repeated. */
    public double max() {
        int start = this.at;
        long count = varint();
        varint();
        // Of several, the sum and the least value stand before it.
        this.at += count == 1 ? 0 : 2 * Double.BYTES;
        double max = real();
        this.at = start;
        return max;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = this.data[this.at++];
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private double real() {
        long bits = 0;
        for (int i = 0; i < Double.BYTES; i++) {
            bits = (bits << 8) | (this.data[this.at++] & 0xFF);
        }
        return Double.longBitsToDouble(bits);
    }
}
