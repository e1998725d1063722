package org.cloudmesh.ai.telemetry.forward;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: they double from a tenth of a second to three seconds, each of them up to a quarter shorter
 * or longer, so that the nodes of a fleet do not come back all at once. The longest keeps the promise to go on within
 * five seconds after a fault has gone. Not thread-safe.
 */
final class Backoff {

    private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(3);

    private final RandomGenerator random;

    private long next = FIRST;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Returns how long to wait after one more failure, in nanoseconds. */
    long next() {
        long pause = this.next;
        this.next = Math.min(LONGEST, 2 * pause);
        return pause * 3 / 4 + this.random.nextLong(pause / 2);
    }

    void reset() {
        this.next = FIRST;
    }
}
