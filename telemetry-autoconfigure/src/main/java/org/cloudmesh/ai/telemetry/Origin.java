package org.cloudmesh.ai.telemetry;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where records come from: one process's recorder. All records of one recorder share one instance, so stores can keep
 * it once. Immutable.
 *
 * @param token identifies the recorder among all that write to the same store; first part of a record's id
 * @param command which program
 * @param run which start of it; null where the writer did not say
 * @param user who ran it: {@code name}, {@code host}, {@code pid}; unknown is null
 */
public record Origin(String token, String command, @Nullable String run, Map<String, @Nullable Object> user) {

    public Origin {
        user = Collections.unmodifiableMap(new LinkedHashMap<>(user));
    }
}
