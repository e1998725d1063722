package org.cloudmesh.ai.telemetry.store;

import java.util.Arrays;
import java.util.Map;

/**
 * Aggregates of one cell and metric in bytes: for each kind of record its id, the length of the rest, and the rest. Numbers
 * are variable-length integers and big-endian doubles; record ids are distances from the cell's first id. A store may have
 * times in the place of ids.
 *
 * <p>The rest is, of counts (metric 0): the count, the first record, the distance to the last record. Of values: the count,
 * the last record, and then either the one value or sum, least, greatest and last value and the buckets. With several
 * kinds, values begin with an entry of kind 0 that sums up all.
 */
public final class AggregateCodec {

    /** Stands for all kinds of records together. */
    public static final int ALL_KINDS = 0;

    /** Stands for the records themselves among the metrics. */
    public static final int COUNTS = 0;

    private AggregateCodec() {}

    /** Returns the counts of a cell, by kind. */
    public static byte[] counts(Map<Integer, Count> counts, long cellFirst) {
        Sink sink = new Sink();
        Sink body = new Sink();
        counts.forEach((kind, count) -> {
            body.clear();
            body.varint(count.records);
            body.varint(count.first - cellFirst);
            body.varint(count.last - count.first);
            sink.varint(kind);
            sink.sized(body);
        });
        return sink.toBytes();
    }

    /** Returns the values of a metric in a cell, by kind. */
    public static byte[] values(Map<Integer, Distribution> kinds, long cellFirst) {
        Distribution all = new Distribution();
        if (kinds.size() > 1) {
            kinds.values().forEach(all::merge);
        }
        return values(kinds, all, cellFirst);
    }

    /**
     * Returns the values of a metric in a cell, by kind.
     *
     * @param all what all kinds are together
     */
    public static byte[] values(Map<Integer, Distribution> kinds, Distribution all, long cellFirst) {
        Sink sink = new Sink();
        Sink body = new Sink();
        if (kinds.size() > 1) {
            entry(ALL_KINDS, all, cellFirst, body, sink);
        }
        kinds.forEach((kind, values) -> entry(kind, values, cellFirst, body, sink));
        return sink.toBytes();
    }

    private static void entry(int kind, Distribution values, long cellFirst, Sink body, Sink sink) {
        body.clear();
        body.varint(values.count());
        body.varint(values.lastAt() - cellFirst);
        if (values.count() == 1) {
            body.real(values.last());
        } else {
            body.real(values.sum());
            body.real(values.min());
            body.real(values.max());
            body.real(values.last());
            byte[] buckets = values.buckets();
            body.bytes(buckets, buckets.length);
        }
        sink.varint(kind);
        sink.sized(body);
    }

    /** How many records there are, and the ids of the first and last. */
    public static final class Count {

        public long records;

        public long first = Long.MAX_VALUE;

        public long last = Long.MIN_VALUE;

        /** Adds some records. */
        public void add(long records, long first, long last) {
            this.records += records;
            this.first = Math.min(this.first, first);
            this.last = Math.max(this.last, last);
        }
    }

    /** Goes from entry to entry. */
    public static final class Cursor {

        private final byte[] data;

        private final int limit;

        private final long cellFirst;

        private int at;

        private int end;

        private int next;

        private int kind;

        /** Creates a cursor before the first entry. */
        public Cursor(byte[] data, long cellFirst) {
            this(data, 0, data.length, cellFirst);
        }

        /** Creates a cursor over aggregates that are a part of an array. */
        public Cursor(byte[] data, int from, int to, long cellFirst) {
            this.data = data;
            this.next = from;
            this.limit = to;
            this.cellFirst = cellFirst;
        }

        /** Goes to the next entry; returns whether there is one. */
        public boolean next() {
            this.at = this.next;
            if (this.at >= this.limit) {
                return false;
            }
            this.kind = (int) varint();
            int length = (int) varint();
            this.end = this.at + length;
            this.next = this.end;
            return true;
        }

        /** Returns the kind that the entry is of. */
        public int kind() {
            return this.kind;
        }

        /** Adds the entry, one of counts. */
        public void addTo(Count count) {
            long records = varint();
            long first = this.cellFirst + varint();
            count.add(records, first, first + varint());
        }

        /** Returns the count of an entry of either sort. */
        public long records() {
            int start = this.at;
            long records = varint();
            this.at = start;
            return records;
        }

        /** Adds the entry, one of values; the last value's time is its record's id shifted to the right. Can be repeated. */
        public void addTo(Distribution distribution, int shift) {
            int start = this.at;
            long count = varint();
            long lastAt = (this.cellFirst + varint()) >> shift;
            if (count == 1) {
                distribution.add(real(), lastAt);
            } else {
                double sum = real();
                double min = real();
                double max = real();
                double last = real();
                distribution.merge(sum, min, max, last, lastAt, this.data, this.at, this.end - this.at);
            }
            this.at = start;
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

    private static final class Sink {

        private byte[] bytes = new byte[256];

        private int size;

        void clear() {
            this.size = 0;
        }

        void varint(long value) {
            reserve(10);
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                this.bytes[this.size++] = (byte) ((rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            this.bytes[this.size++] = (byte) rest;
        }

        void real(double value) {
            reserve(Double.BYTES);
            long bits = Double.doubleToRawLongBits(value);
            for (int i = 56; i >= 0; i -= 8) {
                this.bytes[this.size++] = (byte) (bits >> i);
            }
        }

        void bytes(byte[] other, int length) {
            reserve(length);
            System.arraycopy(other, 0, this.bytes, this.size, length);
            this.size += length;
        }

        void sized(Sink body) {
            varint(body.size);
            bytes(body.bytes, body.size);
        }

        byte[] toBytes() {
            return Arrays.copyOf(this.bytes, this.size);
        }

        private void reserve(int more) {
            if (this.size + more > this.bytes.length) {
                this.bytes = Arrays.copyOf(this.bytes, Math.max(2 * this.bytes.length, this.size + more));
            }
        }
    }
}
