package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.query.MemoryRecordView;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/** Answers by looking at each record, in the plainest way there is: what all stores are compared with. */
public final class PlainScan implements RecordSource {

    private static final Comparator<TelemetryRecord> ORDER =
            Comparator.comparingLong(TelemetryRecord::timestampMicros).thenComparing(TelemetryRecord::id);

    private final List<TelemetryRecord> records;

    public PlainScan(List<TelemetryRecord> records) {
        this.records = records.stream().sorted(ORDER).toList();
    }

    private Stream<TelemetryRecord> matching(RecordFilter filter) {
        long from = filter.from() == null ? Long.MIN_VALUE : EpochMicros.micros(filter.from());
        long to = filter.to() == null ? Long.MAX_VALUE : EpochMicros.micros(filter.to());
        return this.records.stream()
                .filter((record) ->
                        record.timestampMicros() >= from && record.timestampMicros() < to && matches(filter, record));
    }

    private static boolean matches(RecordFilter filter, TelemetryRecord record) {
        if (!filter.matches(new MemoryRecordView(record))) {
            return false;
        }
        for (RecordFilter.SystemCondition condition : filter.system()) {
            Map<String, @Nullable Object> system = record.system();
            if (system == null
                    || !(system.get(condition.field()) instanceof Number number)
                    || !condition.comparison().holds(number.doubleValue(), condition.value())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<RecordGroup> groups(RecordFilter filter, Deadline deadline) {
        Map<List<@Nullable String>, RecordGroup> groups = new LinkedHashMap<>();
        matching(filter).forEach((record) -> {
            String command = record.origin().command();
            String run = record.origin().run();
            String status = record.status().value();
            List<@Nullable String> key = new ArrayList<>();
            key.add(command);
            key.add(run);
            key.add(status);
            key.add(record.event());
            long at = record.timestampMicros();
            RecordGroup known = groups.get(key);
            groups.put(
                    key,
                    known == null
                            ? new RecordGroup(command, run, status, record.event(), 1, at, at)
                            : new RecordGroup(
                                    command, run, status, record.event(), known.count() + 1, known.first(), at));
        });
        return List.copyOf(groups.values());
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        Map<String, Distribution> metrics = new HashMap<>();
        matching(filter).forEach((record) -> {
            for (int i = 0; i < record.metricCount(); i++) {
                metrics.computeIfAbsent(record.metricName(i), (name) -> new Distribution())
                        .add(record.metricValue(i), record.timestampMicros());
            }
        });
        return metrics;
    }

    @Override
    public Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        Map<@Nullable String, Distribution> groups = new HashMap<>();
        matching(filter).forEach((record) -> {
            double value = value(record, metric);
            if (!Double.isNaN(value)) {
                groups.computeIfAbsent(key(record, by), (key) -> new Distribution())
                        .add(value, record.timestampMicros());
            }
        });
        return groups;
    }

    private static double value(TelemetryRecord record, String metric) {
        for (int i = 0; i < record.metricCount(); i++) {
            if (record.metricName(i).equals(metric)) {
                return record.metricValue(i);
            }
        }
        return Double.NaN;
    }

    private static @Nullable String key(TelemetryRecord record, @Nullable Dimension by) {
        if (by == null) {
            return "";
        }
        return switch (by.kind()) {
            case STATUS -> record.status().value();
            case COMMAND -> record.origin().command();
            case EVENT -> record.event();
            case RUN -> record.origin().run();
            case NODE -> null;
            case ATTRIBUTE -> record.attributes().get(by.attribute());
        };
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        List<Distribution> points = new ArrayList<>();
        for (int i = 0; i < edges.length - 1; i++) {
            points.add(new Distribution());
        }
        matching(filter.between(null, null)).forEach((record) -> {
            long at = record.timestampMicros();
            double value = value(record, metric);
            for (int i = 0; i < points.size() && !Double.isNaN(value); i++) {
                if (at >= edges[i] && at < edges[i + 1]) {
                    points.get(i).add(value, at);
                }
            }
        });
        return points;
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        return this.records.stream().anyMatch((record) -> !Double.isNaN(value(record, metric)));
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        List<TelemetryRecord> rest = matching(filter)
                .filter((record) -> after == null || position(record).compareTo(after) < 0)
                .sorted(ORDER.reversed())
                .limit(limit + 1L)
                .toList();
        List<TelemetryRecord> page = rest.subList(0, Math.min(limit, rest.size()));
        return new RecordPage(page, rest.size() > limit ? position(page.get(limit - 1)) : null);
    }

    private static String position(TelemetryRecord record) {
        return String.format("%020d:%s", record.timestampMicros(), record.id());
    }

    @Override
    public void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, Deadline deadline) {
        matching(filter).allMatch(visitor);
    }

    @Override
    public List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline) {
        throw new UnsupportedOperationException("Stores show different readings of the same machine");
    }
}
