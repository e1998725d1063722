package org.cloudmesh.ai.telemetry.store.rollup;

import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Summary of many values: count, sum, extremes, the last one and quantiles. Distributions of parts merge into that of
 * the whole.
 *
 * <p>Up to {@value #EXACT_LIMIT} values are kept as they are and quantiles are exact. Beyond, values fall into buckets:
 * 64 to each power of two, as in OpenTelemetry's base-2 exponential histogram but linear within the octave, so that a
 * bucket is the leading bits of the number itself. A quantile is then the middle of its bucket, at most 1/128 (0.8 %)
 * off, for any normal double of either sign. Not thread-safe.
 */
public final class Distribution {

    /** Values up to which quantiles are exact. */
    public static final int EXACT_LIMIT = 4096;

    private static final double[] NO_VALUES = {};

    private static final LongConsumer NOT_COUNTED = (bytes) -> {};

    private long count;

    private double sum;

    private double min = Double.POSITIVE_INFINITY;

    private double max = Double.NEGATIVE_INFINITY;

    private double last = Double.NaN;

    private long lastAt = Long.MIN_VALUE;

    private double[] values = NO_VALUES;

    private int size;

    private boolean sorted = true;

    // Takes the values over when they become too many to keep.
    private @Nullable Buckets buckets;

    private final LongConsumer growth;

    /** Creates an empty distribution. */
    public Distribution() {
        this(NOT_COUNTED);
    }

    /**
     * Creates an empty distribution whose memory is counted.
     *
     * @param growth is given, before memory is taken, how many bytes more there will be; what it throws ends the
     *     addition
     */
    public Distribution(LongConsumer growth) {
        this.growth = growth;
    }

    /** Adds a value of that time (microseconds since 1970). */
    public void add(double value, long at) {
        extend(1, value, value, value, value, at);
        if (this.buckets == null && this.size < EXACT_LIMIT) {
            append(value);
        } else {
            toBuckets().add(Buckets.key(value), 1);
        }
    }

    /** Adds all that another distribution holds; the other is left as it is. */
    public void merge(Distribution other) {
        if (other.count == 0) {
            return;
        }
        extend(other.count, other.sum, other.min, other.max, other.last, other.lastAt);
        if (other.buckets != null) {
            other.buckets.forEach(toBuckets()::add);
        } else if (this.buckets == null && this.size + other.size <= EXACT_LIMIT) {
            for (int i = 0; i < other.size; i++) {
                append(other.values[i]);
            }
        } else {
            Buckets target = toBuckets();
            for (int i = 0; i < other.size; i++) {
                target.add(Buckets.key(other.values[i]), 1);
            }
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
        extend(toBuckets().addEncoded(bytes, offset, length), sum, min, max, last, lastAt);
    }

    /**
     * Adds values that a database counted.
     *
     * @param buckets each is the leading 18 bits of its values without their sign, plus one; with the sign in front; 0
     *     for zero
     * @param times how many there are in each
     * @param size how many elements of both arrays count
     */
    public void mergeBuckets(
            long[] buckets, long[] times, int size, double sum, double min, double max, double last, long lastAt) {
        Buckets target = toBuckets();
        long count = 0;
        for (int i = 0; i < size; i++) {
            target.add(Math.toIntExact(buckets[i]), times[i]);
            count += times[i];
        }
        extend(count, sum, min, max, last, lastAt);
    }

    private void extend(long count, double sum, double min, double max, double last, long lastAt) {
        this.count += count;
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
        return this.buckets == null;
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
        if (this.buckets == null) {
            sort();
            return this.values[(int) rank - 1];
        }
        if (rank == 1) {
            return this.min;
        }
        if (rank == this.count) {
            return this.max;
        }
        Rank search = new Rank(rank);
        this.buckets.forEach(search);
        return Math.max(this.min, Math.min(this.max, Buckets.middle(search.key)));
    }

    /**
     * Shows the values in rising order, as they are or as the middles of buckets.
     *
     * @param visitor is given each value and how often it is there
     */
    public void forEach(Visitor visitor) {
        if (this.buckets == null) {
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
            this.buckets.forEach((key, times) -> visitor.visit(Buckets.middle(key), times));
        }
    }

    /** Is given values and how often they are there. */
    @FunctionalInterface
    public interface Visitor {

        /** Takes a value. */
        void visit(double value, long count);
    }

    /**
     * Returns the buckets in a few bytes: their number, then for each the distance to the key before and the count, all
     * as variable-length integers.
     */
    public byte[] buckets() {
        Buckets.Encoder encoder = new Buckets.Encoder();
        if (this.buckets == null) {
            encoder.visitAll(this.values, this.size);
        } else {
            this.buckets.forEach(encoder);
        }
        return encoder.toBytes();
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
            int length = Math.max(8, Math.min(EXACT_LIMIT, 2 * this.size));
            this.growth.accept((long) Double.BYTES * (length - this.size));
            this.values = Arrays.copyOf(this.values, length);
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

    private Buckets toBuckets() {
        Buckets target = this.buckets;
        if (target == null) {
            target = new Buckets(this.growth);
            for (int i = 0; i < this.size; i++) {
                target.add(Buckets.key(this.values[i]), 1);
            }
            this.buckets = target;
            this.values = NO_VALUES;
            this.size = 0;
        }
        return target;
    }

    /** Finds the bucket that holds a rank. */
    private static final class Rank implements Buckets.Visitor {

        private long ahead;

        private int key;

        Rank(long rank) {
            this.ahead = rank;
        }

        @Override
        public void visit(int key, long times) {
            if (this.ahead > 0) {
                this.key = key;
                this.ahead -= times;
            }
        }
    }
}
