package org.cloudmesh.ai.telemetry.store.memory;

import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** Makes stores that keep the newest 100,000 records in memory. */
public final class MemoryStoreFactory implements StoreFactory {

    @Override
    public String backend() {
        return "memory";
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return new MemoryStore(MemoryStore.CAPACITY);
    }
}
