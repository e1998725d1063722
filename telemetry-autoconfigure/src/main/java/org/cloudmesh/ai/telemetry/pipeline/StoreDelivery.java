package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.RecordSize;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way into one store: what waits for it, what became of it, and how it is healed. A batch that failed is tried
 * again, with pauses that double up to a second, until it is kept or the recorder closes; a record that alone makes its
 * batch fail is put aside. The writer alone calls it, but for {@link #degraded()} and the counts.
 */
final class StoreDelivery {

    private static final Logger logger = LoggerFactory.getLogger(StoreDelivery.class);

    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    // A store that comes and goes is told of so often.
    private static final long WARNING_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private static final long STUCK = TimeUnit.SECONDS.toNanos(3);

    // Failures of one batch, of a kind that does not tell whose fault it is, after which its records are tried one by
    // one.
    private static final int PATIENCE = 3;

    // The same for a batch of one: nothing shows that the store would keep another, so it gets more time.
    private static final int PATIENCE_ALONE = 10;

    // An hour of one each ten seconds.
    private static final int MOST_READINGS = 360;

    final TelemetryStore store;

    final ReasonCounters dropped = new ReasonCounters();

    private final Clock clock;

    private final Watcher watcher;

    // What the next write brings; immutable, so that a store may keep it.
    private List<TelemetryRecord> next = List.of();

    // What came while that waits.
    private final List<TelemetryRecord> behind = new ArrayList<>();

    private final List<SystemReading> readings = new ArrayList<>();

    private @Nullable Origin origin;

    private long pendingBytes;

    private boolean open;

    private boolean hopeless;

    private boolean hurried;

    private boolean refused;

    private boolean everOpened;

    private boolean holding;

    private long holdingSince;

    private boolean passedOver;

    private long nextWarning = System.nanoTime();

    private boolean warned;

    private boolean closeWarned;

    private boolean durable;

    private long unsyncedSince;

    private boolean unsynced;

    private int failures;

    private long retryAt;

    private volatile long written;

    private volatile StoreStatus.@Nullable Degraded degraded;

    private volatile long callSince;

    private volatile boolean calling;

    private boolean abandoned;

    StoreDelivery(TelemetryStore store, Clock clock, Watcher watcher) {
        this.store = store;
        this.clock = clock;
        this.watcher = watcher;
    }

    /** Returns what reads a store; null when nothing does, or when it cannot be had. */
    static @Nullable RecordSource source(TelemetryStore store) {
        try {
            return store.source();
        } catch (RuntimeException | LinkageError ex) {
            logger.debug("The {} store cannot be read", store.name(), ex);
            return null;
        }
    }

    /** Returns the size of the store's files; 0 where a file system that fails does not tell. */
    long bytes() {
        try {
            return this.store.bytes();
        } catch (RuntimeException | LinkageError ex) {
            logger.debug("The {} store does not tell its size", this.store.name(), ex);
            return 0;
        }
    }

    /** Opens the store now, on the caller's thread, for those who want to know at once. */
    void openNow() throws StoreException {
        this.store.open();
        this.open = true;
        this.everOpened = true;
    }

    int pending() {
        return this.next.size() + this.behind.size();
    }

    long written() {
        return this.written;
    }

    /**
     * Takes records over, as many as there is room for behind those that wait already; the others are lost.
     *
     * @param records immutable; kept as it is where nothing waits
     * @param bytes of all of them, about
     * @param capacity how many may wait
     * @param maxBytes how many bytes may wait
     */
    void add(List<TelemetryRecord> records, long bytes, int capacity, long maxBytes) {
        if (pending() == 0) {
            this.next = records;
            this.pendingBytes = bytes;
            return;
        }
        int room = 0;
        int most = Math.min(records.size(), capacity - pending());
        while (room < most && this.pendingBytes + RecordSize.of(records.get(room)) <= maxBytes) {
            this.pendingBytes += RecordSize.of(records.get(room++));
        }
        this.behind.addAll(records.subList(0, room));
        drop(Reasons.QUEUE_FULL, records.subList(room, records.size()));
    }

    /**
     * Returns whether this store is worth waiting for before more is taken out of the queue: it has no room for another
     * batch, and has not been so for longer than that. Once the time is over it loses what it has no room for, until it
     * keeps something again.
     *
     * @param records of the batch
     * @param bytes of the batch at most
     * @param capacity how many may wait
     * @param maxBytes how many bytes may wait
     * @param nanos how long it is worth waiting
     */
    boolean holdsUp(int records, long bytes, int capacity, long maxBytes, long nanos) {
        boolean room = pending() == 0 || (pending() + records <= capacity && this.pendingBytes + bytes <= maxBytes);
        if (room || this.refused) {
            this.holding = false;
            return false;
        }
        if (this.passedOver) {
            return false;
        }
        long now = System.nanoTime();
        if (!this.holding) {
            this.holding = true;
            this.holdingSince = now;
        }
        this.passedOver = now - this.holdingSince >= nanos;
        return !this.passedOver;
    }

    /**
     * Brings what waits into the store, unless a pause is on.
     *
     * @param durable whether someone waits for the disk
     * @return whether nothing waits any more
     */
    boolean deliver(boolean durable) {
        this.durable |= durable && (pending() > 0 || this.unsynced);
        if (pending() == 0 && !this.durable) {
            return true;
        }
        if (this.failures > 0 && System.nanoTime() - this.retryAt < 0) {
            return false;
        }
        try {
            ensureOpen();
            write(all(), this::clear);
        } catch (Throwable ex) {
            failed(ex);
        }
        return pending() == 0 && !this.durable;
    }

    /** Returns all that waits, as one immutable list. */
    private List<TelemetryRecord> all() {
        if (!this.behind.isEmpty()) {
            List<TelemetryRecord> all = new ArrayList<>(pending());
            all.addAll(this.next);
            all.addAll(this.behind);
            this.next = Collections.unmodifiableList(all);
            this.behind.clear();
        }
        return this.next;
    }

    private void clear() {
        this.next = List.of();
        this.behind.clear();
    }

    /** Lets the store see to itself. */
    void maintain() {
        // When nothing waits, only maintenance notices that a fault is over.
        boolean waits = pending() > 0 || this.durable || System.nanoTime() - this.retryAt < 0;
        if (this.failures > 0 && (waits || this.hopeless)) {
            return;
        }
        try {
            ensureOpen();
            call(this.store::maintain);
            writeReadings();
            if (this.failures > 0) {
                recovered();
            }
        } catch (Throwable ex) {
            failed(ex);
        }
    }

    /** Takes readings over that are written with the next maintenance; the oldest ones go when too many wait. */
    void add(Origin origin, List<SystemReading> readings) {
        this.origin = origin;
        this.readings.addAll(readings);
        int tooMany = this.readings.size() - MOST_READINGS;
        if (tooMany > 0) {
            this.readings.subList(0, tooMany).clear();
        }
    }

    /** Writes the last readings, unless the store fails or was never needed. */
    void endHistory() {
        if (this.open && this.failures == 0) {
            try {
                writeReadings();
            } catch (Throwable ex) {
                logger.debug("The {} store did not keep the machine's last readings", this.store.name(), ex);
            }
        }
    }

    private void writeReadings() throws Exception {
        Origin origin = this.origin;
        if (origin == null || this.readings.isEmpty()) {
            return;
        }
        List<SystemReading> readings = List.copyOf(this.readings);
        try {
            call(() -> this.store.writeReadings(origin, readings));
        } catch (StoreException ex) {
            boolean keep = ex.remedy() != StoreException.Remedy.RECORD && ex.remedy() != StoreException.Remedy.NONE;
            if (keep) {
                throw ex;
            }
            refused(ex);
        } catch (RuntimeException ex) {
            refused(ex);
        }
        this.readings.clear();
    }

    private void refused(Exception cause) {
        logger.debug("The {} store refuses readings of the machine", this.store.name(), cause);
    }

    /** Returns whether records that were written still wait for the disk longer than that. */
    boolean unsyncedFor(long nanos) {
        return this.unsynced && System.nanoTime() - this.unsyncedSince >= nanos;
    }

    /** Returns how long a pause still lasts, in nanoseconds; 0 when there is none. */
    long pause() {
        return this.failures == 0 ? 0 : Math.max(0, this.retryAt - System.nanoTime());
    }

    boolean failing() {
        return this.failures > 0;
    }

    /** Tries at once whatever pause is on: there is little time left. */
    void hurry() {
        this.hurried = true;
        this.retryAt = System.nanoTime();
    }

    /**
     * Returns whether the store, asked once more in the end, still refuses its file, or could never be opened for
     * another reason than a lock: waiting would not change that.
     */
    boolean givesUp() {
        return this.refused;
    }

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

    /**
     * Counts all that is left as lost, once, so that what a store that hangs may yet do changes no count any more.
     *
     * @param handed how many records were meant for this store
     * @return how many are lost by this call
     */
    synchronized long abandon(long handed) {
        if (this.abandoned) {
            return 0;
        }
        this.abandoned = true;
        long left = handed - this.written - ReasonCounters.sum(this.dropped.snapshot());
        this.dropped.add(Reasons.SHUTDOWN, left);
        return left;
    }

    /** Lets the store do, until that moment, what is left before its end. */
    void finish(long end) {
        try {
            this.store.finish(end);
        } catch (Throwable ex) {
            logger.warn("The {} store could not be finished", this.store.name(), ex);
        }
    }

    void close() {
        try {
            this.store.close();
        } catch (Throwable ex) {
            // A store that cannot be opened is closed after each try.
            if (!this.closeWarned) {
                this.closeWarned = true;
                logger.warn("The {} store could not be closed", this.store.name(), ex);
            }
        }
    }

    private void ensureOpen() throws Exception {
        if (!this.open) {
            call(() -> this.store.open());
            this.open = true;
            this.everOpened = true;
        }
    }

    private void write(List<TelemetryRecord> batch, Runnable written) throws Exception {
        boolean durable = this.durable;
        call(() -> this.store.write(batch, durable));
        // At once: whatever is thrown from here on, these records must not come again.
        written.run();
        kept(batch.size(), durable);
        if (!batch.isEmpty()) {
            this.watcher.kept(batch.size(), System.nanoTime() - this.callSince);
        }
    }

    private void kept(int count, boolean durable) {
        synchronized (this) {
            if (!this.abandoned) {
                this.written += count;
            }
        }
        this.holding = false;
        this.passedOver = false;
        if (durable) {
            this.unsynced = false;
            this.durable = false;
        } else if (!this.unsynced) {
            this.unsynced = true;
            this.unsyncedSince = System.nanoTime();
        }
        recovered();
    }

    private void recovered() {
        this.failures = 0;
        this.hopeless = false;
        this.refused = false;
        this.closeWarned = false;
        if (this.degraded != null) {
            this.degraded = null;
            if (this.warned) {
                this.warned = false;
                logger.info("The {} store works again", this.store.name());
            }
        }
    }

    private void failed(Throwable cause) {
        this.failures++;
        this.retryAt = System.nanoTime() + Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(10, this.failures - 1));
        degrade(reason(cause), cause);
        if (!(cause instanceof StoreException failure)) {
            this.refused = this.hurried && !this.everOpened;
            // The store reports no remedy: give it time, then look for a record that it cannot take.
            reopenLater();
            if (cause instanceof Exception && this.failures >= PATIENCE) {
                separate();
            }
            return;
        }
        this.refused = this.hurried
                && (failure.remedy() == StoreException.Remedy.REFUSED
                        || (!this.everOpened && failure.remedy() != StoreException.Remedy.RETRY));
        switch (failure.remedy()) {
            case RETRY -> {}
            case REOPEN, REFUSED -> reopenLater();
            case RECORD -> separate();
            case NONE -> {
                drop(Reasons.STORE_FAILED, all());
                clear();
                this.durable = false;
                this.hopeless = true;
            }
        }
    }

    private void reopenLater() {
        this.open = false;
        close();
    }

    /** Splits a batch in halves, down to single records, writes each part, and rejects records that fail alone. */
    private void separate() {
        if (pending() == 1 && this.failures < PATIENCE_ALONE) {
            return;
        }
        int before = pending();
        Separation separation = new Separation();
        separation.of(all());
        boolean blamed = separation.blamed && this.failures >= PATIENCE_ALONE;
        if (separation.kept == 0 && before > 1 && !blamed) {
            // Nothing at all was kept: it is the store's fault, not that of all its records.
            return;
        }
        this.next = List.copyOf(separation.rest);
        this.pendingBytes = this.next.stream().mapToLong(RecordSize::of).sum();
        separation.bad.forEach((record, reason) -> {
            this.store.reject(record, reason);
            drop(Reasons.REJECTED, List.of(record));
        });
        if (this.next.isEmpty()) {
            recovered();
        }
        logger.warn(
                "The {} store refused {} of {} records: {}",
                this.store.name(),
                separation.bad.size(),
                before,
                separation.bad.values().stream().findFirst().orElse(""));
    }

    /** Sorts a batch into what the store keeps, what it refuses, and what it did not get to see. */
    private final class Separation {

        // So many refusals without a single success are an outage.
        private static final int OUTAGE = 32;

        private final Map<TelemetryRecord, String> bad = new LinkedHashMap<>();

        private final List<TelemetryRecord> rest = new ArrayList<>();

        private int kept;

        private boolean outage;

        /** Whether the store itself says of each refusal that it is the record's fault. */
        private boolean blamed = true;

        void of(List<TelemetryRecord> part) {
            if (this.outage) {
                this.rest.addAll(part);
                return;
            }
            try {
                ensureOpen();
                write(part, () -> this.kept += part.size());
            } catch (Throwable ex) {
                if (ex instanceof StoreException failure && failure.remedy() != StoreException.Remedy.RECORD) {
                    this.outage = true;
                    this.blamed = false;
                    this.rest.addAll(part);
                } else if (part.size() > 1) {
                    int middle = part.size() / 2;
                    of(part.subList(0, middle));
                    of(part.subList(middle, part.size()));
                } else {
                    this.bad.put(part.get(0), reason(ex));
                    this.blamed &= ex instanceof StoreException;
                    this.outage = this.kept == 0 && this.bad.size() >= OUTAGE;
                }
            }
        }
    }

    private void drop(String reason, List<TelemetryRecord> records) {
        synchronized (this) {
            if (!this.abandoned) {
                this.dropped.add(reason, records.size());
            }
        }
        for (TelemetryRecord record : records) {
            this.watcher.lost(record.sequence(), reason);
        }
    }

    private void degrade(String reason, Throwable cause) {
        StoreStatus.Degraded before = this.degraded;
        Instant since = before == null ? this.clock.instant() : before.since();
        if (before == null && System.nanoTime() - this.nextWarning >= 0) {
            this.nextWarning = System.nanoTime() + WARNING_INTERVAL;
            this.warned = true;
            logger.warn("The {} store does not keep records: {}", this.store.name(), reason);
        }
        if (before == null) {
            logger.debug("What the {} store met", this.store.name(), cause);
        }
        this.degraded = new StoreStatus.Degraded(reason, since);
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        // The message of an error, such as the name of a native method, says little without its class.
        return message == null || cause instanceof Error
                ? cause.getClass().getSimpleName() + (message == null ? "" : ": " + message)
                : message;
    }

    private void call(StoreCall call) throws Exception {
        this.callSince = System.nanoTime();
        this.calling = true;
        try {
            call.run();
        } finally {
            this.calling = false;
        }
    }

    /** Is told what became of records. */
    interface Watcher {

        void kept(int records, long nanos);

        void lost(long sequence, String reason);
    }

    @FunctionalInterface
    private interface StoreCall {

        void run() throws Exception;
    }
}
