package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.cloudmesh.ai.telemetry.store.AggregateCodec;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Count;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Cursor;
import org.cloudmesh.ai.telemetry.store.Distribution;
import org.cloudmesh.ai.telemetry.store.Summary;
import org.jspecify.annotations.Nullable;

/**
 * A summary of lines in bytes: the earliest time, then for each metric, the counts of records being metric 0, its number,
 * the length of its aggregates, and these. All numbers are big-endian.
 */
final class NodeSummary implements Summary {

    private static final int PART = Integer.BYTES + Integer.BYTES;

    private final byte[] bytes;

    private final LineKinds kinds;

    private final long base;

    NodeSummary(byte[] bytes, LineKinds kinds) {
        this.bytes = bytes;
        this.kinds = kinds;
        this.base = ByteBuffer.wrap(bytes).getLong();
    }

    /** Returns the bytes of a summary. */
    static byte[] encode(Map<Integer, Count> counts, Map<Integer, Map<Integer, Distribution>> metrics) {
        return encode(counts, metrics.keySet(), metrics::get);
    }

    private static byte[] encode(
            Map<Integer, Count> counts,
            Set<Integer> metrics,
            IntFunction<@Nullable Map<Integer, Distribution>> values) {
        long base =
                counts.values().stream().mapToLong((count) -> count.first).min().orElse(0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(base).array());
        part(AggregateCodec.COUNTS, AggregateCodec.counts(counts, base), out);
        for (int metric : metrics) {
            Map<Integer, Distribution> kinds = values.apply(metric);
            if (kinds != null) {
                part(metric, AggregateCodec.values(kinds, base), out);
            }
        }
        return out.toByteArray();
    }

    private static void part(int metric, byte[] data, ByteArrayOutputStream out) {
        out.writeBytes(
                ByteBuffer.allocate(PART).putInt(metric).putInt(data.length).array());
        out.writeBytes(data);
    }

    /** Returns the summary of all that others sum up. One metric after the other is in memory. */
    static byte[] merge(List<byte[]> summaries, LineKinds kinds) {
        List<NodeSummary> parts = new ArrayList<>();
        Map<Integer, Count> counts = new TreeMap<>();
        Set<Integer> metrics = new TreeSet<>();
        for (byte[] bytes : summaries) {
            NodeSummary part = new NodeSummary(bytes, kinds);
            parts.add(part);
            Cursor cursor = part.cursor(AggregateCodec.COUNTS);
            while (cursor.next()) {
                cursor.addTo(counts.computeIfAbsent(cursor.kind(), (absent) -> new Count()));
            }
            part.forEachMetric(metrics::add);
        }
        return encode(counts, metrics, (metric) -> {
            Map<Integer, Distribution> values = new TreeMap<>();
            for (NodeSummary part : parts) {
                Cursor cursor = part.cursor(metric);
                while (cursor.next()) {
                    if (cursor.kind() != AggregateCodec.ALL_KINDS) {
                        cursor.addTo(values.computeIfAbsent(cursor.kind(), (absent) -> new Distribution()), 0);
                    }
                }
            }
            return values;
        });
    }

    @Override
    public void counts(CountVisitor visitor) {
        Cursor cursor = cursor(AggregateCodec.COUNTS);
        while (cursor.next()) {
            Count count = new Count();
            cursor.addTo(count);
            visitor.visit(this.kinds.kind(cursor.kind()), count.records, count.first, count.last);
        }
    }

    @Override
    public Collection<String> metrics() {
        List<String> names = new ArrayList<>();
        forEachMetric((metric) -> names.add(this.kinds.metric(metric)));
        return names;
    }

    private void forEachMetric(java.util.function.IntConsumer visitor) {
        ByteBuffer buffer = ByteBuffer.wrap(this.bytes);
        int at = Long.BYTES;
        while (at < this.bytes.length) {
            int metric = buffer.getInt(at);
            if (metric != AggregateCodec.COUNTS) {
                visitor.accept(metric);
            }
            at += PART + buffer.getInt(at + Integer.BYTES);
        }
    }

    @Override
    public void addTo(String metric, Distribution distribution) {
        int id = this.kinds.metric(metric);
        Cursor cursor = cursor(id);
        // The first entry sums up all others, or is the only one.
        if (id > 0 && cursor.next()) {
            cursor.addTo(distribution, 0);
        }
    }

    @Override
    public void addTo(String metric, Function<Kind, @Nullable Distribution> target) {
        int id = this.kinds.metric(metric);
        Cursor cursor = cursor(id);
        while (id > 0 && cursor.next()) {
            Distribution distribution =
                    cursor.kind() == AggregateCodec.ALL_KINDS ? null : target.apply(this.kinds.kind(cursor.kind()));
            if (distribution != null) {
                cursor.addTo(distribution, 0);
            }
        }
    }

    private Cursor cursor(int metric) {
        ByteBuffer buffer = ByteBuffer.wrap(this.bytes);
        int at = Long.BYTES;
        while (at < this.bytes.length) {
            int length = buffer.getInt(at + Integer.BYTES);
            if (buffer.getInt(at) == metric) {
                return new Cursor(this.bytes, at + PART, at + PART + length, this.base);
            }
            at += PART + length;
        }
        return new Cursor(this.bytes, at, at, this.base);
    }
}
