package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as stores keep them: microseconds since 1970. */
public final class EpochMicros {

    private EpochMicros() {}

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
}
