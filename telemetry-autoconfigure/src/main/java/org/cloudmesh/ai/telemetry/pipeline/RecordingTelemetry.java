package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Numbers;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.RecordDroppedException;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.cloudmesh.ai.telemetry.Tracking;
import org.cloudmesh.ai.telemetry.forward.ForwardingStore;
import org.cloudmesh.ai.telemetry.store.ForwardingThreads;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recorder that records: stamps what it is given, puts it into the queue and returns. Made by
 * {@link DefaultTelemetryFactory}.
 */
public final class RecordingTelemetry implements Telemetry, PipelineView {

    private static final Logger logger = LoggerFactory.getLogger(RecordingTelemetry.class);

    // How often a caller wakes the writer by itself, should it be parked while the queue fills: often enough whatever
    // number of rings fills at once.
    private final long wakeMask;

    private final Origin origin;

    private final ContextSource context;

    private final Clock clock;

    private final @Nullable TelemetryContextContributors contributors;

    private final Duration closeTimeout;

    private final QueueAdmission admission;

    private final ReasonCounters normalised = new ReasonCounters();

    private final Writer writer;

    private final StoreAccounts accounts;

    private final boolean keepsNothing;

    private final @Nullable ForwardingStore forwarding;

    private final AtomicBoolean closed = new AtomicBoolean();

    private final AtomicBoolean lateWarned = new AtomicBoolean();

    private volatile Runnable whenClosed = () -> {};

    RecordingTelemetry(
            TelemetrySettings settings,
            Origin origin,
            ContextSource context,
            List<TelemetryStore> stores,
            List<PipelineListener> listeners,
            List<TelemetryContextContributor> contributors,
            @Nullable ForwardingStore forwarding) {
        this.origin = origin;
        this.context = context;
        this.clock = settings.clock();
        this.contributors = contributors.isEmpty()
                ? null
                : new TelemetryContextContributors(
                        contributors, () -> this.normalised.add(Reasons.CONTRIBUTOR_FAILED, 1));
        this.closeTimeout = settings.closeTimeout();
        this.admission = new QueueAdmission(settings.queue(), settings.clock());
        this.wakeMask = Math.max(1, this.admission.queue().capacity() / 16) - 1L;
        MachineHistory history = new MachineHistory(settings.context(), origin, this::localSource);
        context.onReading(history);
        Normaliser normaliser = new Normaliser(origin, context, history, settings, this.normalised);
        this.keepsNothing = stores.stream().allMatch((store) -> store.name().equals(DiscardingStoreFactory.BACKEND));
        this.writer = new Writer(
                this.admission,
                normaliser,
                stores,
                listeners,
                context,
                history,
                origin,
                settings.durability(),
                settings.clock());
        this.forwarding = forwarding;
        this.accounts = new StoreAccounts(origin, this.admission, this.writer, this.normalised, forwarding);
        if (forwarding != null) {
            forwarding.vitals(this.accounts::nodeReport);
        }
    }

    void start() {
        this.writer.start();
    }

    /** Opens the stores now, for those who would rather not start than start degraded. */
    void openNow() throws StoreException {
        boolean open = false;
        try {
            for (StoreDelivery delivery : this.writer.deliveries().all()) {
                delivery.openNow();
            }
            open = true;
        } finally {
            if (!open) {
                this.writer.deliveries().all().forEach(StoreDelivery::close);
            }
        }
    }

    /** Closes with the JVM, so that a program that ends without closing loses nothing. */
    void closeWithJvm() {
        Thread hook = new Thread(this::close, "telemetry-shutdown");
        closeWith(
                (close) -> Runtime.getRuntime().addShutdownHook(hook),
                (close) -> Runtime.getRuntime().removeShutdownHook(hook));
    }

    /**
     * Closes when something else ends, should nobody have done so before.
     *
     * @param add takes what closes this recorder; throws IllegalStateException when the end has begun already
     * @param remove forgets it, once this recorder is closed; throws likewise
     */
    public void closeWith(Consumer<Runnable> add, Consumer<Runnable> remove) {
        Runnable close = this::close;
        try {
            add.accept(close);
            this.whenClosed = () -> remove.accept(close);
        } catch (IllegalStateException ex) {
            logger.debug("Telemetry starts while the end has begun", ex);
        }
    }

    @Override
    public void emit(@Nullable String metric, double value, @Nullable Status status) {
        if (this.contributors != null
                || Limits.exceeds(metric, Limits.NAME)
                || isLong(status)
                || TraceContext.current() != null) {
            record().metric(metric, value).status(status).emit();
            return;
        }
        accept(new Entry(now(), status, this.context.system(), metric, value));
    }

    @Override
    public void emit(@Nullable Map<String, ? extends @Nullable Number> metrics, @Nullable Status status) {
        int size = size(metrics);
        if (metrics == null
                || size < 0
                || size > Limits.METRICS
                || this.contributors != null
                || isLong(status)
                || TraceContext.current() != null) {
            record().metrics(metrics).status(status).emit();
            return;
        }
        @Nullable String[] names = new String[size];
        double[] values = new double[size];
        int next = 0;
        try {
            for (Map.Entry<String, ? extends @Nullable Number> metric : metrics.entrySet()) {
                if (next == size || Limits.exceeds(metric.getKey(), Limits.NAME)) {
                    break;
                }
                names[next] = metric.getKey();
                values[next++] = Numbers.value(metric.getValue());
            }
        } catch (RuntimeException ex) {
            // The builder takes what can be had of a map that changes while it is read.
            next = -1;
        }
        if (next != size) {
            record().metrics(metrics).status(status).emit();
            return;
        }
        accept(new Entry.Rich(
                now(),
                status,
                this.context.system(),
                null,
                names,
                values,
                DefaultRecordBuilder.NO_TEXTS,
                DefaultRecordBuilder.NO_TEXTS,
                Set.of(),
                true,
                null));
    }

    private static int size(@Nullable Map<String, ?> metrics) {
        try {
            return metrics == null ? 0 : metrics.size();
        } catch (RuntimeException ex) {
            return -1;
        }
    }

    private static boolean isLong(@Nullable Status status) {
        return status != null && Limits.exceeds(status.value(), Limits.NAME);
    }

    /** Returns whether no store keeps anything, so that nobody needs to wait for one. */
    boolean keepsNothing() {
        return this.keepsNothing;
    }

    @Override
    public RecordBuilder record() {
        return new DefaultRecordBuilder(this);
    }

    @Override
    public Tracking track(String name) {
        return new RecordTracking(this, name);
    }

    /** Returns who adds attributes to each record; null when nobody does. */
    @Nullable
    TelemetryContextContributors contributors() {
        return this.contributors;
    }

    /** Takes an entry over or counts it as lost; never throws, and waits only where that was chosen. */
    void accept(Entry entry) {
        CompletableFuture<@Nullable Void> acknowledgement = entry.acknowledgement();
        if (this.writer.isWorkingHere() || isForwarding()) {
            this.admission.dropped().add(Reasons.REENTRANT, 1);
            refuse(acknowledgement, Reasons.REENTRANT);
            return;
        }
        long ticket = this.admission.enter(entry, this.writer);
        if (ticket < 0) {
            turnedAway(acknowledgement, ticket == RecordQueue.FULL ? Reasons.QUEUE_FULL : Reasons.SHUTDOWN);
        } else if (acknowledgement != null
                || (ticket & this.wakeMask) == this.wakeMask
                || this.admission.queue().isAsleep()) {
            this.writer.wake();
        }
    }

    /** What is emitted there would have to be forwarded too, which would cause more of it without end. */
    private boolean isForwarding() {
        return this.forwarding != null && ForwardingThreads.isCurrent();
    }

    private void turnedAway(@Nullable CompletableFuture<@Nullable Void> acknowledgement, String reason) {
        refuse(acknowledgement, reason);
        if (reason.equals(Reasons.SHUTDOWN) && this.lateWarned.compareAndSet(false, true)) {
            // The writer, which warns of other losses, has ended.
            sayLate("Telemetry is closed: this record and those that follow are lost, counted as " + Reasons.SHUTDOWN);
        }
    }

    private static void sayLate(String line) {
        Thread probe = new Thread(() -> {}, "telemetry-probe");
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            logger.warn(line);
        } catch (IllegalStateException ex) {
            // The JVM is going down, and the log, which Spring Boot stops with the context, may be silent by now.
            System.err.println("WARN " + RecordingTelemetry.class.getName() + ": " + line);
        }
    }

    long now() {
        return micros(this.clock.instant());
    }

    static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    @Override
    public boolean flush(Duration timeout) {
        if (this.writer.isWriterThread() || isForwarding()) {
            return false;
        }
        try {
            return this.writer.flush().get(Limits.nanos(timeout), TimeUnit.NANOSECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException ex) {
            return false;
        }
    }

    @Override
    public void close() {
        if (this.closed.compareAndSet(false, true)) {
            this.writer.close(Limits.nanos(this.closeTimeout));
            this.context.close();
            try {
                this.whenClosed.run();
            } catch (IllegalStateException ex) {
                // The end has begun: it finds nothing left to do.
                logger.trace("Telemetry closes with the end", ex);
            }
        } else {
            // The JVM may be going down: its end waits for the drain that another thread began.
            this.writer.awaitEnd(Limits.nanos(this.closeTimeout));
        }
    }

    @Override
    public Origin origin() {
        return this.origin;
    }

    @Override
    public ContextSource context() {
        return this.context;
    }

    @Override
    public @Nullable RecordSource source() {
        this.writer.awaitOpen();
        return StoreDelivery.source(this.writer.deliveries().primary().store);
    }

    /** Returns what reads the local file, or memory; null when nothing does. Remote stores are not asked. */
    private @Nullable RecordSource localSource() {
        TelemetryStore store = this.writer.deliveries().primary().store;
        ForwardingStore forwarding = this.forwarding;
        return StoreDelivery.source(forwarding != null && store == forwarding ? forwarding.local() : store);
    }

    @Override
    public @Nullable RecordSource source(String backend) {
        this.writer.awaitOpen();
        ForwardingStore forwarding = this.forwarding;
        if (forwarding != null) {
            for (TelemetryStore remote : forwarding.remotes()) {
                if (remote.name().equals(backend)) {
                    return StoreDelivery.source(remote);
                }
            }
        }
        for (StoreDelivery delivery : this.writer.deliveries().all()) {
            if (delivery.store.name().equals(backend)) {
                return StoreDelivery.source(delivery.store == forwarding ? forwarding.local() : delivery.store);
            }
        }
        return null;
    }

    @Override
    public List<StoreStatus> stores() {
        return this.accounts.stores();
    }

    private static void refuse(@Nullable CompletableFuture<@Nullable Void> acknowledgement, String reason) {
        if (acknowledgement != null) {
            acknowledgement.completeExceptionally(new RecordDroppedException(reason));
        }
    }
}
