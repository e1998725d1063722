package org.cloudmesh.ai.telemetry.store.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;

/** Times as records carry them: ISO-8601 in UTC with microseconds, {@code 2026-11-24T22:20:00.123456Z}. */
public final class RecordTime {

    private static final long FIRST = micros(Instant.parse("0000-01-01T00:00:00Z"));

    private static final long LAST = micros(Instant.parse("9999-12-31T23:59:59.999999Z"));

    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.");

    private RecordTime() {}

    /**
     * Returns the text of microseconds since 1970, in 27 characters; years beyond 0 to 9999 become the nearest time in
     * them.
     */
    public static String format(long micros) {
        long bounded = Math.max(FIRST, Math.min(LAST, micros));
        String rest = Long.toString(Math.floorMod(bounded, 1_000_000L));
        return seconds(Math.floorDiv(bounded, 1_000_000L)) + "0".repeat(6 - rest.length()) + rest + "Z";
    }

    /**
     * Returns the microseconds since 1970 of a text in ISO-8601.
     *
     * @param text with or without fraction and zone; a blank may stand for the {@code T}
     * @param zone of a text without one
     * @throws DateTimeException when the text is no such time
     */
    public static long parse(String text, ZoneId zone) {
        String iso = text.strip();
        if (iso.length() > 10 && iso.charAt(10) == ' ') {
            iso = iso.substring(0, 10) + 'T' + iso.substring(11);
        }
        TemporalAccessor time = DateTimeFormatter.ISO_DATE_TIME.parseBest(iso, Instant::from, LocalDateTime::from);
        Instant instant =
                time instanceof LocalDateTime local ? local.atZone(zone).toInstant() : Instant.from(time);
        try {
            return micros(instant);
        } catch (ArithmeticException ex) {
            throw new DateTimeException("Out of range: " + text, ex);
        }
    }

    static long bounded(long micros) {
        return Math.max(FIRST, Math.min(LAST, micros));
    }

    /** Returns the first twenty characters of such a text. */
    static String seconds(long epochSecond) {
        return SECONDS.format(LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC));
    }

    private static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }
}
