package org.cloudmesh.ai.telemetry.store.jsonl;

import org.cloudmesh.ai.telemetry.store.StoreContractTests;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

class JsonlStoreContractTests extends StoreContractTests {

    @Override
    protected TelemetryStore create(StoreSettings settings) {
        return new JsonlStoreFactory().create(settings);
    }
}
