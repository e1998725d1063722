package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Count;
import org.cloudmesh.ai.telemetry.store.Distribution;
import org.cloudmesh.ai.telemetry.store.Row;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the lines of stretches, one after the other: the bounds of the times of each, and a summary of all since the last
 * one if that is wanted. Not thread-safe.
 */
final class Leaf {

    private final @Nullable LineKinds kinds;

    // By kind.
    private @Nullable Values[] values = new Values[64];

    private String[] names = new String[16];

    private double[] numbers = new double[16];

    private int count;

    private long first = Long.MAX_VALUE;

    private long last = Long.MIN_VALUE;

    private boolean tooManyKinds;

    /**
     * Creates a reader of stretches.
     *
     * @param kinds those of the file, to which new ones are added; null when no summary is wanted
     */
    Leaf(@Nullable LineKinds kinds) {
        this.kinds = kinds;
    }

    /** Looks at the lines of the next stretch, which begins at an offset of the file. */
    Chunk read(byte[] bytes, int length, long offset, Lines lines) {
        this.first = Long.MAX_VALUE;
        this.last = Long.MIN_VALUE;
        lines.scan(bytes, 0, length, 0, this::add);
        return new Chunk(offset, length, length, this.first, this.last, lines.foreign(), lines.bad());
    }

    private boolean add(Row row) {
        long at = row.timestampMicros();
        this.first = Math.min(this.first, at);
        this.last = Math.max(this.last, at);
        LineKinds kinds = this.kinds;
        if (kinds == null || this.tooManyKinds) {
            return true;
        }
        this.count = 0;
        row.metrics(this::add);
        int kind = kinds.of(row, this.names, this.count);
        if (kind == 0) {
            this.tooManyKinds = true;
            return true;
        }
        Values values = values(kind);
        values.count.add(1, at, at);
        for (int i = 0; i < this.count; i++) {
            values.metrics[i].add(this.numbers[i], at);
        }
        return true;
    }

    private Values values(int kind) {
        if (kind >= this.values.length) {
            this.values = Arrays.copyOf(this.values, 2 * kind);
        }
        Values values = this.values[kind];
        if (values == null) {
            values = new Values(this.count);
            this.values[kind] = values;
        }
        return values;
    }

    private void add(String name, double value) {
        if (this.count == this.names.length) {
            this.names = Arrays.copyOf(this.names, 2 * this.count);
            this.numbers = Arrays.copyOf(this.numbers, 2 * this.count);
        }
        this.names[this.count] = name;
        this.numbers[this.count++] = value;
    }

    /** Returns the summary of all lines since the last {@link #clear()}; null when there are too many kinds. */
    byte @Nullable [] summary() {
        LineKinds kinds = this.kinds;
        if (kinds == null || this.tooManyKinds) {
            return null;
        }
        Map<Integer, Count> counts = new TreeMap<>();
        Map<Integer, Map<Integer, Distribution>> metrics = new TreeMap<>();
        for (int kind = 1; kind < this.values.length; kind++) {
            Values values = this.values[kind];
            if (values == null) {
                continue;
            }
            counts.put(kind, values.count);
            List<String> names = kinds.kind(kind).metrics();
            for (int i = 0; i < names.size(); i++) {
                metrics.computeIfAbsent(kinds.metric(names.get(i)), (absent) -> new TreeMap<>())
                        .put(kind, values.metrics[i]);
            }
        }
        return NodeSummary.encode(counts, metrics);
    }

    /** Begins a new summary. */
    void clear() {
        Arrays.fill(this.values, null);
    }

    /** What the lines of a kind add up to. */
    private static final class Values {

        private final Count count = new Count();

        private final Distribution[] metrics;

        Values(int metrics) {
            this.metrics = new Distribution[metrics];
            for (int i = 0; i < metrics; i++) {
                this.metrics[i] = new Distribution();
            }
        }
    }
}
