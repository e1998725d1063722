package org.cloudmesh.ai.telemetry.alert;

import org.cloudmesh.ai.telemetry.store.ValueSummary;
import org.jspecify.annotations.Nullable;

/** What a rule makes of the values in its window. */
public enum AlertAggregate {

    /** How many records; 0 when there are none. */
    COUNT,

    /** Sum of the metric; 0 when there are no records. */
    SUM,

    /** Mean of the metric. */
    AVG,

    /** Largest value of the metric. */
    MAX,

    /** 95th percentile of the metric, by nearest rank. */
    P95,

    /** completed / (completed + failed), 0 to 1. */
    SUCCESS_RATE;

    /** Returns whether there is nothing to compute without a metric. */
    boolean needsMetric() {
        return this != COUNT && this != SUCCESS_RATE;
    }

    /** Returns the value, null when no record tells; not for {@link #SUCCESS_RATE}. */
    @Nullable
    Double of(ValueSummary values) {
        return switch (this) {
            case COUNT -> (double) values.count();
            case SUM -> values.sum() == null ? (Double) 0.0 : values.sum();
            case AVG -> values.avg();
            case MAX -> values.max();
            case P95 -> values.p95();
            case SUCCESS_RATE -> throw new IllegalStateException("A success rate is made of two counts");
        };
    }
}
