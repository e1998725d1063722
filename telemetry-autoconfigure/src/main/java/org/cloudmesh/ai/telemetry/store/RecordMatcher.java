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
                && (filter.command() == null || filter.command().equals(row.command()))
                && (filter.run() == null || filter.run().equals(row.run()))
                && (filter.status() == null || filter.status().equals(row.status()))
                && (filter.event() == null || filter.event().equals(row.event()))
                && (filter.metric() == null || !Double.isNaN(row.metric(filter.metric())))
                && hasAttributes(row)
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
        return !this.filter.between(null, null).equals(RecordFilter.ALL);
    }

    /** What is known of records that have the same kind. */
    enum Verdict {
        YES,
        NO,
        UNKNOWN
    }

    /** Returns whether records of that kind pass, their times aside. */
    Verdict decide(Summary.Kind kind) {
        RecordFilter filter = this.filter;
        if ((filter.command() != null && !filter.command().equals(kind.command()))
                || (filter.run() != null && !filter.run().equals(kind.run()))
                || (filter.status() != null && !filter.status().equals(kind.status()))
                || (filter.event() != null && !filter.event().equals(kind.event()))
                || (filter.metric() != null && !kind.has(filter.metric()))) {
            return Verdict.NO;
        }
        Verdict verdict = filter.system().isEmpty() ? Verdict.YES : Verdict.UNKNOWN;
        for (RecordFilter.Attribute attribute : filter.attributes()) {
            if (!kind.agreesIn(attribute.key())) {
                verdict = Verdict.UNKNOWN;
            } else if (!attribute.value().equals(kind.attribute(attribute.key()))) {
                return Verdict.NO;
            }
        }
        return verdict;
    }

    private boolean hasAttributes(Row row) {
        for (RecordFilter.Attribute attribute : this.filter.attributes()) {
            if (!attribute.value().equals(row.attribute(attribute.key()))) {
                return false;
            }
        }
        return true;
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
