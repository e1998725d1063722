package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.Row;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of lines that a file has, and the names of its metrics, both counted from 1. Used by one thread to add; what was
 * added never changes.
 */
final class LineKinds {

    // An attribute with more values, such as a trace's id, does not make kinds.
    private static final int MOST_VALUES = 32;

    // With more kinds, attributes make no further ones.
    private static final int MOST_WITH_ATTRIBUTES = 512;

    private static final int MOST = 2048;

    // Each metric of each kind has a sketch of its own.
    private static final int MOST_METRICS = 1 << 14;

    private final List<LineKind> kinds = new ArrayList<>();

    private final List<String> metrics = new ArrayList<>();

    private final Map<List<@Nullable Object>, Integer> ids = new HashMap<>();

    private final Map<String, Integer> metricIds = new HashMap<>();

    private final Map<String, Set<String>> fewValues = new HashMap<>();

    private final Set<String> manyValues = new HashSet<>();

    private final List<@Nullable Object> probe = new ArrayList<>();

    private int pairs;

    private boolean full;

    /** Returns the kind of a line that has these metrics; 0 when there are too many kinds. */
    int of(Row row, String[] names, int count) {
        if (this.full) {
            return 0;
        }
        Integer id = this.ids.get(probe(row, names, count, this::hasFewValues));
        if (id != null) {
            return id;
        }
        boolean attributesToo = this.kinds.size() < MOST_WITH_ATTRIBUTES;
        if (attributesToo) {
            row.attributes(this::hasFewValues, this::learn);
            id = this.ids.get(probe(row, names, count, this::hasFewValues));
        } else {
            id = this.ids.get(probe(row, names, count, (key) -> false));
        }
        return id != null ? id : add(kind(row, names, count, attributesToo));
    }

    private List<@Nullable Object> probe(Row row, String[] names, int count, Predicate<String> values) {
        List<@Nullable Object> probe = this.probe;
        probe.clear();
        probe.add(row.command());
        probe.add(row.run());
        probe.add(row.status());
        probe.add(row.event());
        for (int i = 0; i < count; i++) {
            probe.add(names[i]);
        }
        row.attributes(values, this::addToProbe);
        return probe;
    }

    private void addToProbe(String key, @Nullable String value) {
        this.probe.add(null);
        this.probe.add(key);
        this.probe.add(value);
    }

    private boolean hasFewValues(String key) {
        return !this.manyValues.contains(key);
    }

    private void learn(String key, @Nullable String value) {
        if (value != null) {
            Set<String> values = this.fewValues.computeIfAbsent(key, (absent) -> new HashSet<>());
            values.add(value);
            if (values.size() > MOST_VALUES) {
                this.fewValues.remove(key);
                this.manyValues.add(key);
            }
        }
    }

    private LineKind kind(Row row, String[] names, int count, boolean attributesToo) {
        Map<String, String> attributes = new LinkedHashMap<>();
        List<String> varying = new ArrayList<>();
        row.attributes((key) -> attributesToo && hasFewValues(key), (key, value) -> {
            if (value != null) {
                attributes.put(key, value);
            } else {
                varying.add(key);
            }
        });
        return new LineKind(
                row.command(),
                row.run(),
                row.status(),
                row.event(),
                List.of(Arrays.copyOf(names, count)),
                attributes,
                varying);
    }

    private int add(LineKind kind) {
        this.pairs += kind.metrics().size();
        boolean twice = new HashSet<>(kind.metrics()).size() < kind.metrics().size();
        if (this.kinds.size() >= MOST || this.pairs > MOST_METRICS || twice) {
            this.full = true;
            return 0;
        }
        this.kinds.add(kind);
        this.ids.put(new ArrayList<>(this.probe), this.kinds.size());
        kind.metrics().forEach(this::metricId);
        return this.kinds.size();
    }

    private int metricId(String name) {
        return this.metricIds.computeIfAbsent(name, (absent) -> {
            this.metrics.add(name);
            return this.metrics.size();
        });
    }

    /** Returns whether there are too many kinds, so that no more summaries can be made. */
    boolean full() {
        return this.full;
    }

    /** Returns the kind of that number. */
    LineKind kind(int id) {
        return this.kinds.get(id - 1);
    }

    /** Returns the number of a metric's name; 0 when no kind has it. */
    int metric(String name) {
        return this.metricIds.getOrDefault(name, 0);
    }

    /** Returns the name of that number. */
    String metric(int id) {
        return this.metrics.get(id - 1);
    }

    /** Returns the kinds as a list that is JSON. */
    List<List<@Nullable Object>> toList() {
        return this.kinds.stream().map(LineKind::toList).toList();
    }

    /** Returns what {@link #toList()} made a list of; only to be read. */
    static LineKinds of(List<?> list) {
        LineKinds kinds = new LineKinds();
        for (Object kind : list) {
            kinds.kinds.add(LineKind.of((List<?>) kind));
        }
        kinds.kinds.forEach((kind) -> kind.metrics().forEach(kinds::metricId));
        return kinds;
    }

    /** Returns the kinds there are so far, which a reader may use while others are added. */
    LineKinds copy() {
        LineKinds copy = new LineKinds();
        copy.kinds.addAll(this.kinds);
        copy.metrics.addAll(this.metrics);
        copy.metricIds.putAll(this.metricIds);
        return copy;
    }
}
