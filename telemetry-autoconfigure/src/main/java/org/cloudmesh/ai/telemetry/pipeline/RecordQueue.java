package org.cloudmesh.ai.telemetry.pipeline;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of many producers and one consumer. A producer claims a place by one compare-and-set and never waits
 * for another. Closing sets a bit in the very number that producers claim from, so an entry is either claimed before
 * the close, and will be consumed, or refused: none is in between.
 */
final class RecordQueue {

    /** Result of {@link #offer}: there is no room. */
    static final long FULL = -1;

    /** Result of {@link #offer}: the queue was closed before. */
    static final long CLOSED = -2;

    private static final long CLOSED_BIT = Long.MIN_VALUE;

    private final AtomicReferenceArray<@Nullable Entry> slots;

    private final int mask;

    private final Padded tail = new Padded();

    private final Padded head = new Padded();

    // Producers look at the consumer's own counter only when this older copy says that there is no room.
    private final Padded limit = new Padded();

    // Read by each producer, so it shares its cache line with nothing that changes often.
    private final Padded asleep = new Padded();

    RecordQueue(int capacity) {
        int slots = Integer.highestOneBit(Math.max(2, Math.min(capacity, 1 << 24)) - 1) << 1;
        this.slots = new AtomicReferenceArray<>(slots);
        this.mask = slots - 1;
        this.limit.setPlain(slots);
    }

    int capacity() {
        return this.mask + 1;
    }

    /** Puts an entry in; returns its number, from 0, or {@link #FULL} or {@link #CLOSED}. */
    long offer(Entry entry) {
        while (true) {
            long ticket = this.tail.get();
            if (ticket < 0) {
                return CLOSED;
            }
            if (ticket >= this.limit.getAcquire()) {
                long room = this.head.getAcquire() + capacity();
                if (ticket >= room) {
                    return FULL;
                }
                this.limit.setRelease(room);
            }
            if (this.tail.compareAndSet(ticket, ticket + 1)) {
                this.slots.setRelease((int) ticket & this.mask, entry);
                return ticket;
            }
        }
    }

    /** Takes the next entry out; null when there is none. The consumer alone calls this. */
    @Nullable
    Entry poll() {
        long next = this.head.getPlain();
        int slot = (int) next & this.mask;
        Entry entry = this.slots.getAcquire(slot);
        if (entry == null) {
            if (next == claimed()) {
                return null;
            }
            // A producer has claimed the place and is about to fill it.
            while ((entry = this.slots.getAcquire(slot)) == null) {
                Thread.onSpinWait();
            }
        }
        this.slots.setRelease(slot, null);
        this.head.setRelease(next + 1);
        return entry;
    }

    /**
     * Tells producers whether the consumer sleeps until one of them wakes it. It must look at {@link #claimed()} once
     * more after it said so: whoever claims later sees it asleep.
     */
    void asleep(boolean asleep) {
        this.asleep.set(asleep ? 1 : 0);
    }

    /** Returns whether the consumer sleeps until a producer wakes it. */
    boolean isAsleep() {
        return this.asleep.get() != 0;
    }

    /** Shows all entries that were put in and not taken out; after the close, from any thread. */
    void forEachLeft(Consumer<Entry> action) {
        for (long ticket = consumed(); ticket < claimed(); ticket++) {
            Entry entry = this.slots.getAcquire((int) ticket & this.mask);
            if (entry != null) {
                action.accept(entry);
            }
        }
    }

    /** Returns how many entries were ever put in. */
    long claimed() {
        return this.tail.get() & ~CLOSED_BIT;
    }

    /** Returns how many entries were taken out. */
    long consumed() {
        return this.head.getAcquire();
    }

    /** Refuses all further entries. */
    void close() {
        long ticket;
        do {
            ticket = this.tail.get();
        } while (ticket >= 0 && !this.tail.compareAndSet(ticket, ticket | CLOSED_BIT));
    }

    boolean isClosed() {
        return this.tail.get() < 0;
    }

    /** Keeps a counter away from its neighbours' cache line. */
    @SuppressWarnings("unused")
    private static final class Padded extends AtomicLong {

        private static final long serialVersionUID = 1L;

        private long p1;
        private long p2;
        private long p3;
        private long p4;
        private long p5;
        private long p6;
        private long p7;
        private long p8;
        private long p9;
        private long p10;
        private long p11;
        private long p12;
        private long p13;
        private long p14;
        private long p15;
    }
}
