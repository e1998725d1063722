package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a store keeps records, and if not, why and since when. Changes are logged, at most one failure a minute. A
 * call that does not return counts as a failure after three seconds. Changed by the writer alone; {@link #degraded()}
 * may be asked by any thread.
 */
final class StoreHealth {

    private static final Logger logger = LoggerFactory.getLogger(StoreHealth.class);

    private static final long WARNING_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private static final long STUCK = TimeUnit.SECONDS.toNanos(3);

    private final String store;

    private final Clock clock;

    private long nextWarning = System.nanoTime();

    private boolean warned;

    private volatile StoreStatus.@Nullable Degraded degraded;

    private volatile long callSince;

    private volatile boolean calling;

    /**
     * Creates the health of a store that has not failed yet.
     *
     * @param store its name, for the log
     * @param clock tells since when it fails
     */
    StoreHealth(String store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Calls the store, and notices if it does not return. */
    void watch(Call call) throws Exception {
        this.callSince = System.nanoTime();
        this.calling = true;
        try {
            call.run();
        } finally {
            this.calling = false;
        }
    }

    /** Returns when the last call began, on the scale of {@link System#nanoTime()}. */
    long callSince() {
        return this.callSince;
    }

    /** Returns what is wrong; null when nothing is. */
    StoreStatus.@Nullable Degraded degraded() {
        StoreStatus.Degraded current = this.degraded;
        if (current == null && this.calling) {
            long nanos = System.nanoTime() - this.callSince;
            if (nanos > STUCK) {
                return new StoreStatus.Degraded(
                        "a write has not returned for " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s",
                        this.clock.instant().minusNanos(nanos));
            }
        }
        return current;
    }

    void failed(Throwable cause) {
        String reason = StoreException.reason(cause);
        StoreStatus.Degraded before = this.degraded;
        Instant since = before == null ? this.clock.instant() : before.since();
        if (before == null && System.nanoTime() - this.nextWarning >= 0) {
            this.nextWarning = System.nanoTime() + WARNING_INTERVAL;
            this.warned = true;
            logger.warn("The {} store does not keep records: {}", this.store, reason);
        }
        if (before == null) {
            logger.debug("The {} store failed", this.store, cause);
        }
        this.degraded = new StoreStatus.Degraded(reason, since);
    }

    void recovered() {
        if (this.degraded != null) {
            this.degraded = null;
            if (this.warned) {
                this.warned = false;
                logger.info("The {} store works again", this.store);
            }
        }
    }

    /** A call of a store. */
    @FunctionalInterface
    interface Call {

        void run() throws Exception;
    }
}
