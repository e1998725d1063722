package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/** Tells whether records pass a filter. Immutable. */
public final class RecordMatcher {

    private final RecordFilter filter;

    private final long from;

    private final long to;

    /** Creates a matcher. */
    public RecordMatcher(RecordFilter filter) {
        this.filter = filter;
        this.from = filter.from() == null ? Long.MIN_VALUE : micros(filter.from());
        this.to = filter.to() == null ? Long.MAX_VALUE : micros(filter.to());
    }

    /**
     * Returns the first microsecond, since 1970, that is not before the instant: as a bound of a range, included or
     * excluded, it is the same as the instant for records that are kept in microseconds.
     */
    public static long micros(Instant instant) {
        long seconds = Math.max(-(1L << 43), Math.min(1L << 43, instant.getEpochSecond()));
        return seconds * 1_000_000 + (instant.getNano() + 999) / 1_000;
    }

    /** Returns the instant of microseconds since 1970. */
    public static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** Returns whether the record passes. */
    public boolean matches(TelemetryRecord record) {
        return matches(new RecordRow(record));
    }

    /** Returns whether the record passes. */
    public boolean matches(Row row) {
        RecordFilter filter = this.filter;
        return row.timestampMicros() >= this.from
                && row.timestampMicros() < this.to
                && filter.matches(row)
                && (filter.system().isEmpty() || systemMatches(row.system()));
    }

    /** Returns the first microsecond of the range, since 1970. */
    long from() {
        return this.from;
    }

    /** Returns the first microsecond after the range, since 1970. */
    long to() {
        return this.to;
    }

    boolean overlaps(long first, long last) {
        return last >= this.from && first < this.to;
    }

    /** Returns whether the filter asks for more than a range of time. */
    boolean choosesKinds() {
        return !this.filter.conditions().isEmpty() || !this.filter.system().isEmpty();
    }

    /** What is known of records that have the same kind. */
    public enum Verdict {
        YES,
        NO,
        UNKNOWN;

        static Verdict of(boolean pass) {
            return pass ? YES : NO;
        }
    }

    /** Returns whether records of that kind pass, their times aside. */
    Verdict decide(Summary.Kind kind) {
        Verdict verdict = this.filter.decide(kind);
        return verdict == Verdict.YES && !this.filter.system().isEmpty() ? Verdict.UNKNOWN : verdict;
    }

    private boolean systemMatches(@Nullable Map<String, @Nullable Object> system) {
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
