package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/** JSON arrays, and objects of texts, as columns carry them. */
final class JsonLists {

    private JsonLists() {}

    static String write(Iterable<?> values) {
        List<Object> list = new ArrayList<>();
        values.forEach(list::add);
        return new JsonBuffer(64).value(list).toString();
    }

    static List<String> texts(String json) {
        List<String> texts = new ArrayList<>();
        for (Object value : list(json)) {
            texts.add(String.valueOf(value));
        }
        return texts;
    }

    static double[] numbers(String json) {
        return list(json).stream()
                .mapToDouble((value) -> value instanceof Number number ? number.doubleValue() : Double.NaN)
                .toArray();
    }

    static Map<String, String> textMap(String json) {
        Map<String, String> map = new LinkedHashMap<>();
        RecordJson.read(json).forEach((key, value) -> map.put(key, String.valueOf(value)));
        return map;
    }

    static List<?> list(String json) {
        return RecordJson.read("{\"list\":" + json + "}").get("list") instanceof List<?> list ? list : List.of();
    }
}
