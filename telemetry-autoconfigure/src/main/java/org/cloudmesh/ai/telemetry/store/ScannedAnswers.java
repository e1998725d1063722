package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Answers out of records that are shown one by one, for a store that knows no faster way. Memory grows with the answer,
 * not with the records.
 */
final class ScannedAnswers {

    private final RecordSource source;

    private final Deadline deadline;

    ScannedAnswers(RecordSource source, Deadline deadline) {
        this.source = source;
        this.deadline = deadline;
    }

    List<TelemetryRecord> largest(String metric, RecordFilter filter, int limit) {
        Comparator<TelemetryRecord> order = LargestFirst.of(metric);
        PriorityQueue<TelemetryRecord> largest = new PriorityQueue<>(order.reversed());
        forEach(filter.having(metric), (record) -> {
            largest.add(record);
            if (largest.size() > limit) {
                largest.poll();
            }
        });
        return largest.stream().sorted(order).toList();
    }

    RecordPage latestOfEach(String attribute, RecordFilter filter, @Nullable String after, int limit) {
        int colon = after == null ? 0 : after.indexOf(':');
        long at = after == null ? Long.MAX_VALUE : Long.parseLong(after.substring(0, colon));
        String id = after == null ? "" : after.substring(colon + 1);
        RecordFilter having = filter.havingAttribute(attribute);
        Set<String> seen = new HashSet<>();
        List<TelemetryRecord> latest = new ArrayList<>();
        String next = null;
        do {
            RecordPage page = this.source.page(having, next, TelemetryReader.MAX_ITEMS, this.deadline);
            for (TelemetryRecord record : page.records()) {
                String value = record.attributes().get(attribute);
                if (value == null || !seen.add(value)) {
                    continue;
                }
                long time = record.timestampMicros();
                if (after == null || time < at || (time == at && record.id().compareTo(id) < 0)) {
                    latest.add(record);
                }
                if (latest.size() > limit) {
                    TelemetryRecord last = latest.get(limit - 1);
                    return new RecordPage(latest.subList(0, limit), last.timestampMicros() + ":" + last.id());
                }
            }
            next = page.next();
        } while (next != null);
        return new RecordPage(latest, null);
    }

    GroupedSeries series(
            String metric,
            RecordFilter filter,
            @Nullable Dimension by,
            @Nullable Set<@Nullable String> keys,
            long[] edges) {
        if (by != null && by.kind() == Dimension.Kind.NODE) {
            return byNode(
                    metric,
                    filter.between(EpochMicros.instant(edges[0]), EpochMicros.instant(edges[edges.length - 1])),
                    keys,
                    edges.length - 1,
                    (one) -> this.source.series(metric, one, edges, this.deadline));
        }
        RecordFilter range =
                filter.between(EpochMicros.instant(edges[0]), EpochMicros.instant(edges[edges.length - 1]));
        double[] bounds = new double[edges.length];
        for (int i = 0; i < edges.length; i++) {
            bounds[i] = edges[i];
        }
        return series(metric, range, by, keys, bounds, TelemetryRecord::timestampMicros);
    }

    GroupedSeries curve(
            String metric,
            String axis,
            RecordFilter filter,
            @Nullable Dimension by,
            Set<@Nullable String> keys,
            double[] edges) {
        if (by != null && by.kind() == Dimension.Kind.NODE) {
            return byNode(
                    metric,
                    filter.having(axis),
                    keys,
                    edges.length - 1,
                    (one) -> curve(metric, axis, one, null, keys, edges).others());
        }
        return series(metric, filter.having(axis), by, keys, edges, (record) -> value(record, axis));
    }

    /** Asks once for each node: records do not tell theirs. */
    private GroupedSeries byNode(
            String metric,
            RecordFilter filter,
            @Nullable Set<@Nullable String> keys,
            int buckets,
            Function<RecordFilter, List<Distribution>> points) {
        Dimension node = Dimension.of(Dimension.Kind.NODE);
        Map<@Nullable String, List<Distribution>> groups = new HashMap<>();
        List<Distribution> others = GroupedSeries.empty(buckets);
        for (String key :
                this.source.metric(metric, filter, node, this.deadline).keySet()) {
            List<Distribution> one = points.apply(filter.toBuilder().node(key).build());
            if (keys == null || keys.contains(key)) {
                groups.put(key, one);
            } else {
                for (int i = 0; i < buckets; i++) {
                    others.get(i).merge(one.get(i));
                }
            }
        }
        return new GroupedSeries(groups, others);
    }

    private GroupedSeries series(
            String metric,
            RecordFilter filter,
            @Nullable Dimension by,
            @Nullable Set<@Nullable String> keys,
            double[] edges,
            ToDoubleFunction<TelemetryRecord> axis) {
        int buckets = edges.length - 1;
        Map<@Nullable String, List<Distribution>> groups = new HashMap<>();
        List<Distribution> others = GroupedSeries.empty(buckets);
        forEach(filter.having(metric), (record) -> {
            int bucket = GroupedSeries.bucket(edges, axis.applyAsDouble(record));
            if (bucket >= 0) {
                String key = by == null ? null : by.of(record);
                List<Distribution> points = by != null && (keys == null || keys.contains(key))
                        ? groups.computeIfAbsent(key, (absent) -> GroupedSeries.empty(buckets))
                        : others;
                points.get(bucket).add(value(record, metric), record.timestampMicros());
            }
        });
        return new GroupedSeries(groups, others);
    }

    Map<String, AttributeCount> attributes(RecordFilter filter, @Nullable String name) {
        Map<String, AttributeValues> found = new LinkedHashMap<>();
        forEach(
                filter,
                (record) -> record.attributes().forEach((key, value) -> {
                    if (name == null || name.equals(key)) {
                        found.computeIfAbsent(key, (absent) -> new AttributeValues((bytes) -> {}))
                                .add(value, 1);
                    }
                }));
        Map<String, AttributeCount> counts = new LinkedHashMap<>();
        found.forEach((key, values) -> counts.put(key, values.toCount()));
        return counts;
    }

    private void forEach(RecordFilter filter, Consumer<TelemetryRecord> action) {
        this.source.forEach(
                filter,
                (record) -> {
                    action.accept(record);
                    return true;
                },
                this.deadline);
    }

    private static double value(TelemetryRecord record, String metric) {
        for (int i = 0; i < record.metricCount(); i++) {
            if (record.metricName(i).equals(metric)) {
                return record.metricValue(i);
            }
        }
        return Double.NaN;
    }
}
