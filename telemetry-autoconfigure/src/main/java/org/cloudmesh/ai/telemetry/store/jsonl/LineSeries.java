package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.jspecify.annotations.Nullable;

/**
 * A series of the lines of one file. Each is a group of its own.
 *
 * @param id in the file's {@link LineSeriesCatalog}
 * @param metrics names of the metrics, in the order of the line
 * @param attributes those of low cardinality
 * @param carried keys of attributes of high cardinality, whose values only the lines have
 */
record LineSeries(
        int id,
        String command,
        @Nullable String run,
        String status,
        @Nullable String event,
        List<String> metrics,
        Map<String, String> attributes,
        List<String> carried)
        implements Series {

    @Override
    public int group() {
        return this.id;
    }

    @Override
    public boolean has(NamePattern metric) {
        return metric.prefix() ? this.metrics.stream().anyMatch(metric::matches) : this.metrics.contains(metric.text());
    }

    @Override
    public boolean fixes(String attribute) {
        return !this.carried.contains(attribute);
    }

    @Override
    public @Nullable String attribute(String key) {
        return this.attributes.get(key);
    }

    /** Returns all but the id as a list that is JSON. */
    List<@Nullable Object> toList() {
        List<@Nullable Object> list = new ArrayList<>();
        list.add(this.command);
        list.add(this.run);
        list.add(this.status);
        list.add(this.event);
        list.add(this.metrics);
        list.add(this.attributes);
        list.add(this.carried);
        return list;
    }

    /** Returns what {@link #toList()} made a list of. */
    static LineSeries of(int id, List<?> list) {
        Map<String, String> attributes = new LinkedHashMap<>();
        ((Map<?, ?>) list.get(5)).forEach((key, value) -> attributes.put(String.valueOf(key), String.valueOf(value)));
        return new LineSeries(
                id,
                String.valueOf(list.get(0)),
                text(list.get(1)),
                String.valueOf(list.get(2)),
                text(list.get(3)),
                texts(list.get(4)),
                attributes,
                texts(list.get(6)));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private static List<String> texts(Object list) {
        return ((List<?>) list).stream().map(String::valueOf).toList();
    }
}
