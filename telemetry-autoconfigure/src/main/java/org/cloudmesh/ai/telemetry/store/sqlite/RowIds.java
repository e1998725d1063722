package org.cloudmesh.ai.telemetry.store.sqlite;

import java.time.Instant;

/**
 * Ids of record rows: microseconds since 1970, then 11 bits that number the records of one microsecond. So the table is
 * clustered by time: a range of time is a range of ids, the newest records are the last rows, and inserts append. When
 * one microsecond has more than 2048 records, the others take ids of the next. Times before 1970 or after 2100 count as
 * those.
 */
final class RowIds {

    static final int TIE_BITS = 11;

    static final int TIE_MASK = (1 << TIE_BITS) - 1;

    // Ids are 63 bits: beyond, time is not told apart.
    static final long LATEST_MICROS = Instant.parse("2100-01-01T00:00:00Z").getEpochSecond() * 1_000_000;

    private RowIds() {}

    /** Returns the first id of that microsecond; times before 1970 or after 2100 count as those. */
    static long first(long micros) {
        return Math.max(0, Math.min(LATEST_MICROS, micros)) << TIE_BITS;
    }

    /** Returns the id that a range which ends before that microsecond ends before. */
    static long bound(long micros) {
        return micros > LATEST_MICROS ? Long.MAX_VALUE : first(micros);
    }

    static long micros(long id) {
        return id >> TIE_BITS;
    }
}
