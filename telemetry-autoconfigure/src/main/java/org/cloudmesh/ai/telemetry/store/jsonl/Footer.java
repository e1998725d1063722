package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/**
 * What is in a packed file, and where: its chunks, the catalog of its lines, its summaries. JSON at the end of the
 * file.
 *
 * @param chunks in the order of the file
 * @param catalog that summaries refer to
 * @param nodes of each level, that of single chunks first
 * @param filters what chunks may hold, where that is known
 */
record Footer(
        List<Chunk> chunks,
        LineSeriesCatalog catalog,
        List<List<StoredRollup>> nodes,
        List<ChunkFilter.Stored> filters) {

    byte[] toBytes() {
        Map<String, Object> object = new LinkedHashMap<>();
        List<Object> chunks = new ArrayList<>();
        for (Chunk chunk : this.chunks) {
            chunks.add(List.of(
                    chunk.offset(),
                    chunk.stored(),
                    chunk.length(),
                    chunk.first(),
                    chunk.last(),
                    chunk.foreign(),
                    chunk.bad()));
        }
        object.put("stretches", chunks);
        object.put("kinds", this.catalog.toList());
        List<Object> levels = new ArrayList<>();
        for (List<StoredRollup> level : this.nodes) {
            List<Object> nodes = new ArrayList<>();
            for (StoredRollup node : level) {
                nodes.add(List.of(
                        node.from(), node.to(), node.first(), node.last(), node.offset(), node.length(), node.crc()));
            }
            levels.add(nodes);
        }
        object.put("summaries", levels);
        List<Object> filters = new ArrayList<>();
        for (ChunkFilter.Stored filter : this.filters) {
            filters.add(List.of(filter.from(), filter.to(), filter.offset(), filter.length()));
        }
        object.put("filters", filters);
        return RecordJson.bytes(object);
    }

    /**
     * Returns what {@link #toBytes()} made bytes of.
     *
     * @throws RuntimeException when they are not
     */
    static Footer of(byte[] bytes) {
        Map<String, ?> object = RecordJson.read(bytes, 0, bytes.length);
        List<Chunk> chunks = new ArrayList<>();
        for (List<?> list : lists(object.get("stretches"))) {
            chunks.add(new Chunk(
                    number(list, 0),
                    (int) number(list, 1),
                    (int) number(list, 2),
                    number(list, 3),
                    number(list, 4),
                    number(list, 5),
                    number(list, 6)));
        }
        List<List<StoredRollup>> levels = new ArrayList<>();
        for (List<?> level : lists(object.get("summaries"))) {
            List<StoredRollup> nodes = new ArrayList<>();
            for (List<?> list : lists(level)) {
                nodes.add(new StoredRollup(
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
        List<ChunkFilter.Stored> filters = new ArrayList<>();
        for (List<?> list : lists(object.get("filters"))) {
            filters.add(new ChunkFilter.Stored(
                    (int) number(list, 0), (int) number(list, 1), number(list, 2), (int) number(list, 3), null));
        }
        return new Footer(chunks, LineSeriesCatalog.of(lists(object.get("kinds"))), levels, filters);
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
