package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/**
 * Stands for a backend whose library is not on the class path, so that the reason is told.
 *
 * @param backend its name
 * @param missing the library
 */
record MissingStoreFactory(String backend, String missing) implements StoreFactory {

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        throw new IllegalStateException(this.missing + " is not on the class path");
    }
}
