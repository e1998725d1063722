package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A range of time that is cut into buckets of one width.
 *
 * @param from microseconds, included
 * @param to microseconds, excluded
 */
record TimeRange(long from, long to) {

    /** Returns the filter's range, closed by the first and last record that has a metric; null when there is none. */
    static @Nullable TimeRange of(String metric, RecordFilter filter, RecordSource source, Deadline deadline) {
        Instant to = filter.hasOpenEnd() ? null : filter.to();
        if (filter.from() != null && to != null) {
            long from = EpochMicros.micros(filter.from());
            return new TimeRange(from, Math.max(from, EpochMicros.micros(to)));
        }
        GroupTotals tally = new GroupTotals();
        source.groups(filter.having(metric), deadline).forEach(tally::add);
        if (tally.records() == 0) {
            return null;
        }
        return new TimeRange(
                filter.from() == null ? tally.first() : EpochMicros.micros(filter.from()),
                to == null ? tally.last() + 1 : EpochMicros.micros(to));
    }

    /** Returns the least width of so many buckets that cover the range. */
    long width(int buckets) {
        return Math.max(1, ceilDiv(this.to - this.from, buckets));
    }

    /** Returns the edges of those buckets that begin in the range; the last one ends with it. */
    long[] edges(long width) {
        int filled = (int) ceilDiv(this.to - this.from, width);
        long[] edges = new long[filled + 1];
        for (int i = 0; i <= filled; i++) {
            edges[i] = Math.min(this.to, this.from + i * width);
        }
        return edges;
    }

    private static long ceilDiv(long dividend, long divisor) {
        return -Math.floorDiv(-dividend, divisor);
    }
}
