package org.cloudmesh.ai.telemetry.forward;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Outbox;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * How many records a remote store has yet to receive. They are counted now and then, as that may read a long backlog;
 * in between it goes by what was added and acknowledged. Any thread may ask; one thread adds, and the forwarder's
 * counts and acknowledges.
 */
final class BacklogEstimate {

    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    // Counting may take two hundredths of the time.
    private static final long SHARE = 50;

    private final Outbox outbox;

    // What was counted, less what was acknowledged since. A call that does not end holds the counting up, so what was
    // added since is known apart.
    private volatile long counted;

    private volatile long added;

    private volatile long addedWhenCounted;

    private volatile long oldestAdded;

    private volatile @Nullable Long oldestCounted;

    private long countAt = System.nanoTime();

    BacklogEstimate(Outbox outbox) {
        this.outbox = outbox;
    }

    void added(List<TelemetryRecord> records) {
        if (!records.isEmpty()) {
            if (this.oldestAdded == 0) {
                this.oldestAdded = records.get(0).timestampMicros();
            }
            this.added += records.size();
        }
    }

    void acknowledged(int records) {
        this.counted -= records;
    }

    long records() {
        return Math.max(0, this.counted + this.added - this.addedWhenCounted);
    }

    /** Returns the time of the oldest record in microseconds since 1970; null when there is none. */
    @Nullable
    Long oldestMicros() {
        Long oldest = this.oldestCounted;
        return oldest == null && this.oldestAdded != 0 && records() > 0 ? Long.valueOf(this.oldestAdded) : oldest;
    }

    /** Counts anew when it is time. */
    void count() throws StoreException {
        long start = System.nanoTime();
        if (start - this.countAt < 0) {
            return;
        }
        long added = this.added;
        this.oldestAdded = 0;
        Outbox.Backlog backlog = this.outbox.backlog();
        this.counted = backlog.records();
        this.addedWhenCounted = added;
        this.oldestCounted = backlog.oldestMicros();
        long now = System.nanoTime();
        this.countAt = now + Math.max(INTERVAL, SHARE * (now - start));
    }

    /** Has the next count come that soon. */
    void countWithin(long nanos) {
        this.countAt = Math.min(this.countAt, System.nanoTime() + nanos);
    }
}
