package org.cloudmesh.ai.telemetry.store;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a metric is shown over.
 *
 * @param kind which sort of axis
 * @param metric its name, for {@link Kind#METRIC} alone
 * @param zone whose calendar cuts the time, for {@link Kind#HOURS} and {@link Kind#DAYS} alone
 */
public record SeriesAxis(
        Kind kind, @Nullable String metric, @Nullable ZoneId zone) {

    /** Shows when it was. */
    public static final SeriesAxis TIME = new SeriesAxis(Kind.TIME, null, null);

    /** Shows how long after the first record of its run it was. */
    public static final SeriesAxis ELAPSED = new SeriesAxis(Kind.ELAPSED, null, null);

    /** Sorts of axes. */
    public enum Kind {
        /** When it was, in buckets of one width. */
        TIME,
        /** When it was, in the hours of a calendar. */
        HOURS,
        /** When it was, in the days of a calendar. */
        DAYS,
        ELAPSED,
        METRIC
    }

    /** Returns the axis that shows in which hour of a calendar it was. */
    public static SeriesAxis hours(ZoneId zone) {
        return new SeriesAxis(Kind.HOURS, null, zone);
    }

    /** Returns the axis that shows on which day of a calendar it was; a day may have 23 or 25 hours. */
    public static SeriesAxis days(ZoneId zone) {
        return new SeriesAxis(Kind.DAYS, null, zone);
    }

    /** Returns the axis that shows which value another metric of the same record had. */
    public static SeriesAxis of(String metric) {
        return new SeriesAxis(Kind.METRIC, metric, null);
    }

    /** Returns the axis that is written so: {@code time}, {@code elapsed}, or else the name of a metric. */
    public static SeriesAxis parse(String text) {
        return switch (text) {
            case "time" -> TIME;
            case "elapsed" -> ELAPSED;
            default -> of(text);
        };
    }

    /** Returns whether it shows when something was. */
    public boolean isTime() {
        return this.kind == Kind.TIME || this.zone != null;
    }

    /** Returns the beginning of the calendar's hour or day that a time is in. */
    static ZonedDateTime begin(ZonedDateTime time, ChronoUnit unit) {
        return unit == ChronoUnit.DAYS ? time.toLocalDate().atStartOfDay(time.getZone()) : time.truncatedTo(unit);
    }
}
