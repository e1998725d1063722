package org.cloudmesh.ai.telemetry.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Summary of many values: count, sum, extremes, the last one and quantiles. Distributions of parts merge into that of the
 * whole.
 *
 * <p>Up to {@value #EXACT_LIMIT} values are kept as they are and quantiles are exact. Beyond, values fall into buckets: 64
 * to each power of two, as in OpenTelemetry's base-2 exponential histogram but linear within the octave, so that a bucket is
 * the leading bits of the number itself. A quantile is then the middle of its bucket, at most 1/128 (0.8 %) off, for any
 * normal double of either sign. Not thread-safe.
 */
public final class Distribution {

    /** Values up to which quantiles are exact. */
    public static final int EXACT_LIMIT = 4096;

    // 11 bits of exponent and the first 6 of the mantissa.
    private static final int SHIFT = 52 - 6;

    private static final double[] NO_VALUES = {};

    private static final int[] NO_KEYS = {};

    private static final long[] NO_COUNTS = {};

    private static final int MAX_WINDOW = 8192;

    private static final int LONGEST_VARINT = 10;

    // So many are sorted faster than counted.
    private static final int FEW = 64;

    private long count;

    private double sum;

    private double min = Double.POSITIVE_INFINITY;

    private double max = Double.NEGATIVE_INFINITY;

    private double last = Double.NaN;

    private long lastAt = Long.MIN_VALUE;

    private boolean exact = true;

    private boolean sorted = true;

    private double[] values = NO_VALUES;

    private int size;

    private int[] keys = NO_KEYS;

    private long[] counts = NO_COUNTS;

    // While the keys lie close together, counts are in an array over all of them: [i] belongs to key base + i.
    private long @Nullable [] window;

    private int base;

    /** Adds a value of that time (microseconds since 1970). */
    public void add(double value, long at) {
        this.count++;
        this.sum += value;
        this.min = Math.min(this.min, value);
        this.max = Math.max(this.max, value);
        if (at >= this.lastAt) {
            this.last = value;
            this.lastAt = at;
        }
        if (this.exact && this.size == EXACT_LIMIT) {
            toBuckets();
        }
        if (this.exact) {
            append(value);
        } else {
            increment(key(value), 1);
        }
    }

    /** Adds all that another distribution holds; the other is left as it is. */
    public void merge(Distribution other) {
        if (other.count == 0) {
            return;
        }
        this.count += other.count;
        this.sum += other.sum;
        this.min = Math.min(this.min, other.min);
        this.max = Math.max(this.max, other.max);
        if (other.lastAt >= this.lastAt) {
            this.last = other.last;
            this.lastAt = other.lastAt;
        }
        if (this.exact && other.exact && this.size + other.size <= EXACT_LIMIT) {
            for (int i = 0; i < other.size; i++) {
                append(other.values[i]);
            }
            return;
        }
        if (this.exact) {
            toBuckets();
        }
        if (other.exact) {
            for (int i = 0; i < other.size; i++) {
                increment(key(other.values[i]), 1);
            }
        } else {
            other.forEachBucket(this::increment);
        }
    }

    /**
     * Adds what another distribution held when it gave its {@link #buckets()}.
     *
     * @param bytes hold the buckets
     * @param offset where they begin
     * @param length how many bytes they take
     * @throws IllegalArgumentException when the bytes are not what {@link #buckets()} gives
     */
    public void merge(
            double sum, double min, double max, double last, long lastAt, byte[] bytes, int offset, int length) {
        if (this.exact) {
            toBuckets();
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
            int buckets = Math.toIntExact(readVarint(in));
            long key = 0;
            for (int i = 0; i < buckets; i++) {
                long delta = readVarint(in);
                key += i == 0 ? (delta >>> 1) ^ -(delta & 1) : delta;
                long times = readVarint(in);
                increment(Math.toIntExact(key), times);
                this.count += times;
            }
        } catch (RuntimeException ex) {
            throw new IllegalArgumentException("These bytes are no buckets", ex);
        }
        this.sum += sum;
        this.min = Math.min(this.min, min);
        this.max = Math.max(this.max, max);
        if (lastAt >= this.lastAt) {
            this.last = last;
            this.lastAt = lastAt;
        }
    }

    /** Returns how many values there are. */
    public long count() {
        return this.count;
    }

    /** Returns the sum of all values. */
    public double sum() {
        return this.sum;
    }

    /** Returns the arithmetic mean; NaN when there is no value. */
    public double avg() {
        return this.count == 0 ? Double.NaN : Math.max(this.min, Math.min(this.max, this.sum / this.count));
    }

    /** Returns the least value; NaN when there is none. */
    public double min() {
        return this.count == 0 ? Double.NaN : this.min;
    }

    /** Returns the greatest value; NaN when there is none. */
    public double max() {
        return this.count == 0 ? Double.NaN : this.max;
    }

    /** Returns the value with the latest time; NaN when there is none. */
    public double last() {
        return this.last;
    }

    /** Returns the time of {@link #last()} in microseconds since 1970. */
    public long lastAt() {
        return this.lastAt;
    }

    /** Returns whether quantiles are exact. */
    public boolean exact() {
        return this.exact;
    }

    /**
     * Returns the quantile by nearest rank: the value of rank {@code ceil(q * count)}.
     *
     * @param q between 0 and 1
     * @return NaN when there is no value
     */
    public double quantile(double q) {
        if (this.count == 0) {
            return Double.NaN;
        }
        // The nearest double below a product such as 0.07 * 100 must not raise the rank by one.
        long rank = Math.max(1, Math.min(this.count, (long) Math.ceil(q * this.count - 1e-9 * this.count)));
        if (this.exact) {
            sort();
            return this.values[(int) rank - 1];
        }
        if (rank == 1) {
            return this.min;
        }
        if (rank == this.count) {
            return this.max;
        }
        toSparse();
        long seen = 0;
        for (int i = 0; i < this.size; i++) {
            seen += this.counts[i];
            if (seen >= rank) {
                return Math.max(this.min, Math.min(this.max, middle(this.keys[i])));
            }
        }
        return this.max;
    }

    /**
     * Shows the values in rising order, as they are or as the middles of buckets.
     *
     * @param visitor is given each value and how often it is there
     */
    public void forEach(Visitor visitor) {
        if (this.exact) {
            sort();
            for (int i = 0; i < this.size; ) {
                int next = i + 1;
                while (next < this.size && this.values[next] == this.values[i]) {
                    next++;
                }
                visitor.visit(this.values[i], next - i);
                i = next;
            }
        } else {
            forEachBucket((key, times) -> visitor.visit(middle(key), times));
        }
    }

    /** Is given values and how often they are there. */
    @FunctionalInterface
    public interface Visitor {

        /** Takes a value. */
        void visit(double value, long count);
    }

    /**
     * Returns the buckets in a few bytes: their number, then for each the distance to the key before and the count, all as
     * variable-length integers.
     */
    public byte[] buckets() {
        if (!this.exact) {
            toSparse();
            return bytes(this.keys, this.counts, this.size);
        }
        if (this.size > FEW) {
            Distribution bucketed = new Distribution();
            bucketed.merge(this);
            bucketed.toBuckets();
            return bucketed.buckets();
        }
        int[] all = new int[this.size];
        for (int i = 0; i < this.size; i++) {
            all[i] = key(this.values[i]);
        }
        Arrays.sort(all);
        long[] times = new long[this.size];
        int distinct = 0;
        for (int i = 0; i < this.size; i++) {
            if (distinct == 0 || all[distinct - 1] != all[i]) {
                all[distinct++] = all[i];
            }
            times[distinct - 1]++;
        }
        return bytes(all, times, distinct);
    }

    private static byte[] bytes(int[] keys, long[] counts, int size) {
        byte[] out = new byte[LONGEST_VARINT * (1 + 2 * size)];
        int at = writeVarint(out, 0, size);
        int previous = 0;
        for (int i = 0; i < size; i++) {
            long delta = (long) keys[i] - previous;
            at = writeVarint(out, at, i == 0 ? (delta << 1) ^ (delta >> 63) : delta);
            at = writeVarint(out, at, counts[i]);
            previous = keys[i];
        }
        return Arrays.copyOf(out, at);
    }

    /**
     * Returns a distribution from its parts.
     *
     * @param buckets what {@link #buckets()} gave
     * @throws IllegalArgumentException when the bytes are not what {@link #buckets()} gives
     */
    public static Distribution of(double sum, double min, double max, double last, long lastAt, byte[] buckets) {
        Distribution distribution = new Distribution();
        distribution.merge(sum, min, max, last, lastAt, buckets, 0, buckets.length);
        return distribution;
    }

    private void append(double value) {
        if (this.size == this.values.length) {
            this.values = Arrays.copyOf(this.values, Math.max(8, Math.min(EXACT_LIMIT, 2 * this.size)));
        }
        this.values[this.size++] = value;
        this.sorted = this.size == 1;
    }

    private void sort() {
        if (!this.sorted) {
            Arrays.sort(this.values, 0, this.size);
            this.sorted = true;
        }
    }

    private void toBuckets() {
        double[] exactValues = this.values;
        int exactSize = this.size;
        this.exact = false;
        this.values = NO_VALUES;
        this.size = 0;
        for (int i = 0; i < exactSize; i++) {
            increment(key(exactValues[i]), 1);
        }
    }

    private void increment(int key, long times) {
        long[] window = this.window;
        if (window == null && this.size == 0) {
            this.base = key - 32;
            window = new long[64];
            this.window = window;
        }
        if (window != null) {
            long at = (long) key - this.base;
            if (at >= 0 && at < window.length) {
                window[(int) at] += times;
                return;
            }
            if (widen(window, key)) {
                increment(key, times);
                return;
            }
            toSparse();
        }
        incrementSparse(key, times);
    }

    private boolean widen(long[] window, int key) {
        long low = Math.min(this.base, (long) key - 32);
        long high = Math.max((long) this.base + window.length, (long) key + 32);
        if (high - low > MAX_WINDOW) {
            return false;
        }
        int length = (int) Math.min(MAX_WINDOW, Math.max(high - low, window.length + (window.length >> 1)));
        if (low < this.base) {
            low = high - length;
        }
        long[] wider = new long[length];
        System.arraycopy(window, 0, wider, (int) (this.base - low), window.length);
        this.window = wider;
        this.base = (int) low;
        return true;
    }

    private void toSparse() {
        long[] window = this.window;
        if (window == null) {
            return;
        }
        int distinct = 0;
        for (long times : window) {
            distinct += times == 0 ? 0 : 1;
        }
        this.keys = new int[distinct];
        this.counts = new long[distinct];
        this.size = 0;
        for (int i = 0; i < window.length; i++) {
            if (window[i] != 0) {
                this.keys[this.size] = this.base + i;
                this.counts[this.size++] = window[i];
            }
        }
        this.window = null;
    }

    private void forEachBucket(BucketVisitor visitor) {
        long[] window = this.window;
        if (window == null) {
            for (int i = 0; i < this.size; i++) {
                visitor.visit(this.keys[i], this.counts[i]);
            }
        } else {
            for (int i = 0; i < window.length; i++) {
                if (window[i] != 0) {
                    visitor.visit(this.base + i, window[i]);
                }
            }
        }
    }

    private void incrementSparse(int key, long times) {
        int at = Arrays.binarySearch(this.keys, 0, this.size, key);
        if (at >= 0) {
            this.counts[at] += times;
            return;
        }
        at = -1 - at;
        if (this.size == this.keys.length) {
            int length = Math.max(16, this.size + (this.size >> 1));
            this.keys = Arrays.copyOf(this.keys, length);
            this.counts = Arrays.copyOf(this.counts, length);
        }
        System.arraycopy(this.keys, at, this.keys, at + 1, this.size - at);
        System.arraycopy(this.counts, at, this.counts, at + 1, this.size - at);
        this.keys[at] = key;
        this.counts[at] = times;
        this.size++;
    }

    @FunctionalInterface
    private interface BucketVisitor {

        void visit(int key, long times);
    }

    private static int key(double value) {
        if (value == 0) {
            return 0;
        }
        int magnitude = 1 + (int) (Double.doubleToRawLongBits(Math.abs(value)) >>> SHIFT);
        return value > 0 ? magnitude : -magnitude;
    }

    private static double middle(int key) {
        if (key == 0) {
            return 0;
        }
        long magnitude = Math.abs((long) key) - 1;
        double low = Double.longBitsToDouble(magnitude << SHIFT);
        double high = Double.longBitsToDouble((magnitude + 1) << SHIFT);
        double middle = Double.isInfinite(high) ? low : low + (high - low) / 2;
        return key > 0 ? middle : -middle;
    }

    private static int writeVarint(byte[] out, int from, long value) {
        int at = from;
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out[at++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        return at;
    }

    private static long readVarint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("A number is longer than 64 bits");
    }
}
