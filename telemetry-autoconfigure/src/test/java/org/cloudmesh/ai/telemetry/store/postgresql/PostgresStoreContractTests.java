package org.cloudmesh.ai.telemetry.store.postgresql;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.StoreContractTests;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.junit.jupiter.api.AfterEach;

class PostgresStoreContractTests extends StoreContractTests {

    // A second store of a directory holds what the first one kept.
    private final Map<Path, HikariDataSource> databases = new HashMap<>();

    @Override
    protected TelemetryStore create(StoreSettings settings) {
        return create(
                this.databases.computeIfAbsent(
                        settings.path(), (path) -> PostgresServer.shared().newPool(4)),
                settings);
    }

    TelemetryStore create(HikariDataSource database, StoreSettings settings) {
        return new PostgresStoreFactory(() -> database, PostgresSettings.defaults(), () -> {}).create(settings);
    }

    /** The local file of each node keeps its own. */
    @Override
    protected boolean keepsHistory() {
        return false;
    }

    @AfterEach
    void closePools() {
        this.databases.values().forEach(HikariDataSource::close);
    }
}
