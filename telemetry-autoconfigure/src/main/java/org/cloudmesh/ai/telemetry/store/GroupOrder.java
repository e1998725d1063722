package org.cloudmesh.ai.telemetry.store;

import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/** By which of their figures groups are ordered, the largest first. */
public enum GroupOrder {
    COUNT((values) -> values.count()),
    SUM(Distribution::sum),
    AVG(Distribution::avg),
    MAX(Distribution::max),
    P95((values) -> values.quantile(0.95));

    /** How an order is written. */
    public static final String FORMS = "count, sum, avg, max, p95";

    private final ToDoubleFunction<Distribution> figure;

    GroupOrder(ToDoubleFunction<Distribution> figure) {
        this.figure = figure;
    }

    /** Returns the order that is written so, or null when none is. */
    public static @Nullable GroupOrder parse(String text) {
        for (GroupOrder order : values()) {
            if (order.name().toLowerCase(Locale.ROOT).equals(text)) {
                return order;
            }
        }
        return null;
    }

    double of(Distribution values) {
        return this.figure.applyAsDouble(values);
    }
}
