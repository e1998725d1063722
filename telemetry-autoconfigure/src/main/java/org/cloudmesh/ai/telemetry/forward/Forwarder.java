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
import org.cloudmesh.ai.telemetry.store.BatchBisection;
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
 * ({@link StoreException.Remedy#RECORD}) is halved until the record is found; that one is put aside. When nothing but
 * refusals comes, such as from a table with a constraint that no record meets, it is the remote store's fault: then
 * nothing is put aside, and all wait.
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

    // The log has one warning in this time, however often the remote store comes and goes.
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

    // Guards what was acknowledged and rejected: both together tell how many were sent.
    private final Object counts = new Object();

    private long rejected;

    private long ownRejected;

    private int refusedInARow;

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
        Outbox.Totals totals;
        long rejected;
        long ownRejected;
        synchronized (this.counts) {
            totals = this.outbox.totals();
            rejected = this.rejected;
            ownRejected = this.ownRejected;
        }
        Map<String, Long> dropped = new HashMap<>();
        if (totals.ownLost() > 0) {
            dropped.put("not-forwarded", totals.ownLost());
        }
        if (ownRejected > 0) {
            dropped.put("rejected", ownRejected);
        }
        Long oldest = this.backlog.oldestMicros();
        double lag = oldest == null ? 0 : Math.max(0, this.clock.millis() / 1e3 - oldest / 1e6);
        Trouble trouble = trouble();
        return new ForwardStatus(
                this.remote.name(),
                this.backlog.records(),
                totals.sent() - rejected,
                this.failed,
                lag,
                totals.ownSent() - ownRejected,
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
                    failed(new StoreException(StoreException.Remedy.REOPEN, StoreException.reason(ex), ex));
                }
            }
            this.reader.release();
            if (!this.failing) {
                report(System.nanoTime());
            }
        } catch (StoreException ex) {
            logger.debug("The end of what goes to {} is not known", this.remote.name(), ex);
        } finally {
            closeRemote();
        }
    }

    /** Closes the remote store; what goes wrong there must not end this thread. */
    void closeRemote() {
        this.open = false;
        try {
            this.remote.close();
        } catch (RuntimeException | Error ex) {
            logger.debug("What leads to {} could not be closed", this.remote.name(), ex);
        }
    }

    private void turn() throws StoreException {
        this.turnAt = System.nanoTime();
        // What is written after a batch was read may be the last before the end.
        boolean last = this.closing;
        this.backlog.count();
        if (!last) {
            ensureOpen();
        }
        Outbox.Batch batch = this.batch;
        if (batch == null) {
            batch = this.reader.read();
            if (batch.records().isEmpty()) {
                idle(last);
                return;
            }
            this.batch = batch;
        }
        ensureOpen();
        Map<TelemetryRecord, String> refused = send(batch.records());
        this.batch = null;
        acknowledge(batch, refused);
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
        if (last) {
            // Nothing is left, so nobody waits for a remote store that may be away.
            this.closeBy = now;
            return;
        }
        if (this.failing) {
            // Nothing is to be sent, so a report tells whether there is an answer again.
            this.reportAt = now;
        }
        report(now);
        recovered();
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

    /** Returns the records that the remote store refuses alone, each with the reason; it has all others then. */
    private Map<TelemetryRecord, String> send(List<TelemetryRecord> records) throws StoreException {
        BatchBisection parts = new BatchBisection((part, kept) -> {
            write(part);
            kept.run();
        });
        parts.of(records);
        if (parts.outage() instanceof StoreException failure && failure.remedy() != StoreException.Remedy.RECORD) {
            throw failure;
        }
        Map<TelemetryRecord, String> refused = parts.refused();
        this.refusedInARow = parts.keptAny() ? 0 : this.refusedInARow + refused.size();
        if (this.refusedInARow >= BatchBisection.OUTAGE) {
            String reason = refused.values().iterator().next();
            throw new StoreException(StoreException.Remedy.RETRY, "no record is taken: " + reason, parts.outage());
        }
        return refused;
    }

    private void write(List<TelemetryRecord> records) throws StoreException {
        try {
            call(() -> this.remote.write(records, true));
        } catch (RuntimeException | Error ex) {
            throw new StoreException(StoreException.Remedy.REOPEN, StoreException.reason(ex), ex);
        }
    }

    private void acknowledge(Outbox.Batch batch, Map<TelemetryRecord, String> refused) {
        if (!refused.isEmpty()) {
            refused.forEach((record, reason) -> this.local.reject(record, this.remote.name() + ": " + reason));
            Map.Entry<TelemetryRecord, String> first =
                    refused.entrySet().iterator().next();
            logger.warn(
                    "{} refused {} of {} records. The first is {}: {}",
                    this.remote.name(),
                    refused.size(),
                    batch.records().size(),
                    first.getKey().id(),
                    first.getValue());
        }
        long own = refused.keySet().stream()
                .filter((record) -> record.origin().token().equals(this.ownToken))
                .count();
        synchronized (this.counts) {
            this.outbox.acknowledge(batch);
            this.rejected += refused.size();
            this.ownRejected += own;
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
                        "Records do not reach {} and wait in the local file: {}",
                        this.remote.name(),
                        StoreException.reason(failure));
            }
            logger.debug("What was met on the way to {}", this.remote.name(), failure);
        }
        this.trouble =
                new Trouble(StoreException.reason(failure), before == null ? this.clock.instant() : before.since);
        if (failure.remedy() != StoreException.Remedy.RETRY) {
            closeRemote();
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

    @FunctionalInterface
    private interface Call {

        void run() throws StoreException;
    }

    private record Trouble(String reason, Instant since) {}
}
