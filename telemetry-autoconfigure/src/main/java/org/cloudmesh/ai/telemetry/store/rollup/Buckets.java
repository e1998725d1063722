package org.cloudmesh.ai.telemetry.store.rollup;

import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts of values in buckets, 64 to each power of two: a bucket's key is the leading bits of its numbers, so that keys
 * are ordered as the numbers are. Not thread-safe.
 */
final class Buckets {

    // 11 bits of exponent and the first 6 of the mantissa.
    private static final int SHIFT = 52 - 6;

    private static final int FIRST_WINDOW = 256;

    private static final int MAX_WINDOW = 8192;

    private int[] keys = {};

    private long[] counts = {};

    private int size;

    // While the keys lie close together, counts are in an array over all of them: [i] belongs to key base + i.
    private long @Nullable [] window;

    private int base;

    // The keys that were met; a window is wider.
    private int least = Integer.MAX_VALUE;

    private int greatest = Integer.MIN_VALUE;

    // The key of zero is far from all others, so it would keep them from lying close together.
    private long zeros;

    private final LongConsumer growth;

    /**
     * Creates empty buckets.
     *
     * @param growth is given, before memory is taken, how many bytes more there will be
     */
    Buckets(LongConsumer growth) {
        this.growth = growth;
    }

    /** Returns the key of the bucket that a value belongs to. */
    static int key(double value) {
        if (value == 0) {
            return 0;
        }
        int magnitude = 1 + (int) (Double.doubleToRawLongBits(Math.abs(value)) >>> SHIFT);
        return value > 0 ? magnitude : -magnitude;
    }

    /** Returns the number in the middle of a bucket. */
    static double middle(int key) {
        if (key == 0) {
            return 0;
        }
        long magnitude = Math.abs((long) key) - 1;
        double low = Double.longBitsToDouble(magnitude << SHIFT);
        double high = Double.longBitsToDouble((magnitude + 1) << SHIFT);
        double middle = Double.isInfinite(high) ? low : low + (high - low) / 2;
        return key > 0 ? middle : -middle;
    }

    /** Counts so many values in a bucket. */
    void add(int key, long times) {
        if (key == 0) {
            this.zeros += times;
            return;
        }
        this.least = Math.min(this.least, key);
        this.greatest = Math.max(this.greatest, key);
        long[] window = this.window;
        if (window == null && this.size == 0) {
            this.base = key - FIRST_WINDOW / 2;
            this.growth.accept((long) Long.BYTES * FIRST_WINDOW);
            window = new long[FIRST_WINDOW];
            this.window = window;
        }
        if (window != null) {
            long at = (long) key - this.base;
            if (at >= 0 && at < window.length) {
                window[(int) at] += times;
                return;
            }
            if (widen(window, key)) {
                add(key, times);
                return;
            }
            toSparse(window);
        }
        addSparse(key, times);
    }

    /** Shows each bucket in which something was counted, in the order of the keys. */
    void forEach(Visitor visitor) {
        forEach(Integer.MIN_VALUE, -1, visitor);
        if (this.zeros != 0) {
            visitor.visit(0, this.zeros);
        }
        forEach(1, Integer.MAX_VALUE, visitor);
    }

    private void forEach(int from, int to, Visitor visitor) {
        long[] window = this.window;
        if (window == null) {
            for (int i = 0; i < this.size; i++) {
                if (this.keys[i] >= from && this.keys[i] <= to) {
                    visitor.visit(this.keys[i], this.counts[i]);
                }
            }
            return;
        }
        int last = Math.min(to, this.greatest);
        for (int key = Math.max(from, this.least); key <= last; key++) {
            long times = window[key - this.base];
            if (times != 0) {
                visitor.visit(key, times);
            }
        }
    }

    /**
     * Adds what {@link Encoder} made of other buckets.
     *
     * @return how many values that were
     * @throws IllegalArgumentException when the bytes are something else
     */
    long addEncoded(byte[] bytes, int offset, int length) {
        try {
            Decoder in = new Decoder(bytes, offset, length);
            int buckets = Math.toIntExact(in.varint());
            long key = 0;
            long total = 0;
            for (int i = 0; i < buckets; i++) {
                long delta = in.varint();
                key += i == 0 ? (delta >>> 1) ^ -(delta & 1) : delta;
                long times = in.varint();
                add(Math.toIntExact(key), times);
                total += times;
            }
            return total;
        } catch (RuntimeException ex) {
            throw new IllegalArgumentException("These bytes are no buckets", ex);
        }
    }

    private boolean widen(long[] window, int key) {
        long low = Math.min(this.base, (long) key - FIRST_WINDOW / 2);
        long high = Math.max((long) this.base + window.length, (long) key + FIRST_WINDOW / 2);
        if (high - low > MAX_WINDOW) {
            return false;
        }
        int length = (int) Math.min(MAX_WINDOW, Math.max(high - low, window.length + (window.length >> 1)));
        if (low < this.base) {
            low = high - length;
        }
        this.growth.accept((long) Long.BYTES * (length - window.length));
        long[] wider = new long[length];
        System.arraycopy(window, 0, wider, (int) (this.base - low), window.length);
        this.window = wider;
        this.base = (int) low;
        return true;
    }

    private void toSparse(long[] window) {
        int distinct = 0;
        for (long times : window) {
            distinct += times == 0 ? 0 : 1;
        }
        this.keys = new int[distinct];
        this.counts = new long[distinct];
        for (int i = 0; i < window.length; i++) {
            if (window[i] != 0) {
                this.keys[this.size] = this.base + i;
                this.counts[this.size++] = window[i];
            }
        }
        this.window = null;
    }

    private void addSparse(int key, long times) {
        int at = Arrays.binarySearch(this.keys, 0, this.size, key);
        if (at >= 0) {
            this.counts[at] += times;
            return;
        }
        at = -1 - at;
        if (this.size == this.keys.length) {
            int length = Math.max(16, this.size + (this.size >> 1));
            this.growth.accept((long) (Integer.BYTES + Long.BYTES) * (length - this.size));
            this.keys = Arrays.copyOf(this.keys, length);
            this.counts = Arrays.copyOf(this.counts, length);
        }
        System.arraycopy(this.keys, at, this.keys, at + 1, this.size - at);
        System.arraycopy(this.counts, at, this.counts, at + 1, this.size - at);
        this.keys[at] = key;
        this.counts[at] = times;
        this.size++;
    }

    /** Is given keys and how many values are counted there. */
    @FunctionalInterface
    interface Visitor {

        void visit(int key, long times);
    }

    /** Makes bytes of buckets: their number, then for each the distance to the key before and the count, as varints. */
    static final class Encoder implements Visitor {

        private static final int LONGEST_NUMBER = 5;

        private static final int LONGEST_BUCKET = 15;

        private static final int DENSE = 8;

        private byte[] bytes = new byte[256];

        // The number of buckets stands first but is known last.
        private int end = LONGEST_NUMBER;

        private int buckets;

        private int previous;

        @Override
        public void visit(int key, long times) {
            if (this.end + LONGEST_BUCKET > this.bytes.length) {
                this.bytes = Arrays.copyOf(this.bytes, 2 * this.bytes.length);
            }
            long delta = (long) key - this.previous;
            this.end = varint(this.end, this.buckets == 0 ? (delta << 1) ^ (delta >> 63) : delta);
            this.end = varint(this.end, times);
            this.previous = key;
            this.buckets++;
        }

        /** Adds the buckets of some values. */
        void visitAll(double[] values, int size) {
            int[] keys = new int[size];
            int least = Integer.MAX_VALUE;
            int greatest = Integer.MIN_VALUE;
            for (int i = 0; i < size; i++) {
                keys[i] = key(values[i]);
                least = Math.min(least, keys[i]);
                greatest = Math.max(greatest, keys[i]);
            }
            // Keys that lie close together are cheaper to count than to sort.
            if ((long) greatest - least < DENSE * (long) size) {
                count(keys, least, greatest);
            } else {
                sort(keys);
            }
        }

        private void count(int[] keys, int least, int greatest) {
            int[] times = new int[greatest - least + 1];
            for (int key : keys) {
                times[key - least]++;
            }
            for (int i = 0; i < times.length; i++) {
                if (times[i] != 0) {
                    visit(least + i, times[i]);
                }
            }
        }

        private void sort(int[] keys) {
            Arrays.sort(keys);
            for (int i = 0; i < keys.length; ) {
                int next = i + 1;
                while (next < keys.length && keys[next] == keys[i]) {
                    next++;
                }
                visit(keys[i], next - i);
                i = next;
            }
        }

        byte[] toBytes() {
            int start = LONGEST_NUMBER - varint(0, this.buckets);
            varint(start, this.buckets);
            return Arrays.copyOfRange(this.bytes, start, this.end);
        }

        private int varint(int at, long value) {
            int next = at;
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                this.bytes[next++] = (byte) ((rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            this.bytes[next++] = (byte) rest;
            return next;
        }
    }

    private static final class Decoder {

        private final byte[] bytes;

        private final int end;

        private int at;

        Decoder(byte[] bytes, int offset, int length) {
            this.bytes = bytes;
            this.at = offset;
            this.end = offset + length;
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < 64 && this.at < this.end; shift += 7) {
                byte next = this.bytes[this.at++];
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("A number is cut off, or longer than 64 bits");
        }
    }
}
