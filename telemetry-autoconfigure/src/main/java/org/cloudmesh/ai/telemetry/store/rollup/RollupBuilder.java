package org.cloudmesh.ai.telemetry.store.rollup;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the records of a block, from records or from roll-ups of its parts, and encodes the sums. Not thread-safe.
 *
 * <p><b>Idea.</b> A question over a long range is answered from few large blocks and, at the edges of the range, from
 * records. So a block keeps, for each metric, a mergeable {@link Distribution} for each series, and one of all series,
 * since most questions have no filter. Records are the truth; a roll-up that is lost costs time and no answer.
 *
 * <p><b>Encoding</b>, of one metric: entries one after the other, each the id of its series, the length of the rest,
 * and the rest. Numbers are unsigned LEB128 integers (as Lucene's {@code DataOutput.writeVInt}) and big-endian doubles.
 * Positions (times, or row ids) are distances from the block's first one. The rest is, of counts (metric
 * {@value Rollup#COUNTS}): records, first position, distance to the last position. Of values: their number, the
 * position of the last one, and then the one value, or sum, least, greatest and last value and the buckets of
 * {@link Distribution#buckets()}. With several series, an entry of series 0 that sums up all of them comes first.
 *
 * <p><b>Series or groups.</b> Where a block has few records for each series, values are kept by group alone: entries
 * then have the id of the group's first series. Counts are always by series.
 *
 * <p><b>Failure.</b> Encoding cannot fail; for damage see {@link RollupEntries}.
 */
public final class RollupBuilder {

    private final Map<Integer, RecordCount> counts = new TreeMap<>();

    private final Map<Integer, Map<Integer, Distribution>> metrics = new TreeMap<>();

    // What parts have of all series together is added up as it is: cheaper than adding up their series once more.
    private final Map<Integer, Distribution> wholes = new HashMap<>();

    private final Map<Integer, Totals> totals = new HashMap<>();

    private boolean merged;

    /**
     * Returns what the records of a series are added to.
     *
     * @param series its id
     * @param entry id that its values are kept under: its own, or that of its group
     * @param metrics ids of its metrics, in the order in which values will be given
     */
    public Totals totals(int series, int entry, int... metrics) {
        Totals known = totals(series);
        if (known != null) {
            return known;
        }
        Distribution[] values = new Distribution[metrics.length];
        Distribution[] all = new Distribution[this.merged ? metrics.length : 0];
        for (int i = 0; i < metrics.length; i++) {
            values[i] = this.metrics
                    .computeIfAbsent(metrics[i], (id) -> new TreeMap<>())
                    .computeIfAbsent(entry, (id) -> new Distribution());
            if (this.merged) {
                all[i] = this.wholes.computeIfAbsent(metrics[i], (id) -> new Distribution());
            }
        }
        Totals totals = new Totals(this.counts.computeIfAbsent(series, (id) -> new RecordCount()), values, all);
        this.totals.put(series, totals);
        return totals;
    }

    /** Returns what the records of a series are added to, if it was asked for before. */
    public @Nullable Totals totals(int series) {
        return this.totals.get(series);
    }

    /**
     * Adds a part's entries of a metric. Records can follow, but none can have come before.
     *
     * @param entries with a shift of 0
     * @param entryOf tells under which id an entry is kept here
     */
    public <X extends Exception> void merge(int metric, RollupEntries entries, EntryOf<X> entryOf) throws X {
        this.merged = true;
        if (metric == Rollup.COUNTS) {
            while (entries.next()) {
                entries.addTo(this.counts.computeIfAbsent(entries.series(), (series) -> new RecordCount()));
            }
            return;
        }
        Map<Integer, Distribution> values = this.metrics.computeIfAbsent(metric, (id) -> new TreeMap<>());
        boolean first = true;
        while (entries.next()) {
            if (first) {
                // The first entry sums up all others, or is the only one.
                entries.addTo(this.wholes.computeIfAbsent(metric, (id) -> new Distribution()));
                first = false;
            }
            if (!entries.ofAll()) {
                entries.addTo(values.computeIfAbsent(entryOf.entry(entries.series()), (id) -> new Distribution()));
            }
        }
    }

    /** Tells where the values of a part's entry go. */
    @FunctionalInterface
    public interface EntryOf<X extends Exception> {

        /** Returns the id of an entry for that of a part's entry. */
        int entry(int series) throws X;
    }

    /** Returns how many records there are. */
    public long records() {
        return this.counts.values().stream().mapToLong(RecordCount::records).sum();
    }

    /** Returns the position of the first record; 0 when there is none. */
    public long first() {
        return this.counts.values().stream().mapToLong(RecordCount::first).min().orElse(0);
    }

    /**
     * Returns the bytes by metric, those of counts among them.
     *
     * @param base a position that no record is before
     */
    public Map<Integer, byte[]> encode(long base) {
        Map<Integer, byte[]> encoded = new TreeMap<>();
        Sink body = new Sink();
        if (!this.counts.isEmpty()) {
            encoded.put(Rollup.COUNTS, counts(base, body));
        }
        this.metrics.forEach((metric, values) -> encoded.put(metric, values(metric, values, base, body)));
        return encoded;
    }

    private byte[] counts(long base, Sink body) {
        Sink sink = new Sink();
        this.counts.forEach((series, count) -> {
            body.clear();
            body.varint(count.records());
            body.varint(count.first() - base);
            body.varint(count.last() - count.first());
            sink.varint(series);
            sink.sized(body);
        });
        return sink.toBytes();
    }

    private byte[] values(int metric, Map<Integer, Distribution> values, long base, Sink body) {
        Sink sink = new Sink();
        if (values.size() > 1) {
            Distribution whole = this.wholes.get(metric);
            if (whole == null) {
                whole = new Distribution();
                values.values().forEach(whole::merge);
            }
            entry(RollupEntries.ALL_SERIES, whole, base, body, sink);
        }
        values.forEach((series, distribution) -> entry(series, distribution, base, body, sink));
        return sink.toBytes();
    }

    private static void entry(int series, Distribution values, long base, Sink body, Sink sink) {
        body.clear();
        body.varint(values.count());
        body.varint(values.lastAt() - base);
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
        sink.varint(series);
        sink.sized(body);
    }

    /** What the records of one series are added to. */
    public static final class Totals {

        private final RecordCount count;

        private final Distribution[] values;

        private final Distribution[] wholes;

        private Totals(RecordCount count, Distribution[] values, Distribution[] wholes) {
            this.count = count;
            this.values = values;
            this.wholes = wholes;
        }

        /** Adds a record; its values follow. */
        public void record(long at) {
            this.count.add(1, at, at);
        }

        /**
         * Adds a value of that record.
         *
         * @param index of the metric among those of the series
         */
        public void value(int index, double value, long at) {
            this.values[index].add(value, at);
            if (this.wholes.length > 0) {
                this.wholes[index].add(value, at);
            }
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
