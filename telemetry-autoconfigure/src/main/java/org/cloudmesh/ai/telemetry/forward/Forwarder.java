package org.cloudmesh.ai.telemetry.forward;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.ForwardingThreads;
import org.cloudmesh.ai.telemetry.store.NodeReport;
import org.cloudmesh.ai.telemetry.store.Outbox;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread between the local file and one remote store. It takes a batch from the outbox, writes it to the remote
 * store, and acknowledges it; a batch that failed stays in memory and is tried again, without a limit in time, with the
 * pauses of {@link Backoff}. A batch that the remote store refuses for the sake of a record
 * ({@link StoreException.Remedy#RECORD}) is halved until the record is found; that one is put aside.
 *
 * <p>At least once: a batch whose answer got lost comes again, and so do the last ones before a crash. Small batches
 * are held back for a moment, so that a busy recorder costs the remote store a few transactions a second.
 */
final class Forwarder implements Runnable {

    private static final Logger logger = LoggerFactory.getLogger(Forwarder.class);

    private static final long LINGER = TimeUnit.MILLISECONDS.toNanos(200);

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long IDLE = TimeUnit.SECONDS.toNanos(1);

    private static final long REPORT_INTERVAL = TimeUnit.SECONDS.toNanos(5);

    // A remote store that comes and goes is told of so often.
    private static final long WARNING_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private final TelemetryStore remote;

    private final Outbox outbox;

    private final BatchReader reader;

    private final BacklogEstimate backlog;

    private final TelemetryStore local;

    private final Clock clock;

    private final Backoff backoff = new Backoff(ThreadLocalRandom.current());

    private final Thread thread;

    private volatile @Nullable Supplier<NodeReport> vitals;

    private volatile boolean closing;

    private volatile long closeBy;

    private volatile boolean parked;

    private volatile long failed;

    private volatile long rejected;

    private volatile long ownRejected;

    private volatile @Nullable Trouble trouble;

    private volatile long sendingSince;

    private volatile boolean sending;

    private volatile @Nullable String ownToken;

    private Outbox.@Nullable Batch batch;

    private boolean open;

    private boolean failing;

    private long turnAt;

    private boolean warned;

    private long warnAt = System.nanoTime();

    private long reportAt = System.nanoTime();

    Forwarder(TelemetryStore local, TelemetryStore remote, Outbox outbox, Clock clock) {
        this.local = local;
        this.remote = remote;
        this.outbox = outbox;
        this.reader = new BatchReader(outbox, remote.name());
        this.backlog = new BacklogEstimate(outbox);
        this.clock = clock;
        this.thread = ForwardingThreads.create(this, "telemetry-forward-" + remote.name());
    }

    TelemetryStore remote() {
        return this.remote;
    }

    /** Tells which records are this recorder's own. */
    void own(String token) {
        this.ownToken = token;
        this.outbox.own(token);
    }

    /** Sets what tells the remote store how this recorder fares. */
    void vitals(Supplier<NodeReport> vitals) {
        this.vitals = vitals;
    }

    void start() {
        if (this.thread.getState() == Thread.State.NEW) {
            this.thread.start();
        }
    }

    /** Opens the remote store on the caller's thread, before {@link #start()}, for those who want to know at once. */
    void openNow() throws StoreException {
        this.remote.open();
        this.open = true;
    }

    /** Says that the local store has more; called by one thread. */
    void added(List<TelemetryRecord> records) {
        this.backlog.added(records);
        if (this.parked) {
            LockSupport.unpark(this.thread);
        }
    }

    /** Begins the end: what is left is sent without pauses, until that moment. */
    void finish(long end) {
        this.closeBy = end;
        this.closing = true;
        LockSupport.unpark(this.thread);
    }

    boolean ended() {
        return !this.thread.isAlive();
    }

    /** Ends a call that takes longer than there is time for. */
    void interrupt() {
        this.thread.interrupt();
    }

    ForwardStatus status() {
        Outbox.Totals totals = this.outbox.totals();
        Map<String, Long> dropped = new HashMap<>();
        if (totals.ownLost() > 0) {
            dropped.put("not-forwarded", totals.ownLost());
        }
        if (this.ownRejected > 0) {
            dropped.put("rejected", this.ownRejected);
        }
        Long oldest = this.backlog.oldestMicros();
        double lag = oldest == null ? 0 : Math.max(0, this.clock.millis() / 1e3 - oldest / 1e6);
        Trouble trouble = trouble();
        return new ForwardStatus(
                this.remote.name(),
                this.backlog.records(),
                totals.sent() - this.rejected,
                this.failed,
                lag,
                totals.ownSent() - this.ownRejected,
                dropped,
                trouble == null ? null : trouble.reason,
                trouble == null ? null : trouble.since);
    }

    private @Nullable Trouble trouble() {
        Trouble trouble = this.trouble;
        if (trouble == null && this.sending) {
            long nanos = System.nanoTime() - this.sendingSince;
            if (nanos > TimeUnit.SECONDS.toNanos(3)) {
                return new Trouble(
                        "an answer has not come for " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s",
                        this.clock.instant().minusNanos(nanos));
            }
        }
        return trouble;
    }

    @Override
    public void run() {
        try {
            while (!over()) {
                try {
                    turn();
                } catch (StoreException ex) {
                    failed(ex);
                } catch (RuntimeException | Error ex) {
                    failed(new StoreException(StoreException.Remedy.REOPEN, reason(ex), ex));
                }
            }
            this.reader.release();
            if (!this.failing) {
                report(System.nanoTime());
            }
        } catch (StoreException ex) {
            logger.debug("The end of what goes to {} is not known", this.remote.name(), ex);
        } finally {
            this.remote.close();
        }
    }

    private void turn() throws StoreException {
        this.turnAt = System.nanoTime();
        // What is written after a batch was read may be the last before the end.
        boolean last = this.closing;
        this.backlog.count();
        ensureOpen();
        Outbox.Batch batch = this.batch;
        if (batch == null) {
            batch = this.reader.read();
            if (batch.records().isEmpty()) {
                idle(last);
                return;
            }
            this.batch = batch;
        }
        send(batch.records());
        this.batch = null;
        this.outbox.acknowledge(batch);
        this.backlog.acknowledged(batch.records().size());
        recovered();
        report(System.nanoTime());
        if (!batch.hasNext()) {
            this.backlog.countWithin(LINGER);
            if (!this.closing) {
                park(LINGER);
            }
        }
    }

    private void idle(boolean last) throws StoreException {
        long now = System.nanoTime();
        if (this.failing) {
            // Nothing is to be sent, so a report tells whether there is an answer again.
            this.reportAt = now;
        }
        report(now);
        recovered();
        if (last) {
            this.closeBy = System.nanoTime();
            return;
        }
        if (!this.closing) {
            this.parked = true;
            park(IDLE);
            this.parked = false;
        }
    }

    private boolean over() {
        return this.closing && System.nanoTime() - this.closeBy >= 0;
    }

    private void ensureOpen() throws StoreException {
        if (!this.open) {
            call(this.remote::open);
            this.open = true;
        }
    }

    private void send(List<TelemetryRecord> records) throws StoreException {
        try {
            call(() -> this.remote.write(records, true));
        } catch (StoreException ex) {
            if (ex.remedy() != StoreException.Remedy.RECORD) {
                throw ex;
            }
            separate(records, ex);
        }
    }

    /** Sends the halves of a batch by themselves, down to single records, and puts those aside that fail alone. */
    private void separate(List<TelemetryRecord> records, StoreException failure) throws StoreException {
        if (records.size() > 1) {
            int middle = records.size() / 2;
            send(records.subList(0, middle));
            send(records.subList(middle, records.size()));
            return;
        }
        TelemetryRecord record = records.get(0);
        logger.warn("{} refused record {}: {}", this.remote.name(), record.id(), failure.getMessage());
        this.local.reject(record, this.remote.name() + ": " + failure.getMessage());
        this.rejected++;
        if (record.origin().token().equals(this.ownToken)) {
            this.ownRejected++;
        }
    }

    private void call(Call call) throws StoreException {
        this.sendingSince = System.nanoTime();
        this.sending = true;
        try {
            call.run();
        } finally {
            this.sending = false;
        }
    }

    private void failed(StoreException failure) {
        this.failing = true;
        this.failed++;
        Trouble before = this.trouble;
        if (before == null) {
            long now = System.nanoTime();
            this.warned = now - this.warnAt >= 0;
            if (this.warned) {
                this.warnAt = now + WARNING_INTERVAL;
                logger.warn(
                        "Records do not reach {} and wait in the local file: {}", this.remote.name(), reason(failure));
            }
            logger.debug("What was met on the way to {}", this.remote.name(), failure);
        }
        this.trouble = new Trouble(reason(failure), before == null ? this.clock.instant() : before.since);
        if (failure.remedy() != StoreException.Remedy.RETRY) {
            this.open = false;
            this.remote.close();
        }
        this.backlog.countWithin(LINGER);
        // An attempt that took long was pause enough.
        park(Math.max(SHORTEST_PAUSE, this.backoff.next() - (System.nanoTime() - this.turnAt)));
    }

    private void recovered() {
        this.failing = false;
        this.backoff.reset();
        if (this.trouble != null) {
            this.trouble = null;
            if (this.warned) {
                logger.info("Records reach {} again", this.remote.name());
            }
        }
    }

    private void report(long now) throws StoreException {
        Supplier<NodeReport> vitals = this.vitals;
        if (vitals != null && this.open && (this.closing || now - this.reportAt >= 0)) {
            this.reportAt = now + REPORT_INTERVAL;
            NodeReport report = vitals.get();
            call(() -> this.remote.report(report));
            call(this.remote::maintain);
        }
    }

    private void park(long nanos) {
        long end = System.nanoTime() + nanos;
        long left = nanos;
        boolean wakes = this.parked;
        while (left > 0 && !over()) {
            LockSupport.parkNanos(this, this.closing ? Math.min(left, this.closeBy - System.nanoTime()) : left);
            if (Thread.interrupted() || wakes) {
                return;
            }
            left = this.closing ? 0 : end - System.nanoTime();
        }
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    @FunctionalInterface
    private interface Call {

        void run() throws StoreException;
    }

    private record Trouble(String reason, Instant since) {}
}
