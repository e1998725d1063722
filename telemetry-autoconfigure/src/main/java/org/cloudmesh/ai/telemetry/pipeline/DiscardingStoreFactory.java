package org.cloudmesh.ai.telemetry.pipeline;

import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** Makes the store of the backend {@code none}, which keeps nothing; meters are fed all the same. */
public final class DiscardingStoreFactory implements StoreFactory {

    static final String BACKEND = "none";

    @Override
    public String backend() {
        return BACKEND;
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return new TelemetryStore() {

            @Override
            public String name() {
                return BACKEND;
            }

            @Override
            public void write(List<TelemetryRecord> batch, boolean durable) {}
        };
    }
}
