package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.jspecify.annotations.Nullable;

/**
 * Chooses records: those in a range of time that pass all conditions.
 *
 * <p>A condition says what it thinks of one record and of all records of a series. Stores know no more of it than that,
 * so that a new one is right in each store; a store that can leave records out sooner may know more. Immutable.
 */
public final class RecordFilter {

    /** Chooses all records. */
    public static final RecordFilter ALL = builder().build();

    private static final String TRACE = "trace_id";

    private final List<Condition> conditions;

    private final List<SystemCondition> system;

    private final @Nullable Instant from;

    private final @Nullable Instant to;

    private final boolean openEnd;

    private RecordFilter(Builder builder) {
        this.conditions = List.copyOf(builder.conditions);
        this.system = List.copyOf(builder.system);
        this.from = builder.from;
        this.to = builder.to;
        this.openEnd = builder.openEnd;
    }

    /** Returns a builder of a filter that chooses all records. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that begins with this filter. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.conditions.addAll(this.conditions);
        builder.system.addAll(this.system);
        builder.from = this.from;
        builder.to = this.to;
        builder.openEnd = this.openEnd;
        return builder;
    }

    /** Returns the conditions, but for those on time and readings. */
    public List<Condition> conditions() {
        return this.conditions;
    }

    /** Returns the conditions on the record's {@code system} object. */
    public List<SystemCondition> system() {
        return this.system;
    }

    /** Returns the beginning of the range, included; null when there is none. */
    public @Nullable Instant from() {
        return this.from;
    }

    /** Returns the end of the range, excluded; null when there is none. */
    public @Nullable Instant to() {
        return this.to;
    }

    /** Returns whether nobody named the end of the range: it is unbounded, or the present. */
    public boolean hasOpenEnd() {
        return this.openEnd || this.to == null;
    }

    /** Returns the run that is asked for, if any. */
    public @Nullable String run() {
        return label(Dimension.Kind.RUN);
    }

    /** Returns the command that is asked for, if any. */
    public @Nullable String command() {
        return label(Dimension.Kind.COMMAND);
    }

    private @Nullable String label(Dimension.Kind kind) {
        for (Condition condition : this.conditions) {
            if (condition instanceof LabelCondition label && label.dimension().kind() == kind) {
                return label.value().text();
            }
        }
        return null;
    }

    /** Returns what the conditions, but for those on time and readings, say of all records of a series. */
    public Verdict decide(Series series) {
        Verdict verdict = Verdict.YES;
        for (Condition condition : this.conditions) {
            Verdict one = condition.decide(series);
            if (one == Verdict.NO) {
                return Verdict.NO;
            }
            if (one == Verdict.UNKNOWN) {
                verdict = Verdict.UNKNOWN;
            }
        }
        return verdict;
    }

    /** Returns whether the record passes the conditions, but for those on time and readings. */
    public boolean matches(FilterableRecord record) {
        for (Condition condition : this.conditions) {
            if (!condition.matches(record)) {
                return false;
            }
        }
        return true;
    }

    /** Returns this filter with another run. */
    public RecordFilter withRun(@Nullable String run) {
        return toBuilder().run(run).build();
    }

    /** Returns this filter with another range. */
    public RecordFilter between(@Nullable Instant from, @Nullable Instant to) {
        return toBuilder().from(from).to(to).build();
    }

    /** Returns this filter for those records that have the metric, too. */
    public RecordFilter having(String metric) {
        return toBuilder().add(new MetricCondition(NamePattern.exactly(metric))).build();
    }

    /** Returns this filter for those records that are of another event or of none, too. */
    public RecordFilter withoutEvent(String event) {
        return toBuilder().add(new OtherEventCondition(event)).build();
    }

    /** Returns this filter for those records that have one of some values of an attribute, too. */
    public RecordFilter havingAny(String attribute, Set<String> values) {
        return toBuilder().add(new AnyValueCondition(attribute, values)).build();
    }

    /** Returns this filter for those records that have the attribute, whatever its value. */
    public RecordFilter havingAttribute(String key) {
        return toBuilder().attribute(key).build();
    }

    /** Returns this filter for those records whose status is this one, whatever it says of statuses itself. */
    public RecordFilter ended(Status status) {
        return toBuilder()
                .add(new LabelCondition(Dimension.of(Dimension.Kind.STATUS), NamePattern.exactly(status.value())))
                .build();
    }

    /** Returns this filter without the conditions that all records pass which have the metric. */
    public RecordFilter given(String metric) {
        Builder builder = toBuilder();
        builder.conditions.removeIf((condition) ->
                condition instanceof MetricCondition other && other.metric().matches(metric));
        return builder.build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RecordFilter filter
                && this.conditions.equals(filter.conditions)
                && this.system.equals(filter.system)
                && Objects.equals(this.from, filter.from)
                && Objects.equals(this.to, filter.to)
                && this.openEnd == filter.openEnd;
    }

    @Override
    public int hashCode() {
        return Objects.hash(this.conditions, this.system, this.from, this.to, this.openEnd);
    }

    @Override
    public String toString() {
        return this.conditions + " " + this.system + " from " + this.from + " to " + this.to;
    }

    /** What is known of all records of a series. */
    public enum Verdict {
        /** All pass. */
        YES,
        /** None passes. */
        NO,
        /** Only the records can tell. */
        UNKNOWN;

        static Verdict of(boolean pass) {
            return pass ? YES : NO;
        }
    }

    /** Something that a record must fulfil. Immutable. */
    public sealed interface Condition {

        /** Returns whether all records of a series pass, or none; unknown when only the records can tell. */
        Verdict decide(Series series);

        /** Returns whether the record passes. */
        boolean matches(FilterableRecord record);

        /** Returns whether records that agree in command, run, status and event pass together. */
        default boolean concernsGroups() {
            return false;
        }
    }

    /** A label has a value. */
    public record LabelCondition(Dimension dimension, NamePattern value) implements Condition {

        private static final NamePattern ANY = NamePattern.startingWith("");

        @Override
        public Verdict decide(Series series) {
            String attribute = this.dimension.attribute();
            if (attribute == null || series.fixes(attribute)) {
                return Verdict.of(this.value.matches(this.dimension.of(series)));
            }
            return this.value.equals(ANY) && series.carries(attribute) ? Verdict.YES : Verdict.UNKNOWN;
        }

        @Override
        public boolean matches(FilterableRecord record) {
            return this.value.matches(this.dimension.of(record));
        }

        @Override
        public boolean concernsGroups() {
            return this.dimension.kind() != Dimension.Kind.ATTRIBUTE;
        }
    }

    /** An attribute has one of some values. */
    public record AnyValueCondition(String attribute, Set<String> values) implements Condition {

        public AnyValueCondition {
            values = Set.copyOf(values);
        }

        @Override
        public Verdict decide(Series series) {
            return series.fixes(this.attribute) ? Verdict.of(isOne(series.attribute(this.attribute))) : Verdict.UNKNOWN;
        }

        @Override
        public boolean matches(FilterableRecord record) {
            return isOne(record.attribute(this.attribute));
        }

        private boolean isOne(@Nullable String value) {
            return value != null && this.values.contains(value);
        }
    }

    /** The event is another one, or there is none. */
    public record OtherEventCondition(String event) implements Condition {

        @Override
        public Verdict decide(Series series) {
            return Verdict.of(!this.event.equals(series.event()));
        }

        @Override
        public boolean matches(FilterableRecord record) {
            return !this.event.equals(record.event());
        }

        @Override
        public boolean concernsGroups() {
            return true;
        }
    }

    /** There is a metric of that name. */
    public record MetricCondition(NamePattern metric) implements Condition {

        @Override
        public Verdict decide(Series series) {
            return Verdict.of(series.has(this.metric));
        }

        @Override
        public boolean matches(FilterableRecord record) {
            return record.has(this.metric);
        }
    }

    /**
     * The message, the event or the value of an attribute contains a text. Letters match whatever their case, one by
     * one as in {@link String#equalsIgnoreCase}.
     */
    public record TextCondition(String text) implements Condition {

        @Override
        public Verdict decide(Series series) {
            return isIn(series.event()) || series.attributes().values().stream().anyMatch(this::isIn)
                    ? Verdict.YES
                    : Verdict.UNKNOWN;
        }

        @Override
        public boolean matches(FilterableRecord record) {
            if (isIn(record.event()) || isIn(record.message())) {
                return true;
            }
            boolean[] found = {false};
            record.attributes((key) -> true, (key, value) -> found[0] |= isIn(value));
            return found[0];
        }

        private boolean isIn(@Nullable String whole) {
            if (whole == null) {
                return false;
            }
            int length = this.text.length();
            for (int i = 0; i <= whole.length() - length; i++) {
                if (whole.regionMatches(true, i, this.text, 0, length)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A number of the {@code system} object compares so; a record where it is unknown does not match. */
    public record SystemCondition(String field, Comparison comparison, double value) {

        /** Returns whether a number between two others may compare so. */
        public boolean mayHold(double least, double greatest) {
            return switch (this.comparison) {
                case LESS, LESS_OR_EQUAL -> this.comparison.holds(least, this.value);
                case EQUAL -> least <= this.value && this.value <= greatest;
                case GREATER_OR_EQUAL, GREATER -> this.comparison.holds(greatest, this.value);
            };
        }
    }

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

    /** Makes a filter. What is null is not asked for; attributes and conditions on readings add up. Not thread-safe. */
    public static final class Builder {

        private final List<Condition> conditions = new ArrayList<>();

        private final List<SystemCondition> system = new ArrayList<>();

        private @Nullable Instant from;

        private @Nullable Instant to;

        private boolean openEnd;

        private Builder() {}

        /** Asks for a program. */
        public Builder command(@Nullable String command) {
            return label(Dimension.Kind.COMMAND, exactly(command));
        }

        /** Asks for a start of a program. */
        public Builder run(@Nullable String run) {
            return label(Dimension.Kind.RUN, exactly(run));
        }

        /** Asks for a machine of a fleet. */
        public Builder node(@Nullable String node) {
            return label(Dimension.Kind.NODE, exactly(node));
        }

        /** Asks for a status. */
        public Builder status(@Nullable String status) {
            return label(Dimension.Kind.STATUS, exactly(status));
        }

        /** Asks for an event. */
        public Builder event(@Nullable String event) {
            return event(exactly(event));
        }

        /** Asks for events. */
        public Builder event(@Nullable NamePattern event) {
            return label(Dimension.Kind.EVENT, event);
        }

        /** Asks for records that have a metric. */
        public Builder metric(@Nullable String metric) {
            return metric(exactly(metric));
        }

        /** Asks for records that have one of some metrics. */
        public Builder metric(@Nullable NamePattern metric) {
            this.conditions.removeIf((condition) -> condition instanceof MetricCondition);
            return metric == null ? this : add(new MetricCondition(metric));
        }

        /** Asks for records that have an attribute, too. */
        public Builder attribute(String key, String value) {
            return attribute(key, NamePattern.exactly(value));
        }

        /** Asks for records that have an attribute with one of some values, too. */
        public Builder attribute(String key, NamePattern value) {
            return add(new LabelCondition(Dimension.attribute(key), value));
        }

        /** Asks for records that have an attribute, whatever its value, too. */
        public Builder attribute(String key) {
            return attribute(key, NamePattern.startingWith(""));
        }

        /** Asks for records of a trace. */
        public Builder trace(@Nullable String trace) {
            return trace == null ? this : attribute(TRACE, trace);
        }

        /**
         * Asks for records whose message, event or value of an attribute contains a text, whatever the case of letters.
         */
        public Builder text(@Nullable String text) {
            return text == null ? this : add(new TextCondition(text));
        }

        /** Asks for readings of the machine, too. */
        public Builder system(SystemCondition... conditions) {
            this.system.addAll(List.of(conditions));
            return this;
        }

        /** Asks for readings of the machine, too. */
        public Builder system(Collection<SystemCondition> conditions) {
            this.system.addAll(conditions);
            return this;
        }

        /** Sets the beginning of the range, included. */
        public Builder from(@Nullable Instant from) {
            this.from = from;
            return this;
        }

        /** Sets the end of the range, excluded. */
        public Builder to(@Nullable Instant to) {
            this.to = to;
            this.openEnd = false;
            return this;
        }

        /**
         * Sets an end of the range, excluded, that nobody asked for: what is shown over time ends with the last record.
         */
        public Builder upTo(Instant present) {
            this.to = present;
            this.openEnd = true;
            return this;
        }

        /** Returns the filter. */
        public RecordFilter build() {
            return new RecordFilter(this);
        }

        private Builder label(Dimension.Kind kind, @Nullable NamePattern value) {
            Dimension dimension = Dimension.of(kind);
            this.conditions.removeIf((condition) -> condition instanceof LabelCondition label
                    && label.dimension().equals(dimension));
            return value == null ? this : add(new LabelCondition(dimension, value));
        }

        private Builder add(Condition condition) {
            this.conditions.add(condition);
            return this;
        }

        private static @Nullable NamePattern exactly(@Nullable String name) {
            return name == null ? null : NamePattern.exactly(name);
        }
    }
}
