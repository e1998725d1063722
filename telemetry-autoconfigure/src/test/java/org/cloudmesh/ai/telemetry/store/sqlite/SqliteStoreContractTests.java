package org.cloudmesh.ai.telemetry.store.sqlite;

import org.cloudmesh.ai.telemetry.store.StoreContractTests;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

class SqliteStoreContractTests extends StoreContractTests {

    @Override
    protected TelemetryStore create(StoreSettings settings) {
        return new SqliteStoreFactory().create(settings);
    }
}
