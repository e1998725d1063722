package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * The column {@code during}: the object's values in the order of its fields as a JSON array, nulls at its end left out.
 * That is a fifth of the object's size. An object of other fields, which another release wrote, stays an object. The
 * view {@code telemetry} knows both.
 */
final class DuringColumn {

    private static final List<String> FIELDS = List.of(
            "seconds",
            "readings",
            "cpu_percent_avg",
            "cpu_percent_max",
            "memory_used_max",
            "gpu_percent_avg",
            "gpu_percent_max",
            "gpu_memory_used_max",
            "gpu_energy");

    private DuringColumn() {}

    static @Nullable String write(@Nullable Map<String, @Nullable Object> during) {
        if (during == null) {
            return null;
        }
        if (!FIELDS.equals(List.copyOf(during.keySet()))) {
            return RecordJson.write(during);
        }
        List<@Nullable Object> values = new ArrayList<>(during.values());
        while (!values.isEmpty() && values.get(values.size() - 1) == null) {
            values.remove(values.size() - 1);
        }
        return JsonLists.write(values);
    }

    static @Nullable Map<String, @Nullable Object> read(@Nullable String json) {
        if (json == null) {
            return null;
        }
        if (!json.startsWith("[")) {
            return Collections.unmodifiableMap(RecordJson.read(json));
        }
        List<?> values = JsonLists.list(json);
        Map<String, @Nullable Object> during = new LinkedHashMap<>();
        for (int i = 0; i < FIELDS.size(); i++) {
            during.put(FIELDS.get(i), i < values.size() ? values.get(i) : null);
        }
        return Collections.unmodifiableMap(during);
    }
}
