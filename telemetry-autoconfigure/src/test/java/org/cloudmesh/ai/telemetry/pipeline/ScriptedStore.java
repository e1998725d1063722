package org.cloudmesh.ai.telemetry.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** A user's own store, in memory, that does what a test tells it. */
final class ScriptedStore implements TelemetryStore {

    interface Script {

        void beforeWrite(List<TelemetryRecord> batch) throws StoreException;
    }

    interface Maintenance {

        void run() throws StoreException;
    }

    private final List<TelemetryRecord> records = new ArrayList<>();

    final List<String> rejected = new ArrayList<>();

    volatile Script script = (batch) -> {};

    volatile Maintenance opening = () -> {};

    volatile Runnable closing = () -> {};

    volatile LongSupplier size = () -> 0;

    volatile Maintenance maintenance = () -> {};

    volatile boolean waiting;

    volatile Consumer<List<TelemetryRecord>> afterWrite = (batch) -> {};

    volatile int opened;

    volatile int closed;

    volatile int syncs;

    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public void open() throws StoreException {
        this.opening.run();
        this.opened++;
    }

    @Override
    public long bytes() {
        return this.size.getAsLong();
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        awaitGate();
        this.script.beforeWrite(batch);
        synchronized (this) {
            this.records.addAll(batch);
        }
        if (durable) {
            this.syncs++;
        }
        this.afterWrite.accept(batch);
    }

    private void awaitGate() {
        this.waiting = this.gate.getCount() > 0;
        while (true) {
            try {
                this.gate.await();
                return;
            } catch (InterruptedException ex) {
                // A slow disk does not notice interrupts either.
            }
        }
    }

    @Override
    public void maintain() throws StoreException {
        this.maintenance.run();
    }

    @Override
    public void reject(TelemetryRecord record, String reason) {
        this.rejected.add(reason);
    }

    @Override
    public void close() {
        this.closed++;
        this.closing.run();
    }

    synchronized List<TelemetryRecord> records() {
        return List.copyOf(this.records);
    }
}
