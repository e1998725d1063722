package org.cloudmesh.ai.telemetry.store;

import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Many values in a few figures; all but the count are null when there is no value. Percentiles go by nearest rank,
 * exact up to {@value Distribution#EXACT_LIMIT} values and within 1 % beyond.
 */
public record ValueSummary(
        long count,
        @Nullable Double sum,
        @Nullable Double avg,
        @Nullable Double min,
        @Nullable Double max,
        @Nullable Double p50,
        @Nullable Double p90,
        @Nullable Double p95,
        @Nullable Double p99) {

    static final ValueSummary EMPTY = new ValueSummary(0, null, null, null, null, null, null, null, null);

    /** Returns the figures of a distribution. */
    public static ValueSummary of(Distribution values) {
        if (values.count() == 0) {
            return EMPTY;
        }
        return new ValueSummary(
                values.count(),
                values.sum(),
                values.avg(),
                values.min(),
                values.max(),
                values.quantile(0.5),
                values.quantile(0.9),
                values.quantile(0.95),
                values.quantile(0.99));
    }
}
