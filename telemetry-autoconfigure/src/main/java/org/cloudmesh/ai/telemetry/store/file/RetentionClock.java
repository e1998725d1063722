package org.cloudmesh.ai.telemetry.store.file;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the time by which records are too old, and does not follow a clock that jumps ahead: one second with a wrong
 * date must not cost the whole history.
 *
 * <p>Within a process, the time told goes on at most {@value #CATCH_UP} times as fast as monotonic time. So a clock
 * that is a century ahead for a second deletes what a minute makes too old, and one that is right after a jump, after a
 * machine slept for a night say, is caught up with in minutes. At a start there is no monotonic time to compare with:
 * what tells then is when the file was last written and its newest record. A clock that agrees with neither, because it
 * would make all of the history too old, is caught up with in the same manner. A clock that goes back is followed at
 * once: it deletes nothing. Used by the writer's thread.
 */
public final class RetentionClock {

    private static final Logger logger = LoggerFactory.getLogger(RetentionClock.class);

    private static final int CATCH_UP = 60;

    private static final long WORTH_A_WARNING = TimeUnit.DAYS.toMillis(1);

    private static final long NANOS_BETWEEN_WARNINGS = TimeUnit.HOURS.toNanos(1);

    private final Clock clock;

    private final @Nullable Duration maxAge;

    private final LongSupplier nanoTime;

    private boolean begun;

    private long trusted;

    private long nanos;

    private boolean warned;

    private long warnedAt;

    /**
     * Creates a clock.
     *
     * @param maxAge age from which records go; null when none go by age
     */
    public RetentionClock(Clock clock, @Nullable Duration maxAge) {
        this(clock, maxAge, System::nanoTime);
    }

    /** Creates a clock with its own monotonic time, in nanoseconds. */
    public RetentionClock(Clock clock, @Nullable Duration maxAge, LongSupplier nanoTime) {
        this.clock = clock;
        this.maxAge = maxAge;
        this.nanoTime = nanoTime;
    }

    /**
     * Compares the clock with what a file says, the first time it is opened.
     *
     * @param newest when the file was written and its newest record, in milliseconds since 1970, whichever is later;
     *     {@link Long#MIN_VALUE} for a new file
     */
    public void begin(long newest) {
        if (!this.begun) {
            this.begun = true;
            this.nanos = this.nanoTime.getAsLong();
            this.trusted = this.clock.millis();
            boolean all =
                    this.maxAge != null && newest != Long.MIN_VALUE && this.trusted - newest > this.maxAge.toMillis();
            if (all) {
                advance(newest);
            }
        }
    }

    /** Returns what the clock itself says, in milliseconds since 1970. */
    public long wallMillis() {
        return this.clock.millis();
    }

    /** Returns the time in milliseconds since 1970. */
    public long millis() {
        begin(Long.MIN_VALUE);
        long elapsed = TimeUnit.NANOSECONDS.toMillis(this.nanoTime.getAsLong() - this.nanos);
        this.nanos += TimeUnit.MILLISECONDS.toNanos(elapsed);
        advance(this.trusted + CATCH_UP * elapsed);
        return this.trusted;
    }

    private void advance(long most) {
        long now = this.clock.millis();
        this.trusted = Math.min(now, most);
        if (now - this.trusted > WORTH_A_WARNING
                && (!this.warned || this.nanos - this.warnedAt > NANOS_BETWEEN_WARNINGS)) {
            this.warned = true;
            this.warnedAt = this.nanos;
            logger.warn(
                    "The clock says {}, far ahead of {}, which elapsed time and the newest records suggest. "
                            + "Retention by age follows it slowly, a minute each second",
                    Instant.ofEpochMilli(now),
                    Instant.ofEpochMilli(this.trusted));
        }
    }
}
