package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.rollup.AttributeCardinality;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.cloudmesh.ai.telemetry.store.rollup.SeriesCatalog;
import org.jspecify.annotations.Nullable;

/** The series of the lines of one file. Used by one thread to add; what was added never changes. */
final class LineSeriesCatalog implements SeriesCatalog {

    // With more series, attributes make no further ones.
    private static final int MOST_WITH_ATTRIBUTES = 512;

    private static final int MOST = 2048;

    // Each metric of each series has a sketch of its own.
    private static final int MOST_METRICS = 1 << 14;

    private final List<LineSeries> series = new ArrayList<>();

    private final List<String> metrics = new ArrayList<>();

    private final Map<List<@Nullable Object>, Integer> ids = new HashMap<>();

    private final Map<String, Integer> metricIds = new HashMap<>();

    private final AttributeCardinality cardinality = new AttributeCardinality();

    private final List<@Nullable Object> probe = new ArrayList<>();

    private int pairs;

    private boolean full;

    /** Returns the id of the series of a line that has these metrics; 0 when there are too many series. */
    int of(RecordView row, String[] names, int count) {
        if (this.full) {
            return 0;
        }
        Integer id = this.ids.get(probe(row, names, count, this::hasFewValues));
        if (id != null) {
            return id;
        }
        boolean attributesToo = this.series.size() < MOST_WITH_ATTRIBUTES;
        if (attributesToo) {
            row.attributes(this::hasFewValues, this::learn);
            id = this.ids.get(probe(row, names, count, this::hasFewValues));
        } else {
            id = this.ids.get(probe(row, names, count, (key) -> false));
        }
        return id != null ? id : add(create(row, names, count, attributesToo));
    }

    private List<@Nullable Object> probe(RecordView row, String[] names, int count, Predicate<String> values) {
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
        return !this.cardinality.isHigh(key);
    }

    private void learn(String key, @Nullable String value) {
        if (value != null) {
            if (this.cardinality.admits(key, value)) {
                this.cardinality.add(key, value);
            } else {
                this.cardinality.setHigh(key);
            }
        }
    }

    private LineSeries create(RecordView row, String[] names, int count, boolean attributesToo) {
        Map<String, String> attributes = new LinkedHashMap<>();
        List<String> carried = new ArrayList<>();
        row.attributes((key) -> attributesToo && hasFewValues(key), (key, value) -> {
            if (value != null) {
                attributes.put(key, value);
            } else {
                carried.add(key);
            }
        });
        return new LineSeries(
                this.series.size() + 1,
                row.command(),
                row.run(),
                row.status(),
                row.event(),
                List.of(Arrays.copyOf(names, count)),
                attributes,
                carried);
    }

    private int add(LineSeries series) {
        this.pairs += series.metrics().size();
        boolean twice =
                new HashSet<>(series.metrics()).size() < series.metrics().size();
        if (this.series.size() >= MOST || this.pairs > MOST_METRICS || twice) {
            this.full = true;
            return 0;
        }
        this.series.add(series);
        this.ids.put(new ArrayList<>(this.probe), series.id());
        series.metrics().forEach(this::addMetric);
        return series.id();
    }

    private void addMetric(String name) {
        if (this.metricIds.putIfAbsent(name, this.metrics.size() + 1) == null) {
            this.metrics.add(name);
        }
    }

    @Override
    public void forEach(Consumer<? super Series> visitor) {
        this.series.forEach(visitor);
    }

    @Override
    public LineSeries series(int id) {
        return this.series.get(id - 1);
    }

    @Override
    public int metric(String name) {
        return this.metricIds.getOrDefault(name, 0);
    }

    @Override
    public String metric(int id) {
        return this.metrics.get(id - 1);
    }

    /** Returns the ids of a series' metrics, in their order. */
    int[] metricsOf(int id) {
        return series(id).metrics().stream().mapToInt(this::metric).toArray();
    }

    /** Returns the series as a list that is JSON. */
    List<List<@Nullable Object>> toList() {
        return this.series.stream().map(LineSeries::toList).toList();
    }

    /** Returns what {@link #toList()} made a list of; only to be read. */
    static LineSeriesCatalog of(List<?> list) {
        LineSeriesCatalog catalog = new LineSeriesCatalog();
        for (Object series : list) {
            catalog.series.add(LineSeries.of(catalog.series.size() + 1, (List<?>) series));
        }
        catalog.series.forEach((series) -> series.metrics().forEach(catalog::addMetric));
        return catalog;
    }

    /** Returns the series there are so far, which a reader may use while others are added. */
    LineSeriesCatalog copy() {
        LineSeriesCatalog copy = new LineSeriesCatalog();
        copy.series.addAll(this.series);
        copy.metrics.addAll(this.metrics);
        copy.metricIds.putAll(this.metricIds);
        return copy;
    }
}
