package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.NamePattern;
import org.cloudmesh.ai.telemetry.store.Summary;
import org.jspecify.annotations.Nullable;

/**
 * What lines of a file have in common.
 *
 * @param metrics names of the metrics, in the order of the line
 * @param attributes those that all have
 * @param varying keys of attributes that have many values
 */
record LineKind(
        String command,
        @Nullable String run,
        String status,
        @Nullable String event,
        List<String> metrics,
        Map<String, String> attributes,
        List<String> varying)
        implements Summary.Kind {

    @Override
    public boolean has(NamePattern metric) {
        return metric.prefix() ? this.metrics.stream().anyMatch(metric::matches) : this.metrics.contains(metric.text());
    }

    @Override
    public boolean agreesIn(String attribute) {
        return !this.varying.contains(attribute);
    }

    @Override
    public @Nullable String attribute(String key) {
        return this.attributes.get(key);
    }

    /** Returns the kind as a list that is JSON; equal kinds give equal lists. */
    List<@Nullable Object> toList() {
        List<@Nullable Object> list = new ArrayList<>();
        list.add(this.command);
        list.add(this.run);
        list.add(this.status);
        list.add(this.event);
        list.add(this.metrics);
        list.add(this.attributes);
        list.add(this.varying);
        return list;
    }

    /** Returns what {@link #toList()} made a list of. */
    static LineKind of(List<?> list) {
        Map<String, String> attributes = new LinkedHashMap<>();
        ((Map<?, ?>) list.get(5)).forEach((key, value) -> attributes.put(String.valueOf(key), String.valueOf(value)));
        return new LineKind(
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
