package org.cloudmesh.ai.telemetry.alert;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.jspecify.annotations.Nullable;

/**
 * Compares one figure with one threshold. Immutable.
 *
 * @param name tells it from other rules
 * @param metric whose values count; null for a count or a success rate of records
 * @param aggregate what is made of the values
 * @param window how far back they are looked for
 * @param threshold what the figure is compared with
 * @param above whether it fires above the threshold; below it otherwise
 * @param by what groups are compared one by one; null for all records together
 * @param filter which records count; its range is not looked at
 * @param webhook told of each change; null for none
 */
public record AlertRule(
        String name,
        @Nullable String metric,
        AlertAggregate aggregate,
        AlertWindow window,
        double threshold,
        boolean above,
        @Nullable Dimension by,
        RecordFilter filter,
        @Nullable URI webhook) {

    private static final Duration LONGEST_WINDOW = Duration.ofDays(3660);

    /**
     * Creates a rule.
     *
     * @throws IllegalArgumentException when the parts do not fit together; the message says what would
     */
    public AlertRule {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a rule needs a name");
        }
        if (metric == null && aggregate.needsMetric()) {
            throw new IllegalArgumentException("this aggregate needs a metric");
        }
        if (metric == null && by != null) {
            throw new IllegalArgumentException("a rule with groups needs a metric that the records have");
        }
        if (!Double.isFinite(threshold)) {
            throw new IllegalArgumentException("a threshold is a finite number");
        }
        Duration length = window.length();
        if (length != null && (length.isNegative() || length.isZero() || length.compareTo(LONGEST_WINDOW) > 0)) {
            throw new IllegalArgumentException("a window is longer than nothing and at most ten years");
        }
        if (webhook != null && !isHttp(webhook)) {
            throw new IllegalArgumentException("a webhook is an http or https address");
        }
    }

    private static boolean isHttp(URI address) {
        String scheme = address.getScheme();
        return ("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme)) && address.getHost() != null;
    }

    /** Returns whether the value is beyond the threshold. */
    boolean fires(double value) {
        return this.above ? value > this.threshold : value < this.threshold;
    }

    /** Returns the rule in words, for logs and messages: {@code sum of gen_ai.usage.cost, today, above 50.0}. */
    String describe() {
        return this.aggregate.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (this.metric == null ? " of records" : " of " + this.metric) + ", " + this.window.text()
                + (this.above ? ", above " : ", below ") + this.threshold;
    }
}
