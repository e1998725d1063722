package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.LinkedHashMap;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/** Makes stores that keep records in an SQLite file. */
public final class SqliteStoreFactory implements StoreFactory {

    private static final Map<String, String> LIBRARIES = new LinkedHashMap<>();

    static {
        LIBRARIES.put("org/sqlite/SQLiteConfig.class", "org.xerial:sqlite-jdbc");
        LIBRARIES.put("org/springframework/jdbc/core/JdbcTemplate.class", "org.springframework:spring-jdbc");
        LIBRARIES.put("tools/jackson/core/JsonParser.class", "tools.jackson.core:jackson-core");
    }

    @Override
    public int preference() {
        return 2;
    }

    @Override
    public String backend() {
        return "sqlite";
    }

    @Override
    public String extension() {
        return "db";
    }

    @Override
    public @Nullable String missing() {
        ClassLoader loader = SqliteStoreFactory.class.getClassLoader();
        for (Map.Entry<String, String> library : LIBRARIES.entrySet()) {
            // The classes themselves are left for the writer's thread to load.
            if (loader.getResource(library.getKey()) == null) {
                return library.getValue();
            }
        }
        return null;
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return new SqliteStore(settings, RollupTreeSettings.DEFAULTS);
    }
}
