package org.cloudmesh.ai.telemetry.store.query;

import org.jspecify.annotations.Nullable;

/**
 * What is wanted of records that are shown one by one. A store reads no more than that, and may leave out what the
 * filter does not choose.
 *
 * @param filter which records; the engine looks at each once more
 * @param from time before which none is wanted, in microseconds since 1970
 * @param to time from which on none is wanted
 * @param columns what of them
 * @param metric whose values, for {@link Columns#METRIC}
 * @param newestFirst whether an {@link IndexedSegment} shows the last record first
 * @param least for {@link Columns#METRIC}: records with a lesser value are not wanted; NaN when all are
 */
public record Scan(
        ResolvedFilter filter,
        long from,
        long to,
        Columns columns,
        @Nullable String metric,
        boolean newestFirst,
        double least) {

    /** Parts of records. Times, labels and what the filter asks for are always wanted. */
    public enum Columns {
        /** Nothing else. */
        LABELS,
        /** One metric. */
        METRIC,
        /** All metrics. */
        METRICS,
        /** The whole record. */
        RECORD
    }

    Scan(ResolvedFilter filter, Columns columns) {
        this(filter, filter.from(), filter.to(), columns, null, false, Double.NaN);
    }

    Scan(ResolvedFilter filter, long from, long to, Columns columns, @Nullable String metric, boolean newestFirst) {
        this(filter, from, to, columns, metric, newestFirst, Double.NaN);
    }

    Scan between(long from, long to) {
        return new Scan(this.filter, from, to, this.columns, this.metric, this.newestFirst, this.least);
    }

    Scan atLeast(double value) {
        return new Scan(this.filter, this.from, this.to, this.columns, this.metric, this.newestFirst, value);
    }
}
