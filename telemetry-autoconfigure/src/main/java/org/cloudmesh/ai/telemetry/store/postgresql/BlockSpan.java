package org.cloudmesh.ai.telemetry.store.postgresql;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Lengths of time that records are summed up over, the longest first. Hours and days are those of UTC. */
enum BlockSpan {
    DAY(TimeUnit.DAYS),
    HOUR(TimeUnit.HOURS);

    private final long micros;

    BlockSpan(TimeUnit unit) {
        this.micros = unit.toMicros(1);
    }

    /** Returns how it is written in the tables. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns how many microseconds it has. */
    long micros() {
        return this.micros;
    }
}
