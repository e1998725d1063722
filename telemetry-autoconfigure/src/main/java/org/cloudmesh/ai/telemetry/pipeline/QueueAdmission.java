package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.jspecify.annotations.Nullable;

/** Lets entries into the queue, within its bounds in number and in bytes, and counts those that it turns away. */
final class QueueAdmission {

    private static final long SHORTEST_WAIT = TimeUnit.MICROSECONDS.toNanos(50);

    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long FULL_LATELY = TimeUnit.SECONDS.toNanos(10);

    private final RecordQueue queue;

    private final AtomicLong bytes = new AtomicLong();

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
        this.blockNanos = settings.blockTimeout().toNanos();
    }

    RecordQueue queue() {
        return this.queue;
    }

    long maxBytes() {
        return this.maxBytes;
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
     * @param mayWait whether the calling thread is one that may wait
     * @return its number, or a negative one when it was turned away, and counted
     */
    long enter(Entry entry, boolean mayWait) {
        long ticket = offer(entry);
        if (ticket == RecordQueue.FULL
                && this.blocks
                && mayWait
                && !NonBlocking.TYPES.get(Thread.currentThread().getClass())) {
            ticket = await(entry);
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

    private long await(Entry entry) {
        long end = System.nanoTime() + this.blockNanos;
        long wait = SHORTEST_WAIT;
        while (true) {
            // An interrupt ends the wait, not the thread's interest in it: the flag stays.
            if (Thread.currentThread().isInterrupted() || System.nanoTime() - end >= 0) {
                return RecordQueue.FULL;
            }
            LockSupport.parkNanos(this, wait);
            wait = Math.min(LONGEST_WAIT, 2 * wait);
            long ticket = offer(entry);
            if (ticket != RecordQueue.FULL) {
                return ticket;
            }
        }
    }

    /** Knows the threads that must not wait; loaded only where a caller may. */
    private static final class NonBlocking {

        static final ClassValue<Boolean> TYPES = new ClassValue<>() {
            @Override
            protected Boolean computeValue(Class<?> type) {
                return isOf(type);
            }
        };

        private static boolean isOf(@Nullable Class<?> type) {
            if (type == null) {
                return false;
            }
            // By name: Reactor marks the threads that must not wait, and need not be on the class path.
            if (type.getName().equals("reactor.core.scheduler.NonBlocking")) {
                return true;
            }
            for (Class<?> implemented : type.getInterfaces()) {
                if (isOf(implemented)) {
                    return true;
                }
            }
            return isOf(type.getSuperclass());
        }
    }
}
