package org.cloudmesh.ai.telemetry.store.jsonl;

import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/** Makes stores that append JSON lines to a file. Needs Jackson 3. */
public final class JsonlStoreFactory implements StoreFactory {

    @Override
    public int preference() {
        return 1;
    }

    @Override
    public String backend() {
        return "jsonl";
    }

    @Override
    public String extension() {
        return "jsonl";
    }

    @Override
    public @Nullable String missing() {
        try {
            Class.forName("tools.jackson.core.json.JsonFactory", false, JsonlStoreFactory.class.getClassLoader());
            return null;
        } catch (ClassNotFoundException ex) {
            return "tools.jackson.core:jackson-core";
        }
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        if (settings.path() == null) {
            throw new IllegalArgumentException("The jsonl store needs a path");
        }
        return new JsonlStore(settings.path(), settings.retention(), settings.clock());
    }
}
