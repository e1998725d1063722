package org.cloudmesh.ai.telemetry.context;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The readings of the recent past, so that a record with a duration can tell what the machine did meanwhile.
 *
 * <p>Readings of the last hour are kept one by one. Older ones are merged into minutes, which are kept for a week: an hour
 * of readings at one a second takes about 0.5 MB, a week of minutes 1 MB. A range that begins within a minute leaves out
 * that minute; the answer says how many seconds it covers. When the clock was set during a range, wall time and elapsed time
 * disagree and there is no answer.
 *
 * <p>Energy is power integrated over time by the trapezoidal rule, in joules. It is known only where all cards told their
 * power in all readings of the range. Thread-safe.
 */
final class ReadingWindow {

    private static final long MICROS = 1_000_000;

    private static final long MAX_CLOCK_ERROR = Duration.ofSeconds(1).toNanos();

    private static final double MAX_CLOCK_DRIFT = 0.01;

    private final int fine;

    private final int merged;

    private final int coarse;

    private final Deque<ReadingSpan> readings = new ArrayDeque<>();

    private final Deque<ReadingSpan> minutes = new ArrayDeque<>();

    private long lastNanos;

    private @Nullable Double lastWatts;

    /** Keeps an hour of readings one by one and a week in minutes. */
    ReadingWindow(Duration interval) {
        this(
                (int) Math.max(2, Duration.ofHours(1).dividedBy(interval)),
                (int) Math.max(1, Duration.ofMinutes(1).dividedBy(interval)),
                (int) Duration.ofDays(7).toMinutes());
    }

    /**
     * Creates a window.
     *
     * @param fine how many readings are kept one by one
     * @param merged how many of them make one older span
     * @param coarse how many older spans are kept
     */
    ReadingWindow(int fine, int merged, int coarse) {
        this.fine = fine;
        this.merged = merged;
        this.coarse = coarse;
    }

    /**
     * Adds a reading.
     *
     * @param micros wall time, microseconds since 1970
     * @param nanos elapsed time, as {@link System#nanoTime()} has it
     * @param fields what was read
     */
    synchronized void add(long micros, long nanos, Map<SystemField, @Nullable Object> fields) {
        Double watts = watts(fields.get(SystemField.GPUS));
        Double joules = watts == null || this.lastWatts == null
                ? null
                : (Double) ((watts + this.lastWatts) / 2 * (nanos - this.lastNanos) / 1e9);
        this.lastWatts = watts;
        this.lastNanos = nanos;
        this.readings.addLast(new ReadingSpan(micros, nanos, joules, fields));
        if (this.readings.size() > this.fine) {
            ReadingSpan oldest = this.readings.removeFirst();
            ReadingSpan minute = this.minutes.peekLast();
            if (minute == null || minute.readings >= this.merged) {
                this.minutes.addLast(oldest);
            } else {
                minute.add(oldest);
            }
            if (this.minutes.size() > this.coarse) {
                this.minutes.removeFirst();
            }
        }
    }

    /**
     * Returns the fields of a record's {@code during} object, unknown ones as null.
     *
     * @param from microseconds since 1970, included
     * @param to microseconds since 1970, included
     * @return null when fewer than two readings lie in the range, or when the clock was set meanwhile
     */
    synchronized @Nullable Map<String, @Nullable Object> during(long from, long to) {
        ReadingSpan sum = null;
        for (Deque<ReadingSpan> spans : List.of(this.minutes, this.readings)) {
            for (ReadingSpan span : spans) {
                if (span.firstMicros < from || span.lastMicros > to) {
                    continue;
                }
                if (sum == null) {
                    sum = span.copy();
                } else {
                    sum.add(span);
                }
            }
        }
        if (sum == null || sum.readings < 2) {
            return null;
        }
        long nanos = sum.lastNanos - sum.firstNanos;
        long wallNanos = (sum.lastMicros - sum.firstMicros) * 1000;
        if (Math.abs(nanos - wallNanos) > Math.max(MAX_CLOCK_ERROR, nanos * MAX_CLOCK_DRIFT)) {
            return null;
        }
        return sum.toMap(nanos / 1e9);
    }

    /** Returns the power of all cards together; null when there is none, or one does not tell. */
    private static @Nullable Double watts(@Nullable Object cards) {
        if (!(cards instanceof List<?> list) || list.isEmpty()) {
            return null;
        }
        double watts = 0;
        for (Object card : list) {
            if (!(((Map<?, ?>) card).get("power") instanceof Number power)) {
                return null;
            }
            watts += power.doubleValue();
        }
        return watts;
    }
}
