package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/**
 * What is in a packed file, and where: its stretches, the kinds of its lines, its summaries. JSON at the end of the file.
 *
 * @param stretches in the order of the file
 * @param kinds that summaries refer to
 * @param nodes of each level, that of single stretches first
 */
record Footer(List<Chunk> stretches, LineKinds kinds, List<List<Node>> nodes) {

    byte[] toBytes() {
        Map<String, Object> object = new LinkedHashMap<>();
        List<Object> stretches = new ArrayList<>();
        for (Chunk stretch : this.stretches) {
            stretches.add(List.of(
                    stretch.offset(),
                    stretch.stored(),
                    stretch.length(),
                    stretch.first(),
                    stretch.last(),
                    stretch.foreign(),
                    stretch.bad()));
        }
        object.put("stretches", stretches);
        object.put("kinds", this.kinds.toList());
        List<Object> levels = new ArrayList<>();
        for (List<Node> level : this.nodes) {
            List<Object> nodes = new ArrayList<>();
            for (Node node : level) {
                nodes.add(List.of(
                        node.from(), node.to(), node.first(), node.last(), node.offset(), node.length(), node.crc()));
            }
            levels.add(nodes);
        }
        object.put("summaries", levels);
        return RecordJson.bytes(object);
    }

    /**
     * Returns what {@link #toBytes()} made bytes of.
     *
     * @throws RuntimeException when they are not
     */
    static Footer of(byte[] bytes) {
        Map<String, ?> object = RecordJson.read(bytes, 0, bytes.length);
        List<Chunk> stretches = new ArrayList<>();
        for (List<?> list : lists(object.get("stretches"))) {
            stretches.add(new Chunk(
                    number(list, 0),
                    (int) number(list, 1),
                    (int) number(list, 2),
                    number(list, 3),
                    number(list, 4),
                    number(list, 5),
                    number(list, 6)));
        }
        List<List<Node>> levels = new ArrayList<>();
        for (List<?> level : lists(object.get("summaries"))) {
            List<Node> nodes = new ArrayList<>();
            for (List<?> list : lists(level)) {
                nodes.add(new Node(
                        (int) number(list, 0),
                        (int) number(list, 1),
                        number(list, 2),
                        number(list, 3),
                        number(list, 4),
                        (int) number(list, 5),
                        (int) number(list, 6),
                        null));
            }
            levels.add(nodes);
        }
        return new Footer(stretches, LineKinds.of(lists(object.get("kinds"))), levels);
    }

    private static List<List<?>> lists(@org.jspecify.annotations.Nullable Object value) {
        List<List<?>> lists = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach((item) -> lists.add((List<?>) item));
        }
        return lists;
    }

    private static long number(List<?> list, int index) {
        return ((Number) list.get(index)).longValue();
    }
}
