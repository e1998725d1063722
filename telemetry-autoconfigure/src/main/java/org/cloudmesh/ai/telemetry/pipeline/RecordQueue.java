package org.cloudmesh.ai.telemetry.pipeline;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of many producers and one consumer. A producer claims a place by one compare-and-set and never waits
 * for another. Closing sets a bit in the very number that producers claim from, so an entry is either claimed before
 * the close, and will be consumed, or refused: none is in between.
 *
 * <p>It begins with one ring. When producers collide, what they wait for is the cache line of the number that they
 * claim from; then the consumer adds rings, and each thread claims from the ring that its id chooses. All rings share
 * the bound: a ring is granted room in small steps, never more in all than the capacity. Entries of one thread keep
 * their order; those of different rings may come out in another order than they went in.
 */
final class RecordQueue {

    /** Result of {@link #offer}: there is no room. */
    static final long FULL = -1;

    /** Result of {@link #offer}: the queue was closed before. */
    static final long CLOSED = -2;

    private static final long CLOSED_BIT = Long.MIN_VALUE;

    // Twice the processors, so that two busy threads seldom meet in one; eight keep the memory of idle rings small.
    private static final int RINGS =
            Math.min(8, 2 * Integer.highestOneBit(Runtime.getRuntime().availableProcessors()));

    // Two threads that meet now and then do not need rings of their own.
    private static final int COLLISIONS = 64;

    private static final int GRANTS = 64;

    private final int capacity;

    // How much room a ring is granted at once; unused it is kept from the others.
    private final int grant;

    private volatile Ring[] rings;

    private final Padded granted = new Padded();

    private final Padded consumed = new Padded();

    // Read by each producer, so it shares its cache line with nothing that changes often.
    private final Padded asleep = new Padded();

    // Counted without care: it matters only that it grows when producers keep colliding.
    private int collisions;

    // The consumer's own: how far it goes in each ring before it looks again what was claimed.
    private long[] ends = new long[1];

    private int current;

    RecordQueue(int capacity) {
        this.capacity = Integer.highestOneBit(Math.max(2, Math.min(capacity, 1 << 24)) - 1) << 1;
        this.grant = Math.max(1, this.capacity / GRANTS);
        this.rings = new Ring[] {new Ring(this.capacity)};
    }

    int capacity() {
        return this.capacity;
    }

    /** Puts an entry in; returns its number in its ring, from 0, or {@link #FULL} or {@link #CLOSED}. */
    long offer(Entry entry) {
        Ring[] rings = this.rings;
        Ring ring = rings.length == 1
                ? rings[0]
                : rings[(int) Thread.currentThread().getId() & (rings.length - 1)];
        while (true) {
            long ticket = ring.tail.get();
            if (ticket < 0) {
                return CLOSED;
            }
            if (ticket >= ring.limit.getAcquire()) {
                if (!grantRoom(ring)) {
                    return FULL;
                }
            } else if (ring.tail.compareAndSet(ticket, ticket + 1)) {
                ring.slots.setRelease((int) ticket & ring.mask, entry);
                return ticket;
            } else {
                this.collisions++;
            }
        }
    }

    private boolean grantRoom(Ring ring) {
        while (true) {
            long granted = this.granted.get();
            long room = Math.min(this.grant, this.consumed.getAcquire() + this.capacity - granted);
            if (room <= 0) {
                return false;
            }
            if (this.granted.compareAndSet(granted, granted + room)) {
                ring.limit.addAndGet(room);
                return true;
            }
        }
    }

    /** Takes the next entry out; null when there is none. The consumer alone calls this. */
    @Nullable
    Entry poll() {
        Ring[] rings = this.rings;
        while (rings[this.current].head.getPlain() == this.ends[this.current]) {
            if (this.current < rings.length - 1) {
                this.current++;
            } else if (!look()) {
                return null;
            } else {
                rings = this.rings;
            }
        }
        Ring ring = rings[this.current];
        Entry entry = ring.take();
        this.consumed.setRelease(this.consumed.getPlain() + 1);
        return entry;
    }

    /**
     * Looks what was claimed; returns whether there is something to take out. The first ring is looked at last and
     * emptied first: what a thread left there before it changed to a ring of its own comes out before what it left
     * there.
     */
    private boolean look() {
        if (this.collisions >= COLLISIONS && this.rings.length < RINGS) {
            addRings();
        }
        Ring[] rings = this.rings;
        boolean any = false;
        for (int i = rings.length - 1; i >= 0; i--) {
            this.ends[i] = rings[i].claimed();
            any |= this.ends[i] != rings[i].head.getPlain();
        }
        this.current = 0;
        return any;
    }

    private synchronized void addRings() {
        if (!isClosed()) {
            Ring[] rings = new Ring[RINGS];
            rings[0] = this.rings[0];
            for (int i = 1; i < rings.length; i++) {
                rings[i] = new Ring(this.capacity);
            }
            this.ends = new long[rings.length];
            this.rings = rings;
        }
    }

    /**
     * Tells producers whether the consumer sleeps until one of them wakes it. It must look at {@link #isEmpty()} once
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
        for (Ring ring : this.rings) {
            for (long ticket = ring.head.getAcquire(); ticket < ring.claimed(); ticket++) {
                Entry entry = ring.slots.getAcquire((int) ticket & ring.mask);
                if (entry != null) {
                    action.accept(entry);
                }
            }
        }
    }

    /** Returns how many entries were ever put in. */
    long claimed() {
        long claimed = 0;
        for (Ring ring : this.rings) {
            claimed += ring.claimed();
        }
        return claimed;
    }

    /** Returns how many entries were taken out. */
    long consumed() {
        return this.consumed.getAcquire();
    }

    /** Returns whether all that was put in was taken out. */
    boolean isEmpty() {
        return claimed() == consumed();
    }

    /** Returns the place behind all that was put in so far. */
    Position end() {
        Ring[] rings = this.rings;
        long[] tickets = new long[rings.length];
        for (int i = 0; i < tickets.length; i++) {
            tickets[i] = rings[i].claimed();
        }
        return new Position(tickets);
    }

    /** Returns the place behind all that was taken out so far. */
    Position taken() {
        Ring[] rings = this.rings;
        long[] tickets = new long[rings.length];
        for (int i = 0; i < tickets.length; i++) {
            tickets[i] = rings[i].head.getAcquire();
        }
        return new Position(tickets);
    }

    /** Refuses all further entries. */
    synchronized void close() {
        for (Ring ring : this.rings) {
            ring.close();
        }
    }

    boolean isClosed() {
        return this.rings[0].tail.get() < 0;
    }

    /** A place in the queue: in each ring the number of the next entry. */
    static final class Position {

        private final long[] tickets;

        Position(long[] tickets) {
            this.tickets = tickets;
        }

        /** Returns whether nothing before that other place is behind this one. */
        boolean hasReached(Position other) {
            for (int i = 0; i < other.tickets.length; i++) {
                if (other.tickets[i] > (i < this.tickets.length ? this.tickets[i] : 0)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final class Ring {

        private final AtomicReferenceArray<@Nullable Entry> slots;

        private final int mask;

        private final Padded tail = new Padded();

        private final Padded head = new Padded();

        private final Padded limit = new Padded();

        Ring(int slots) {
            this.slots = new AtomicReferenceArray<>(slots);
            this.mask = slots - 1;
        }

        /** Takes the next entry out, which was claimed and may be about to be filled. */
        Entry take() {
            long next = this.head.getPlain();
            int slot = (int) next & this.mask;
            Entry entry;
            while ((entry = this.slots.getAcquire(slot)) == null) {
                Thread.onSpinWait();
            }
            this.slots.setRelease(slot, null);
            this.head.setRelease(next + 1);
            return entry;
        }

        long claimed() {
            return this.tail.get() & ~CLOSED_BIT;
        }

        void close() {
            long ticket;
            do {
                ticket = this.tail.get();
            } while (ticket >= 0 && !this.tail.compareAndSet(ticket, ticket | CLOSED_BIT));
        }
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
