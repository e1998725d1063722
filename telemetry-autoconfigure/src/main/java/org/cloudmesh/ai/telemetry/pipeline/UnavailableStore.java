package org.cloudmesh.ai.telemetry.pipeline;

import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** Stands for a backend that cannot be, and says why whenever it is asked to keep something. */
final class UnavailableStore implements TelemetryStore {

    private final String name;

    private final TelemetryConfigurationException failure;

    UnavailableStore(String name, TelemetryConfigurationException failure) {
        this.name = name;
        this.failure = failure;
    }

    TelemetryConfigurationException failure() {
        return this.failure;
    }

    @Override
    public String name() {
        return this.name;
    }

    @Override
    public void open() throws StoreException {
        throw new StoreException(StoreException.Remedy.NONE, String.valueOf(this.failure.getMessage()), this.failure);
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        open();
    }
}
