package org.cloudmesh.ai.telemetry.store.query;

import java.util.Map;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.jspecify.annotations.Nullable;

/** A filter with its range in microseconds. Immutable. */
final class RecordMatcher {

    private final RecordFilter filter;

    private final long from;

    private final long to;

    /** Creates a matcher. */
    RecordMatcher(RecordFilter filter) {
        this.filter = filter;
        this.from = filter.from() == null ? Long.MIN_VALUE : EpochMicros.micros(filter.from());
        this.to = filter.to() == null ? Long.MAX_VALUE : EpochMicros.micros(filter.to());
    }

    /** Returns whether the record passes. */
    boolean matches(RecordView record) {
        return inRange(record.timestampMicros()) && this.filter.matches(record) && systemMatches(record);
    }

    /** Returns the first microsecond of the range, since 1970. */
    long from() {
        return this.from;
    }

    /** Returns the first microsecond after the range, since 1970. */
    long to() {
        return this.to;
    }

    boolean inRange(long at) {
        return at >= this.from && at < this.to;
    }

    boolean overlaps(Block block) {
        return block.last() >= this.from && block.first() < this.to;
    }

    /** Returns whether the filter asks for what series differ in. */
    boolean choosesSeries() {
        return !this.filter.conditions().isEmpty();
    }

    /** Returns whether the filter asks only for what all series of a group have in common. */
    boolean choosesGroups() {
        return !choosesBySystem() && this.filter.conditions().stream().allMatch(RecordFilter.Condition::concernsGroups);
    }

    /** Returns whether the filter asks for the machine's state, which no series knows. */
    boolean choosesBySystem() {
        return !this.filter.system().isEmpty();
    }

    private boolean systemMatches(RecordView record) {
        if (this.filter.system().isEmpty()) {
            return true;
        }
        Map<String, @Nullable Object> system = record.system();
        for (RecordFilter.SystemCondition condition : this.filter.system()) {
            if (system == null
                    || !(system.get(condition.field()) instanceof Number number)
                    || !condition.comparison().holds(number.doubleValue(), condition.value())) {
                return false;
            }
        }
        return true;
    }
}
