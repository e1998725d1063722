package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Durability;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread behind a recorder: collects batches from the queue, shows their records to listeners, brings them into
 * the stores and acknowledges. While records come it looks at the queue on its own, every two milliseconds, so that a
 * caller need not wake it. After a quiet second it sleeps, and the first caller wakes it.
 */
final class Writer implements Runnable, StoreDelivery.Watcher {

    private static final Logger logger = LoggerFactory.getLogger(Writer.class);

    private static final long BUSY_PARK = TimeUnit.MILLISECONDS.toNanos(2);

    // The first caller wakes a sleeping writer; meanwhile it maintains the stores this often.
    private static final long ASLEEP_PARK = TimeUnit.MILLISECONDS.toNanos(100);

    // A caller that wakes the writer pays for a system call, so only one that comes after a quiet second does.
    private static final long ASLEEP_AFTER = TimeUnit.SECONDS.toNanos(1);

    private static final long STUMBLE_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

    // Loading a database that nobody needs yet would slow the start of the application.
    private static final long HEAD_START = TimeUnit.SECONDS.toNanos(2);

    private static final long MAINTENANCE = TimeUnit.MILLISECONDS.toNanos(500);

    // A sync takes time too; both together stay within the second that relaxed durability promises.
    private static final long UNSYNCED = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long LONGEST_OPEN = TimeUnit.SECONDS.toNanos(1);

    private static final long WARNING_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private final QueueAdmission admission;

    private final RecordQueue queue;

    private final BatchCollector collector;

    private final StoreDeliveries deliveries;

    private final List<PipelineListener> listeners;

    private final ContextSource context;

    private final MachineHistory history;

    private final Origin origin;

    private final boolean alwaysDurable;

    private final Thread thread;

    private final CountDownLatch opened = new CountDownLatch(1);

    private volatile boolean asked;

    private final PendingAcknowledgements acknowledgements = new PendingAcknowledgements();

    private Map<String, Long> warned = Map.of();

    private volatile boolean parked;

    private volatile long closeBy;

    private volatile long drainAloneBy;

    private volatile boolean closing;

    // Set while stores and listeners run: records that they emit themselves are dropped, or they would cause more.
    private boolean working;

    private long nextWarning = System.nanoTime();

    private boolean listenerWarned;

    private long nextStumble = System.nanoTime();

    Writer(
            QueueAdmission admission,
            Normaliser normaliser,
            List<TelemetryStore> stores,
            List<PipelineListener> listeners,
            ContextSource context,
            MachineHistory history,
            Origin origin,
            Durability durability,
            Clock clock) {
        this.admission = admission;
        this.queue = admission.queue();
        this.listeners = List.copyOf(listeners);
        this.context = context;
        this.history = history;
        this.origin = origin;
        this.alwaysDurable = durability == Durability.FULL;
        this.collector = new BatchCollector(admission, normaliser, this.acknowledgements, this::show);
        this.deliveries = new StoreDeliveries(stores, admission, clock, this);
        this.thread = new Thread(this, "telemetry-writer");
        this.thread.setDaemon(true);
    }

    StoreDeliveries deliveries() {
        return this.deliveries;
    }

    /** Returns how many records were taken out of the queue and found to have nothing valid in them. */
    long invalid() {
        return this.collector.invalid();
    }

    void start() {
        this.thread.start();
    }

    /** Returns whether the stores were opened for the first time, or failed to open. */
    boolean isOpen() {
        return this.opened.getCount() == 0;
    }

    /** Lets the writer begin at once with what it would do soon: open the stores, look at the queue. */
    void hurry() {
        this.asked = true;
        wake();
    }

    /** Waits until the stores were opened for the first time, or failed to open; but not for long. */
    void awaitOpen() {
        if (!isOpen() && !isWriterThread()) {
            hurry();
            try {
                this.opened.await(LONGEST_OPEN, TimeUnit.NANOSECONDS);
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns whether the caller runs on the writer's thread, during its work. */
    boolean isWorkingHere() {
        return Thread.currentThread() == this.thread && this.working;
    }

    boolean isWriterThread() {
        return Thread.currentThread() == this.thread;
    }

    void wake() {
        if (this.queue.isAsleep()) {
            // The next caller does not have to wake it too.
            this.queue.asleep(false);
            LockSupport.unpark(this.thread);
        } else if (this.parked) {
            LockSupport.unpark(this.thread);
        }
    }

    /** Returns a future of whether all that was claimed so far is on disk. */
    CompletableFuture<Boolean> flush() {
        CompletableFuture<Boolean> done = this.acknowledgements.awaitAll(this.queue.end());
        LockSupport.unpark(this.thread);
        return done;
    }

    /**
     * Drains until that moment, then counts what is left.
     *
     * @param nanos how long
     */
    void close(long nanos) {
        this.queue.close();
        this.closeBy = System.nanoTime() + nanos;
        this.drainAloneBy = this.closeBy - nanos / 2;
        this.closing = true;
        LockSupport.unpark(this.thread);
        awaitEnd(nanos);
        end();
    }

    /**
     * Waits for the end of the drain that someone else began.
     *
     * @param nanos how long the drain may take
     */
    void awaitEnd(long nanos) {
        boolean interrupted = false;
        long patience = System.nanoTime() + nanos + TimeUnit.MILLISECONDS.toNanos(500);
        while (this.thread.isAlive() && System.nanoTime() - patience < 0 && !isWriterThread()) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(this.thread, Math.max(1_000_000, patience - System.nanoTime()));
            } catch (InterruptedException ex) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            giveHeadStart();
            boolean over = this.closing && drained();
            if (!over) {
                this.context.start();
            }
            while (!over) {
                over = turn();
            }
        } finally {
            this.opened.countDown();
            end();
            work(() -> this.deliveries.finish(this.closeBy));
            work(this.deliveries::close);
        }
    }

    /** Leaves the machine to the application's start, unless there is something to keep or someone to answer. */
    private void giveHeadStart() {
        long end = System.nanoTime() + HEAD_START;
        while (!this.asked
                && !this.closing
                && this.queue.claimed() == 0
                && !this.acknowledgements.any()
                && System.nanoTime() - end < 0) {
            sleep();
            if (Thread.interrupted()) {
                return;
            }
        }
    }

    /** Does what is due; returns whether that was the last of it. Whatever is thrown, the writer lives on. */
    private boolean turn() {
        try {
            return loop();
        } catch (Throwable ex) {
            stumbled(ex);
            return this.closing && System.nanoTime() - this.closeBy >= 0;
        }
    }

    private boolean loop() {
        long maintained = System.nanoTime();
        long active = System.nanoTime();
        work(this::maintain);
        this.opened.countDown();
        while (true) {
            if (Thread.interrupted()) {
                logger.debug("Someone interrupted the telemetry writer; it goes on");
            }
            if (this.closing) {
                this.deliveries.hurry();
            }
            if (!blocked()) {
                this.collector.collect();
            }
            boolean idle = this.collector.batch().isEmpty();
            deliver();
            long now = System.nanoTime();
            if (now - maintained >= MAINTENANCE) {
                maintained = now;
                work(this::maintain);
                warn(now);
            }
            if (this.closing && (drained() || this.deliveries.allGiveUp() || now - this.closeBy >= 0)) {
                if (now - this.closeBy < 0) {
                    work(this::endHistory);
                }
                return true;
            }
            if (!idle) {
                active = now;
                continue;
            }
            boolean blocked = blocked();
            if (!blocked && now - active > ASLEEP_AFTER) {
                sleep();
            } else {
                park(blocked);
            }
        }
    }

    private void maintain() {
        this.deliveries.maintain(this.origin, this.history.take(false));
    }

    private void endHistory() {
        this.deliveries.endHistory(this.origin, this.history.take(true));
    }

    private void stumbled(Throwable cause) {
        try {
            if (System.nanoTime() - this.nextStumble >= 0) {
                this.nextStumble = System.nanoTime() + WARNING_INTERVAL;
                work(() -> logger.error("The telemetry writer failed and goes on", cause));
            }
        } catch (Throwable ex) {
            // Memory is short, or the log is what failed: there is nobody to tell.
            this.working = false;
        }
        LockSupport.parkNanos(this, STUMBLE_PAUSE);
    }

    private void park(boolean blocked) {
        this.parked = true;
        if (blocked || this.queue.isEmpty()) {
            LockSupport.parkNanos(this, BUSY_PARK);
        }
        this.parked = false;
    }

    /** Parks until a caller comes, or there may be something else to do. */
    private void sleep() {
        this.queue.asleep(true);
        if (this.queue.isEmpty()) {
            LockSupport.parkNanos(this, ASLEEP_PARK);
        }
        this.queue.asleep(false);
    }

    private boolean drained() {
        return this.queue.isEmpty() && this.collector.isEmpty() && this.deliveries.settled();
    }

    /**
     * Returns whether records must stay in the queue for now. With a single store they stay while it still has a batch.
     * With several, a failing store does not delay the others, unless callers wait for room: then each store without
     * room for another batch holds up all of them, for a limited time.
     */
    private boolean blocked() {
        if (this.deliveries.all().size() == 1) {
            return this.deliveries.primary().pending() > 0;
        }
        if (!this.admission.blocks() || (this.closing && System.nanoTime() - this.drainAloneBy >= 0)) {
            return false;
        }
        // Less than callers wait, so that the others' records still get in when the time of a store that fails is over.
        return this.deliveries.holdUp(this.admission.blockNanos() / 4 * 3);
    }

    private void deliver() {
        boolean durable = this.alwaysDurable || this.acknowledgements.any();
        // Read before the delivery: a flush that arrives during it belongs to the next round.
        List<PendingAcknowledgements.Flush> waiting = this.acknowledgements.flushes();
        RecordQueue.Position taken = this.queue.taken();
        this.working = true;
        try {
            this.deliveries.add(this.collector);
            this.deliveries.deliver(durable, this.closing ? 0 : UNSYNCED);
        } finally {
            this.working = false;
        }
        StoreDelivery primary = this.deliveries.primary();
        if (durable && primary.pending() == 0 && !primary.unsyncedFor(0)) {
            this.acknowledgements.kept(waiting, taken);
        }
    }

    @Override
    public void kept(StoreDelivery delivery, int records, long nanos) {
        show((listener) -> listener.onWrite(delivery.store.name(), records, nanos));
    }

    @Override
    public void lost(StoreDelivery delivery, long sequence, String reason) {
        if (delivery == this.deliveries.primary()) {
            this.acknowledgements.lost(sequence, reason);
        }
    }

    /** Counts what is left and tells all who wait. The writer ends so, or whoever closes it while a store hangs. */
    private void end() {
        this.queue.close();
        boolean leftBehind = this.deliveries.abandon(this.queue.claimed() - invalid());
        this.queue.forEachLeft((entry) -> PendingAcknowledgements.fail(entry.acknowledgement(), Reasons.SHUTDOWN));
        this.acknowledgements.end(leftBehind);
    }

    private void show(TelemetryRecord record) {
        if (!this.listeners.isEmpty()) {
            show((listener) -> listener.onRecord(record));
        }
    }

    private void show(Consumer<PipelineListener> event) {
        boolean before = this.working;
        this.working = true;
        try {
            this.listeners.forEach(event);
        } catch (Throwable ex) {
            if (!this.listenerWarned) {
                this.listenerWarned = true;
                logger.warn("A telemetry listener failed; further failures are not logged", ex);
            }
        } finally {
            this.working = before;
        }
    }

    private void work(Runnable task) {
        this.working = true;
        try {
            task.run();
        } finally {
            this.working = false;
        }
    }

    private void warn(long now) {
        if (now - this.nextWarning < 0) {
            return;
        }
        Map<String, Long> dropped = new TreeMap<>();
        this.admission.dropped().copyTo(dropped);
        this.deliveries.all().forEach((delivery) -> delivery.counters.dropped().copyTo(dropped));
        if (invalid() > 0) {
            dropped.put(Reasons.INVALID, invalid());
        }
        if (!dropped.equals(this.warned)) {
            this.warned = dropped;
            this.nextWarning = now + WARNING_INTERVAL;
            work(() -> logger.warn("Telemetry records lost since the start, by reason: {}", dropped));
        }
    }
}
