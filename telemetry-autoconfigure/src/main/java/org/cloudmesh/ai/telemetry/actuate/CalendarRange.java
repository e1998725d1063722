package org.cloudmesh.ai.telemetry.actuate;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Days and months as people count them: they begin and end at midnight in a zone, whatever its clocks do in between.
 */
enum CalendarRange {
    TODAY("today"),
    YESTERDAY("yesterday"),
    THIS_MONTH("this-month"),
    LAST_MONTH("last-month");

    /** The words, as the end of a sentence that names other forms. */
    static final String ACCEPTED = ", or one of today, yesterday, this-month, last-month";

    private final String word;

    CalendarRange(String word) {
        this.word = word;
    }

    /** Returns the range of that word; null when it is none. */
    static @Nullable CalendarRange of(String word) {
        for (CalendarRange range : values()) {
            if (range.word.equals(word)) {
                return range;
            }
        }
        return null;
    }

    /** Returns the beginning, included. */
    Instant from(Instant now, ZoneId zone) {
        LocalDate today = LocalDate.ofInstant(now, zone);
        return midnight(
                switch (this) {
                    case TODAY -> today;
                    case YESTERDAY -> today.minusDays(1);
                    case THIS_MONTH -> today.withDayOfMonth(1);
                    case LAST_MONTH -> today.withDayOfMonth(1).minusMonths(1);
                },
                zone);
    }

    /** Returns the end, excluded; null when the range is not over yet. */
    @Nullable
    Instant to(Instant now, ZoneId zone) {
        LocalDate today = LocalDate.ofInstant(now, zone);
        return switch (this) {
            case TODAY, THIS_MONTH -> null;
            case YESTERDAY -> midnight(today, zone);
            case LAST_MONTH -> midnight(today.withDayOfMonth(1), zone);
        };
    }

    private static Instant midnight(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }
}
