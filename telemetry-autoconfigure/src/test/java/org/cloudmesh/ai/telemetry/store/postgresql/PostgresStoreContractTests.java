package org.cloudmesh.ai.telemetry.store.postgresql;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.StoreContractTests;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

class PostgresStoreContractTests extends StoreContractTests {

    // A second store of a directory holds what the first one kept.
    private final Map<Path, String> databases = new HashMap<>();

    @Override
    protected TelemetryStore create(StoreSettings settings) {
        String database = this.databases.computeIfAbsent(
                settings.path(), (path) -> PostgresServer.shared().newDatabase());
        return new PostgresStoreFactory(
                        () -> PostgresServer.shared().dataSource(database), PostgresSettings.defaults(), () -> {})
                .create(settings);
    }
}
