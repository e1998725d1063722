package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.RecordDroppedException;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.Tracking;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/** The recorder that records: stamps what it is given, puts it into the queue and returns. Made by {@link TelemetryAssembly}. */
public final class RecordingTelemetry implements Telemetry, PipelineView {

    // How often a caller wakes the writer by itself, should it be parked while the queue fills: four times a queueful.
    private final long wakeMask;

    private final Origin origin;

    private final ContextSource context;

    private final Clock clock;

    private final @Nullable TelemetryContextContributors contributors;

    private final Duration closeTimeout;

    private final Door door;

    private final Counts normalised = new Counts();

    private final Writer writer;

    private final AtomicBoolean closed = new AtomicBoolean();

    private volatile @Nullable Thread shutdownHook;

    RecordingTelemetry(
            TelemetrySettings settings,
            Origin origin,
            ContextSource context,
            List<TelemetryStore> stores,
            List<PipelineListener> listeners,
            List<TelemetryContextContributor> contributors) {
        this.origin = origin;
        this.context = context;
        this.clock = settings.clock();
        this.contributors = contributors.isEmpty() ? null : new TelemetryContextContributors(contributors);
        this.closeTimeout = settings.closeTimeout();
        this.door = new Door(settings.queue(), settings.clock());
        this.wakeMask = Math.max(1, this.door.queue().capacity() / 4) - 1L;
        Normaliser normaliser = new Normaliser(origin, context, settings.maskedKeys(), this.normalised);
        this.writer =
                new Writer(this.door, normaliser, stores, listeners, context, settings.durability(), settings.clock());
    }

    void start() {
        this.writer.start();
    }

    /** Opens the stores now, for those who would rather not start than start degraded. */
    void openNow() throws StoreException {
        for (Lane lane : this.writer.lanes()) {
            lane.openNow();
        }
    }

    /** Closes with the JVM, so that a program that ends without closing loses nothing. */
    void closeWithJvm() {
        Thread hook = new Thread(this::close, "telemetry-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            this.shutdownHook = hook;
        } catch (IllegalStateException ex) {
            // The JVM is going down already.
            this.shutdownHook = null;
        }
    }

    @Override
    public void emit(@Nullable String metric, double value, @Nullable Status status) {
        if (this.contributors != null || Limits.exceeds(metric, Limits.NAME)) {
            record().metric(metric, value).status(status).emit();
            return;
        }
        accept(new Entry(now(), status, this.context.system(), metric, value));
    }

    @Override
    public void emit(@Nullable Map<String, ? extends @Nullable Number> metrics, @Nullable Status status) {
        int size = metrics == null ? 0 : metrics.size();
        if (metrics == null || size > Limits.METRICS || this.contributors != null) {
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
                values[next++] = RichRecordBuilder.number(metric.getValue());
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
                RichRecordBuilder.NO_TEXTS,
                null,
                Set.of(),
                true,
                null));
    }

    @Override
    public RecordBuilder record() {
        return new RichRecordBuilder(this);
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
        if (this.writer.isWorkingHere()) {
            this.door.dropped().add(Reasons.REENTRANT, 1);
            refuse(acknowledgement, Reasons.REENTRANT);
            return;
        }
        long ticket = this.door.enter(entry, !this.writer.isWriterThread());
        if (ticket < 0) {
            refuse(acknowledgement, ticket == RecordQueue.FULL ? Reasons.QUEUE_FULL : Reasons.SHUTDOWN);
        } else if (acknowledgement != null || (ticket & this.wakeMask) == this.wakeMask) {
            this.writer.wake();
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
        if (this.writer.isWriterThread()) {
            return false;
        }
        try {
            return this.writer.flush().get(Math.max(0, timeout.toNanos()), TimeUnit.NANOSECONDS);
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
            this.writer.close(this.closeTimeout.toNanos());
            this.context.close();
            removeHook();
        } else {
            // The JVM may be going down: its end waits for the drain that another thread began.
            this.writer.awaitEnd(this.closeTimeout.toNanos());
        }
    }

    private void removeHook() {
        Thread hook = this.shutdownHook;
        if (hook != null && hook != Thread.currentThread()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException ex) {
                // The JVM is going down: the hook finds nothing left to do.
                this.shutdownHook = null;
            }
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
        return this.writer.primary().store.source();
    }

    @Override
    public List<StoreStatus> stores() {
        List<StoreStatus> stores = new ArrayList<>();
        for (Lane lane : this.writer.lanes()) {
            stores.add(status(lane));
        }
        return List.copyOf(stores);
    }

    private StoreStatus status(Lane lane) {
        // What left the queue is read before what entered it, so that what is on its way is never less than nothing.
        long written = lane.written();
        Map<String, Long> dropped = new HashMap<>();
        lane.dropped.copyTo(dropped);
        long invalid = this.writer.invalid();
        if (invalid > 0) {
            dropped.merge(Reasons.INVALID, invalid, Long::sum);
        }
        long settled = written + Counts.sum(dropped);
        Map<String, Long> turnedAway = this.door.dropped().snapshot();
        Counts.add(turnedAway, dropped);
        long claimed = this.door.queue().claimed();
        TelemetryStore store = lane.store;
        return new StoreStatus(
                store.name(),
                store.path(),
                store.bytes(),
                lane == this.writer.primary() && store.source() != null,
                claimed + Counts.sum(turnedAway),
                written,
                dropped,
                this.normalised.snapshot(),
                claimed - settled,
                degraded(lane));
    }

    private StoreStatus.@Nullable Degraded degraded(Lane lane) {
        StoreStatus.Degraded degraded = lane.degraded();
        if (degraded == null && this.door.fullLately()) {
            return new StoreStatus.Degraded("records were lost because the queue was full", this.door.fullSince());
        }
        return degraded;
    }

    private static void refuse(@Nullable CompletableFuture<@Nullable Void> acknowledgement, String reason) {
        if (acknowledgement != null) {
            acknowledgement.completeExceptionally(new RecordDroppedException(reason));
        }
    }
}
