package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupBuilder;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;

/**
 * A roll-up of lines in one array of bytes: the earliest time, then for each metric, the counts of records being metric
 * {@value Rollup#COUNTS}, its id, the length of its entries, and these, as {@link RollupBuilder} encodes them. Numbers
 * are big-endian. Positions are times in microseconds since 1970. A checksum beside the bytes guards them.
 */
final class RollupFormat implements Rollup {

    private static final int HEADER = Integer.BYTES + Integer.BYTES;

    private final byte[] bytes;

    private final ByteBuffer buffer;

    private final long base;

    RollupFormat(byte[] bytes) {
        this.bytes = bytes;
        this.buffer = ByteBuffer.wrap(bytes);
        this.base = this.buffer.getLong(0);
    }

    /** Returns the bytes of a roll-up. */
    static byte[] encode(RollupBuilder rollup) {
        long base = rollup.first();
        ByteArrayOutputStream out = start(base);
        write(rollup.encode(base), out);
        return out.toByteArray();
    }

    private static ByteArrayOutputStream start(long base) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(base).array());
        return out;
    }

    private static void write(Map<Integer, byte[]> metrics, ByteArrayOutputStream out) {
        metrics.forEach((metric, entries) -> {
            out.writeBytes(ByteBuffer.allocate(HEADER)
                    .putInt(metric)
                    .putInt(entries.length)
                    .array());
            out.writeBytes(entries);
        });
    }

    /** Returns the roll-up of all that others sum up. One metric after the other is in memory. */
    static byte[] merge(List<byte[]> rollups) {
        List<RollupFormat> parts = new ArrayList<>();
        Set<Integer> metrics = new TreeSet<>();
        RollupBuilder counts = new RollupBuilder();
        for (byte[] bytes : rollups) {
            RollupFormat part = new RollupFormat(bytes);
            parts.add(part);
            counts.merge(COUNTS, part.counts(), (series) -> series);
            part.forEachMetric((metric, entries) -> metrics.add(metric));
        }
        long base = counts.first();
        ByteArrayOutputStream out = start(base);
        write(counts.encode(base), out);
        for (int metric : metrics) {
            RollupBuilder values = new RollupBuilder();
            parts.forEach((part) -> values.merge(metric, part.values(metric), (series) -> series));
            write(values.encode(base), out);
        }
        return out.toByteArray();
    }

    @Override
    public RollupEntries counts() {
        return values(COUNTS);
    }

    @Override
    public RollupEntries values(int metric) {
        for (int at = Long.BYTES; at < this.bytes.length; at = end(at)) {
            if (this.buffer.getInt(at) == metric) {
                return entries(at);
            }
        }
        return RollupEntries.none();
    }

    @Override
    public void forEachMetric(MetricVisitor visitor) {
        for (int at = Long.BYTES; at < this.bytes.length; at = end(at)) {
            int metric = this.buffer.getInt(at);
            if (metric != COUNTS) {
                visitor.visit(metric, entries(at));
            }
        }
    }

    private int end(int at) {
        return at + HEADER + this.buffer.getInt(at + Integer.BYTES);
    }

    private RollupEntries entries(int at) {
        return new RollupEntries(this.bytes, at + HEADER, end(at), this.base, 0);
    }
}
