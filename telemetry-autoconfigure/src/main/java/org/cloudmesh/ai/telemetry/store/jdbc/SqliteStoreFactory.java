package org.cloudmesh.ai.telemetry.store.jdbc;

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
        LIBRARIES.put("org.sqlite.SQLiteConfig", "org.xerial:sqlite-jdbc");
        LIBRARIES.put("org.springframework.jdbc.core.JdbcTemplate", "org.springframework:spring-jdbc");
        LIBRARIES.put("tools.jackson.core.JsonParser", "tools.jackson.core:jackson-core");
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
        for (Map.Entry<String, String> library : LIBRARIES.entrySet()) {
            try {
                Class.forName(library.getKey(), false, SqliteStoreFactory.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError ex) {
                return library.getValue();
            }
        }
        return null;
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return new SqliteStore(settings, TreeSettings.DEFAULTS);
    }
}
