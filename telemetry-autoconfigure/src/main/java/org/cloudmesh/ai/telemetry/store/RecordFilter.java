package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses records. All conditions must hold; null and empty ones are none.
 *
 * @param command exact
 * @param run exact
 * @param status exact
 * @param event exact
 * @param metric name of a metric that the record has
 * @param attributes the record has each of them
 * @param system conditions on the record's {@code system} object
 * @param from included
 * @param to excluded
 */
public record RecordFilter(
        @Nullable String command,
        @Nullable String run,
        @Nullable String status,
        @Nullable String event,
        @Nullable String metric,
        List<Attribute> attributes,
        List<SystemCondition> system,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** Chooses all records. */
    public static final RecordFilter ALL =
            new RecordFilter(null, null, null, null, null, List.of(), List.of(), null, null);

    public RecordFilter {
        attributes = List.copyOf(attributes);
        system = List.copyOf(system);
    }

    /** An attribute of that key has exactly that value. */
    public record Attribute(String key, String value) {}

    /** A number of the {@code system} object compares so; a record where it is unknown does not match. */
    public record SystemCondition(String field, Comparison comparison, double value) {}

    /** How a number compares. */
    public enum Comparison {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        EQUAL("="),
        GREATER_OR_EQUAL(">="),
        GREATER(">");

        private final String symbol;

        Comparison(String symbol) {
            this.symbol = symbol;
        }

        /** Returns the sign, for example {@code >=}. */
        public String symbol() {
            return this.symbol;
        }

        /** Returns whether the comparison holds. */
        public boolean holds(double left, double right) {
            return switch (this) {
                case LESS -> left < right;
                case LESS_OR_EQUAL -> left <= right;
                case EQUAL -> left == right;
                case GREATER_OR_EQUAL -> left >= right;
                case GREATER -> left > right;
            };
        }
    }

    /** Returns this filter with another metric. */
    public RecordFilter withMetric(@Nullable String metric) {
        return new RecordFilter(
                this.command,
                this.run,
                this.status,
                this.event,
                metric,
                this.attributes,
                this.system,
                this.from,
                this.to);
    }

    /** Returns this filter with another run. */
    public RecordFilter withRun(@Nullable String run) {
        return new RecordFilter(
                this.command,
                run,
                this.status,
                this.event,
                this.metric,
                this.attributes,
                this.system,
                this.from,
                this.to);
    }

    /** Returns this filter with another range. */
    public RecordFilter between(@Nullable Instant from, @Nullable Instant to) {
        return new RecordFilter(
                this.command, this.run, this.status, this.event, this.metric, this.attributes, this.system, from, to);
    }
}
