package org.cloudmesh.ai.telemetry.forward;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.NodeReport;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/**
 * A local store whose records go on to remote ones: store and forward. To the writer it is the local store and nothing
 * else; a thread for each remote store reads what is kept and sends it. So a remote store that is away or slow costs
 * nobody anything but disk.
 */
public final class ForwardingStore implements TelemetryStore {

    // Notes of what arrived go into the file while the forwarders end.
    private static final long NOTE_INTERVAL = TimeUnit.MILLISECONDS.toNanos(20);

    // A forwarder that was interrupted counts what it could not send.
    private static final long LAST_WORDS = TimeUnit.MILLISECONDS.toNanos(300);

    private final TelemetryStore local;

    private final List<Forwarder> forwarders = new ArrayList<>();

    private final @Nullable TelemetryStore answering;

    private boolean own;

    private boolean finished;

    /**
     * Creates a store.
     *
     * @param local keeps the records; it has an {@link #outbox(String)}
     * @param remotes receive them, in the order of configuration
     * @param answering the one of them that answers queries; null for the local store
     * @param clock tells how old unsent records are
     */
    public ForwardingStore(
            TelemetryStore local, List<TelemetryStore> remotes, @Nullable TelemetryStore answering, Clock clock) {
        this.local = local;
        this.answering = answering;
        for (TelemetryStore remote : remotes) {
            this.forwarders.add(new Forwarder(
                    local,
                    remote,
                    Objects.requireNonNull(local.outbox(remote.name()), "the local store has no outbox"),
                    clock));
        }
    }

    /** Sets what tells the remote stores how this recorder fares. */
    public void vitals(Supplier<NodeReport> vitals) {
        this.forwarders.forEach((forwarder) -> forwarder.vitals(vitals));
    }

    /** Returns how far each remote store is, in the order of configuration. */
    public List<ForwardStatus> forwards() {
        return this.forwarders.stream().map(Forwarder::status).toList();
    }

    /** Returns whether a remote store answers queries, and which. */
    public @Nullable String answers() {
        return this.answering == null ? null : this.answering.name();
    }

    /** Returns the local store. */
    public TelemetryStore local() {
        return this.local;
    }

    /** Returns the remote stores, in the order of configuration. */
    public List<TelemetryStore> remotes() {
        return this.forwarders.stream().map(Forwarder::remote).toList();
    }

    /**
     * Opens the remote stores now, before anything else.
     *
     * @throws StoreException when one of them cannot be opened
     */
    public void openRemotes() throws StoreException {
        try {
            for (Forwarder forwarder : this.forwarders) {
                forwarder.openNow();
            }
        } catch (StoreException | RuntimeException ex) {
            this.forwarders.forEach(Forwarder::closeRemote);
            throw ex;
        }
    }

    @Override
    public String name() {
        return this.local.name();
    }

    @Override
    public @Nullable Path path() {
        return this.local.path();
    }

    @Override
    public long bytes() {
        return this.local.bytes();
    }

    @Override
    public void open() throws StoreException {
        this.local.open();
        this.forwarders.forEach(Forwarder::start);
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        if (!this.own && !batch.isEmpty()) {
            this.own = true;
            String token = batch.get(0).origin().token();
            this.forwarders.forEach((forwarder) -> forwarder.own(token));
        }
        this.local.write(batch, durable);
        this.forwarders.forEach((forwarder) -> forwarder.added(batch));
    }

    @Override
    public void writeReadings(Origin origin, List<SystemReading> readings) throws StoreException {
        this.local.writeReadings(origin, readings);
    }

    @Override
    public void maintain() throws StoreException {
        this.local.maintain();
    }

    @Override
    public void reject(TelemetryRecord record, String reason) {
        this.local.reject(record, reason);
    }

    @Override
    public @Nullable RecordSource source() {
        return this.answering == null ? this.local.source() : this.answering.source();
    }

    /** Sends what can be sent until then; what is left waits in the file for the next start. */
    @Override
    public void finish(long end) {
        if (this.finished) {
            return;
        }
        this.finished = true;
        this.forwarders.forEach((forwarder) -> forwarder.finish(end));
        while (!ended() && System.nanoTime() - end < 0) {
            note();
            LockSupport.parkNanos(this, NOTE_INTERVAL);
        }
        this.forwarders.forEach(Forwarder::interrupt);
        long patience = System.nanoTime() + LAST_WORDS;
        while (!ended() && System.nanoTime() - patience < 0) {
            LockSupport.parkNanos(this, NOTE_INTERVAL);
        }
        note();
    }

    private boolean ended() {
        return this.forwarders.stream().allMatch(Forwarder::ended);
    }

    private void note() {
        try {
            this.local.write(List.of(), false);
        } catch (StoreException ex) {
            // What was not noted is sent once more, and known by its id.
            return;
        }
    }

    @Override
    public void close() {
        this.local.close();
    }
}
