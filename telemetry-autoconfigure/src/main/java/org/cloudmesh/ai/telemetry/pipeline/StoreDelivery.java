package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.BatchBisection;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way into one store: when to write, to try again and to open anew. A batch that failed is tried again, with pauses
 * that double up to a second, until it is kept or the recorder closes; a record that alone makes its batch fail is put
 * aside. The writer alone calls it, but for {@link #degraded()} and the counts.
 */
final class StoreDelivery {

    private static final Logger logger = LoggerFactory.getLogger(StoreDelivery.class);

    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    // Failures of one batch, of a kind that does not tell whose fault it is, after which its records are tried one by
    // one.
    private static final int PATIENCE = 3;

    // The same for a batch of one: nothing shows that the store would keep another, so it gets more time.
    private static final int PATIENCE_ALONE = 10;

    final TelemetryStore store;

    final DeliveryCounters counters = new DeliveryCounters();

    private final Watcher watcher;

    private final PendingRecords records;

    private final PendingReadings readings = new PendingReadings();

    private final StoreHealth health;

    private boolean open;

    private boolean hopeless;

    private boolean hurried;

    private boolean refused;

    private boolean everOpened;

    private boolean holding;

    private long holdingSince;

    private boolean passedOver;

    private boolean closeWarned;

    private boolean durable;

    private long unsyncedSince;

    private boolean unsynced;

    private int failures;

    private long retryAt;

    StoreDelivery(TelemetryStore store, PendingRecords records, Clock clock, Watcher watcher) {
        this.store = store;
        this.records = records;
        this.health = new StoreHealth(store.name(), clock);
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
        return this.records.size();
    }

    /**
     * Takes records over, as many as there is room for behind those that wait already; the others are lost.
     *
     * @param records immutable
     * @param bytes of all of them, about
     */
    void add(List<TelemetryRecord> records, long bytes) {
        drop(Reasons.QUEUE_FULL, this.records.add(records, bytes));
    }

    /**
     * Returns whether this store is worth waiting for before more is taken out of the queue: it has no room for another
     * batch, and has not been so for longer than that. Once the time is over it loses what it has no room for, until it
     * keeps something again.
     *
     * @param records of the batch
     * @param bytes of the batch at most
     * @param nanos how long it is worth waiting
     */
    boolean holdsUp(int records, long bytes, long nanos) {
        if (this.records.hasRoom(records, bytes) || this.refused) {
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
            write(this.records.all(), this.records::clear);
        } catch (Throwable ex) {
            failed(ex);
        }
        return pending() == 0 && !this.durable;
    }

    /** Lets the store do its maintenance, and writes the readings that wait. */
    void maintain() {
        // When nothing waits, only maintenance notices that a fault is over.
        boolean waits = pending() > 0 || this.durable || System.nanoTime() - this.retryAt < 0;
        if (this.failures > 0 && (waits || this.hopeless)) {
            return;
        }
        try {
            ensureOpen();
            this.health.watch(this.store::maintain);
            this.readings.writeTo(this.store, this.health);
            if (this.failures > 0) {
                recovered();
            }
        } catch (Throwable ex) {
            failed(ex);
        }
    }

    /** Takes readings over that are written with the next maintenance. */
    void add(Origin origin, List<SystemReading> readings) {
        this.readings.add(origin, readings);
    }

    /** Writes the last readings, unless the store fails or was never needed. */
    void endHistory() {
        if (this.open && this.failures == 0) {
            try {
                this.readings.writeTo(this.store, this.health);
            } catch (Throwable ex) {
                logger.debug("The {} store did not keep the machine's last readings", this.store.name(), ex);
            }
        }
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
        return this.health.degraded();
    }

    /** Lets the store finish its remaining work, until that moment. */
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
            this.health.watch(this.store::open);
            this.open = true;
            this.everOpened = true;
        }
    }

    private void write(List<TelemetryRecord> batch, Runnable written) throws Exception {
        boolean durable = this.durable;
        this.health.watch(() -> this.store.write(batch, durable));
        // At once: whatever is thrown from here on, these records must not come again.
        written.run();
        kept(batch.size(), durable);
        if (!batch.isEmpty()) {
            this.watcher.kept(this, batch.size(), System.nanoTime() - this.health.callSince());
        }
    }

    private void kept(int count, boolean durable) {
        this.counters.addWritten(count);
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
        this.health.recovered();
    }

    private void failed(Throwable cause) {
        this.failures++;
        this.retryAt = System.nanoTime() + Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(10, this.failures - 1));
        this.health.failed(cause);
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
                drop(Reasons.STORE_FAILED, this.records.all());
                this.records.clear();
                this.durable = false;
                this.hopeless = true;
            }
        }
    }

    private void reopenLater() {
        this.open = false;
        close();
    }

    /** Finds the records that make a batch fail and rejects them; the others are written, or wait. */
    private void separate() {
        if (pending() == 1 && this.failures < PATIENCE_ALONE) {
            return;
        }
        int before = pending();
        BatchBisection bisection = new BatchBisection((part, kept) -> {
            ensureOpen();
            write(part, kept);
        });
        bisection.of(this.records.all());
        boolean blamed = bisection.blamesRecords() && this.failures >= PATIENCE_ALONE;
        if (!bisection.keptAny() && before > 1 && !blamed) {
            // Nothing at all was kept: it is the store's fault, not that of all its records.
            return;
        }
        this.records.retain(bisection.untried());
        bisection.refused().forEach((record, reason) -> {
            this.store.reject(record, reason);
            drop(Reasons.REJECTED, List.of(record));
        });
        if (this.records.isEmpty()) {
            recovered();
        }
        logger.warn(
                "The {} store refused {} of {} records: {}",
                this.store.name(),
                bisection.refused().size(),
                before,
                bisection.refused().values().stream().findFirst().orElse(""));
    }

    private void drop(String reason, List<TelemetryRecord> records) {
        this.counters.addDropped(reason, records.size());
        for (TelemetryRecord record : records) {
            this.watcher.lost(this, record.sequence(), reason);
        }
    }

    /** Is told what became of records. */
    interface Watcher {

        void kept(StoreDelivery delivery, int records, long nanos);

        void lost(StoreDelivery delivery, long sequence, String reason);
    }
}
