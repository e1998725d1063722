package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;

/** Lets entries into the queue, within its bounds in number and in bytes, and counts those that it turns away. */
final class QueueAdmission {

    private static final long SHORTEST_WAIT = TimeUnit.MICROSECONDS.toNanos(50);

    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long FULL_LATELY = TimeUnit.SECONDS.toNanos(10);

    private final RecordQueue queue;

    private final AtomicLong bytes = new AtomicLong();

    // Held by the one caller that keeps its room in bytes charged while it waits.
    private final AtomicBoolean reserved = new AtomicBoolean();

    private final ReasonCounters dropped = new ReasonCounters();

    private final long maxBytes;

    private final boolean blocks;

    private final long blockNanos;

    private final Clock clock;

    private volatile long fullAt = System.nanoTime() - FULL_LATELY;

    private volatile Instant fullSince = Instant.EPOCH;

    QueueAdmission(TelemetrySettings.Queue settings, Clock clock) {
        this.clock = clock;
        this.queue = new RecordQueue(settings.capacity());
        this.maxBytes = settings.maxBytes();
        this.blocks = settings.whenFull() == WhenFull.BLOCK;
        this.blockNanos = Limits.nanos(settings.blockTimeout());
    }

    RecordQueue queue() {
        return this.queue;
    }

    long maxBytes() {
        return this.maxBytes;
    }

    /** Returns whether callers wait for room. */
    boolean blocks() {
        return this.blocks;
    }

    /** Returns how long a caller waits for room at most, in nanoseconds. */
    long blockNanos() {
        return this.blockNanos;
    }

    ReasonCounters dropped() {
        return this.dropped;
    }

    /** Returns whether records were lost for want of room in the last ten seconds. */
    boolean fullLately() {
        return System.nanoTime() - this.fullAt < FULL_LATELY;
    }

    /** Returns when the latest loss for want of room began. */
    Instant fullSince() {
        return this.fullSince;
    }

    /**
     * Lets an entry in.
     *
     * @param writer makes room
     * @return its number, or a negative one when it was turned away, and counted
     */
    long enter(Entry entry, Writer writer) {
        long ticket = offer(entry);
        if (ticket == RecordQueue.FULL && this.blocks && mayWait(entry, writer)) {
            ticket = await(entry, writer);
        }
        if (ticket == RecordQueue.FULL) {
            if (!fullLately()) {
                this.fullSince = this.clock.instant();
            }
            this.fullAt = System.nanoTime();
            this.dropped.add(Reasons.QUEUE_FULL, 1);
        } else if (ticket == RecordQueue.CLOSED) {
            this.dropped.add(Reasons.SHUTDOWN, 1);
        }
        return ticket;
    }

    /** Gives back the room in bytes of an entry that was taken out. */
    void left(Entry entry) {
        if (entry.bytes() > 0) {
            this.bytes.addAndGet(-entry.bytes());
        }
    }

    private long offer(Entry entry) {
        int size = entry.bytes();
        if (size == 0) {
            return this.queue.offer(entry);
        }
        if (this.bytes.addAndGet(size) > this.maxBytes) {
            this.bytes.addAndGet(-size);
            return this.queue.isClosed() ? RecordQueue.CLOSED : RecordQueue.FULL;
        }
        long ticket = this.queue.offer(entry);
        if (ticket < 0) {
            this.bytes.addAndGet(-size);
        }
        return ticket;
    }

    private boolean mayWait(Entry entry, Writer writer) {
        // What is larger than the whole budget will never fit.
        return this.blockNanos > 0
                && entry.bytes() <= this.maxBytes
                && !writer.isWriterThread()
                && !NonBlockingThreads.isCurrent();
    }

    /**
     * Waits for room. The time in which the stores are opened for the first time does not count. An interrupt does not
     * end the wait, which would cost the record; the flag stays for the caller.
     */
    private long await(Entry entry, Writer writer) {
        writer.hurry();
        boolean reserves = entry.bytes() > 0 && this.reserved.compareAndSet(false, true);
        boolean interrupted = false;
        long ticket = RecordQueue.FULL;
        try {
            if (reserves) {
                this.bytes.addAndGet(entry.bytes());
            }
            long since = System.nanoTime();
            long wait = SHORTEST_WAIT;
            while (ticket == RecordQueue.FULL && System.nanoTime() - since < this.blockNanos) {
                LockSupport.parkNanos(this, wait);
                interrupted |= Thread.interrupted();
                wait = Math.min(LONGEST_WAIT, 2 * wait);
                if (!writer.isOpen()) {
                    since = System.nanoTime();
                }
                ticket = reserves ? offerReserved(entry) : offer(entry);
            }
            return ticket;
        } finally {
            if (reserves) {
                if (ticket < 0) {
                    this.bytes.addAndGet(-entry.bytes());
                }
                this.reserved.set(false);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Offers an entry whose bytes are charged already, so that smaller ones cannot take its room again and again. */
    private long offerReserved(Entry entry) {
        if (this.bytes.get() > this.maxBytes) {
            return this.queue.isClosed() ? RecordQueue.CLOSED : RecordQueue.FULL;
        }
        return this.queue.offer(entry);
    }
}
