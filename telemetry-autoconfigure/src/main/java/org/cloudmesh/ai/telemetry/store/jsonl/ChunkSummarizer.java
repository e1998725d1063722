package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.Arrays;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.rollup.RollupBuilder;
import org.cloudmesh.ai.telemetry.store.rollup.RollupBuilder.Totals;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the lines of chunks, one after the other: the bounds of the times of each, and a summary of all since the
 * last one if that is wanted. Not thread-safe.
 */
final class ChunkSummarizer {

    private final @Nullable LineSeriesCatalog catalog;

    private final ChunkFilter.Builder filter;

    private RollupBuilder rollup = new RollupBuilder();

    private int totalsOf;

    private @Nullable Totals totals;

    private String[] names = new String[16];

    private double[] numbers = new double[16];

    private int count;

    private long first = Long.MAX_VALUE;

    private long last = Long.MIN_VALUE;

    private boolean tooManySeries;

    /**
     * Creates a reader of chunks.
     *
     * @param catalog those of the file, to which new ones are added; null when no summary is wanted
     * @param filter takes in what series do not know
     */
    ChunkSummarizer(@Nullable LineSeriesCatalog catalog, ChunkFilter.Builder filter) {
        this.catalog = catalog;
        this.filter = filter;
    }

    /** Looks at the lines of the next chunk, which begins at an offset of the file. */
    Chunk read(byte[] bytes, int length, long offset, Lines lines) {
        this.first = Long.MAX_VALUE;
        this.last = Long.MIN_VALUE;
        lines.scan(bytes, 0, length, 0, this::add);
        this.filter.endChunk();
        return new Chunk(offset, length, length, this.first, this.last, lines.foreign(), lines.bad());
    }

    private boolean add(RecordView row) {
        long at = row.timestampMicros();
        this.first = Math.min(this.first, at);
        this.last = Math.max(this.last, at);
        LineSeriesCatalog catalog = this.catalog;
        if (catalog == null || this.tooManySeries) {
            this.filter.fail();
            return true;
        }
        this.count = 0;
        row.metrics(this::add);
        int series = catalog.of(row, this.names, this.count);
        if (series == 0) {
            this.tooManySeries = true;
            this.filter.fail();
            return true;
        }
        this.filter.add(catalog.series(series), row);
        Totals totals = totals(series, catalog);
        totals.record(at);
        for (int i = 0; i < this.count; i++) {
            totals.value(i, this.numbers[i], at);
        }
        return true;
    }

    private Totals totals(int series, LineSeriesCatalog catalog) {
        Totals totals = this.totals;
        if (totals == null || this.totalsOf != series) {
            totals = this.rollup.totals(series);
            if (totals == null) {
                totals = this.rollup.totals(series, series, catalog.metricsOf(series));
            }
            this.totals = totals;
            this.totalsOf = series;
        }
        return totals;
    }

    private void add(String name, double value) {
        if (this.count == this.names.length) {
            this.names = Arrays.copyOf(this.names, 2 * this.count);
            this.numbers = Arrays.copyOf(this.numbers, 2 * this.count);
        }
        this.names[this.count] = name;
        this.numbers[this.count++] = value;
    }

    /** Returns the roll-up of all lines since the last {@link #clear()}; null when there are too many series. */
    byte @Nullable [] summary() {
        return this.catalog == null || this.tooManySeries ? null : RollupFormat.encode(this.rollup);
    }

    /** Begins a new roll-up. */
    void clear() {
        this.rollup = new RollupBuilder();
        this.totals = null;
    }
}
