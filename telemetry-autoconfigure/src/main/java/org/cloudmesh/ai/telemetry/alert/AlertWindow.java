package org.cloudmesh.ai.telemetry.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far back a rule looks: a length of time, the day that has begun, or the month that has begun.
 *
 * @param text as it was written: {@code 15m}, {@code PT15M}, {@code today}, {@code this-month}
 * @param length null for a calendar window
 */
public record AlertWindow(String text, @Nullable Duration length) {

    static final String TODAY = "today";

    static final String THIS_MONTH = "this-month";

    /** Returns the day that has begun. */
    public static AlertWindow today() {
        return new AlertWindow(TODAY, null);
    }

    /** Returns the month that has begun. */
    public static AlertWindow thisMonth() {
        return new AlertWindow(THIS_MONTH, null);
    }

    /** Returns the given length of time up to now. */
    public static AlertWindow of(Duration length) {
        return new AlertWindow(length.toString(), length);
    }

    /**
     * Returns when the window that ends now began.
     *
     * @param zone whose midnight counts
     */
    Instant start(Instant now, ZoneId zone) {
        if (this.length != null) {
            return now.minus(this.length);
        }
        ZonedDateTime day = now.atZone(zone).truncatedTo(ChronoUnit.DAYS);
        return (this.text.equals(TODAY) ? day : day.withDayOfMonth(1)).toInstant();
    }
}
