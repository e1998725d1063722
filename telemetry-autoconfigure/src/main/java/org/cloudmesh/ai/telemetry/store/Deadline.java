package org.cloudmesh.ai.telemetry.store;

import java.time.Duration;

/** How long a query may go on. Thread-safe: whoever no longer wants the answer calls {@link #cancel()}. */
public final class Deadline {

    private final long end;

    private final boolean bounded;

    private volatile boolean cancelled;

    private Deadline(long end, boolean bounded) {
        this.end = end;
        this.bounded = bounded;
    }

    /** Returns a deadline that far from now. */
    public static Deadline after(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos(), true);
    }

    /** Returns a deadline that only {@link #cancel()} ends. */
    public static Deadline none() {
        return new Deadline(0, false);
    }

    /** Ends the query. */
    public void cancel() {
        this.cancelled = true;
    }

    /** Returns whether the query must end. */
    public boolean expired() {
        return this.cancelled || (this.bounded && System.nanoTime() - this.end >= 0);
    }

    /** Returns how many milliseconds are left: at least one, and at most so many. */
    public long left(long most) {
        if (!this.bounded) {
            return most;
        }
        return Math.max(1, Math.min(most, (this.end - System.nanoTime()) / 1_000_000));
    }

    /**
     * Goes on or not.
     *
     * @throws QueryException when the query must end
     */
    public void check() {
        if (expired()) {
            throw QueryException.deadline();
        }
    }
}
