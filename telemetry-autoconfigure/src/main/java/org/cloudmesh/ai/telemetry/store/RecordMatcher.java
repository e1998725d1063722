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
        RecordFilter filter = this.filter;
        return record.timestampMicros() >= this.from
                && record.timestampMicros() < this.to
                && equal(filter.command(), record.origin().command())
                && equal(filter.run(), record.origin().run())
                && equal(filter.status(), record.status().value())
                && equal(filter.event(), record.event())
                && (filter.metric() == null || hasMetric(filter.metric(), record))
                && hasAttributes(record)
                && systemMatches(record.system());
    }

    private static boolean equal(@Nullable String wanted, @Nullable String present) {
        return wanted == null || wanted.equals(present);
    }

    private static boolean hasMetric(String metric, TelemetryRecord record) {
        for (int i = 0; i < record.metricCount(); i++) {
            if (record.metricName(i).equals(metric)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasAttributes(TelemetryRecord record) {
        for (RecordFilter.Attribute attribute : this.filter.attributes()) {
            if (!attribute.value().equals(record.attributes().get(attribute.key()))) {
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
