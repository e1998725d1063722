package org.cloudmesh.ai.telemetry.store.json;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloudmesh.ai.telemetry.Origin;
import org.jspecify.annotations.Nullable;

/** Gives equal origins one instance, a bounded number of them. Thread-safe. */
final class Origins {

    private static final int MOST = 10_000;

    private final Map<Origin, Origin> origins = new ConcurrentHashMap<>();

    Origin origin(String token, String command, @Nullable String run, Map<String, @Nullable Object> user) {
        if (this.origins.size() > MOST) {
            this.origins.clear();
        }
        Origin origin = new Origin(token, command, run, user);
        Origin known = this.origins.putIfAbsent(origin, origin);
        return known == null ? origin : known;
    }
}
