package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Answers all questions by looking at each record, for stores that have nothing better. Memory grows with the groups, names
 * and page sizes asked for, not with the records.
 */
public abstract class ScanningSource implements RecordSource {

    private static final Comparator<TelemetryRecord> BY_TIME =
            Comparator.comparingLong(TelemetryRecord::timestampMicros).thenComparing(TelemetryRecord::id);

    /**
     * Shows all records, in any order that is the same at each call.
     *
     * @param range whose {@code from} and {@code to} allow to leave records out; the caller filters again
     * @param visitor returns whether it wants another
     * @param deadline how long it may take
     */
    protected abstract void scan(RecordFilter range, Predicate<TelemetryRecord> visitor, Deadline deadline);

    @Override
    public List<RecordGroup> groups(RecordFilter filter, Deadline deadline) {
        Map<List<@Nullable String>, long[]> groups = new LinkedHashMap<>();
        matching(filter, deadline, (record) -> {
            List<@Nullable String> key = Arrays.asList(
                    record.origin().command(),
                    record.origin().run(),
                    record.status().value(),
                    record.event());
            long at = record.timestampMicros();
            long[] group = groups.computeIfAbsent(key, (k) -> new long[] {0, at, at});
            group[0]++;
            group[1] = Math.min(group[1], at);
            group[2] = Math.max(group[2], at);
        });
        List<RecordGroup> result = new ArrayList<>();
        groups.forEach((key, group) -> result.add(new RecordGroup(
                String.valueOf(key.get(0)),
                key.get(1),
                String.valueOf(key.get(2)),
                key.get(3),
                group[0],
                group[1],
                group[2])));
        return result;
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        Map<String, Distribution> metrics = new HashMap<>();
        matching(filter, deadline, (record) -> {
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
        matching(filter, deadline, (record) -> {
            int index = indexOf(metric, record);
            if (index >= 0) {
                groups.computeIfAbsent(key(by, record), (key) -> new Distribution())
                        .add(record.metricValue(index), record.timestampMicros());
            }
        });
        return groups;
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        List<Distribution> buckets =
                Stream.generate(Distribution::new).limit(edges.length - 1).toList();
        matching(
                filter.between(RecordMatcher.instant(edges[0]), RecordMatcher.instant(edges[edges.length - 1])),
                deadline,
                (record) -> {
                    int index = indexOf(metric, record);
                    if (index >= 0) {
                        int edge = Arrays.binarySearch(edges, record.timestampMicros());
                        buckets.get(edge >= 0 ? edge : -2 - edge)
                                .add(record.metricValue(index), record.timestampMicros());
                    }
                });
        return buckets;
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        boolean[] found = {false};
        scan(
                RecordFilter.ALL,
                (record) -> {
                    deadline.check();
                    found[0] = indexOf(metric, record) >= 0;
                    return !found[0];
                },
                deadline);
        return found[0];
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        Position position = after == null ? null : Position.parse(after);
        PriorityQueue<TelemetryRecord> newest = new PriorityQueue<>(BY_TIME);
        matching(filter, deadline, (record) -> {
            if (position == null || position.isAfter(record)) {
                newest.add(record);
                if (newest.size() > limit + 1) {
                    newest.poll();
                }
            }
        });
        List<TelemetryRecord> records = new ArrayList<>(newest);
        records.sort(BY_TIME.reversed());
        if (records.size() <= limit) {
            return new RecordPage(records, null);
        }
        List<TelemetryRecord> page = records.subList(0, limit);
        return new RecordPage(page, Position.of(page.get(limit - 1)).toString());
    }

    @Override
    public void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        scan(
                filter,
                (record) -> {
                    deadline.check();
                    return !matcher.matches(record) || visitor.test(record);
                },
                deadline);
    }

    @Override
    public List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline) {
        Thinning<SystemReading> readings = new Thinning<>(limit);
        Map<?, ?>[] previous = {null};
        matching(filter, deadline, (record) -> {
            Map<String, @Nullable Object> system = record.system();
            if (system != null && !system.equals(previous[0])) {
                readings.add(new SystemReading(record.timestampMicros(), system));
                previous[0] = system;
            }
        });
        return readings.toList();
    }

    private void matching(RecordFilter filter, Deadline deadline, Consumer<TelemetryRecord> action) {
        forEach(
                filter,
                (record) -> {
                    action.accept(record);
                    return true;
                },
                deadline);
    }

    private static int indexOf(String metric, TelemetryRecord record) {
        for (int i = 0; i < record.metricCount(); i++) {
            if (record.metricName(i).equals(metric)) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable String key(@Nullable Dimension by, TelemetryRecord record) {
        if (by == null) {
            return "";
        }
        return switch (by.kind()) {
            case STATUS -> record.status().value();
            case COMMAND -> record.origin().command();
            case EVENT -> record.event();
            case RUN -> record.origin().run();
            case ATTRIBUTE -> record.attributes().get(by.attribute());
        };
    }

    private record Position(long at, String id) {

        static Position of(TelemetryRecord record) {
            return new Position(record.timestampMicros(), record.id());
        }

        static Position parse(String text) {
            int colon = text.indexOf(':');
            try {
                return new Position(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
            } catch (RuntimeException ex) {
                throw new QueryException(QueryException.Reason.BAD_CURSOR, "The cursor is not one of this store", ex);
            }
        }

        boolean isAfter(TelemetryRecord record) {
            int byTime = Long.compare(this.at, record.timestampMicros());
            return byTime > 0 || (byTime == 0 && this.id.compareTo(record.id()) > 0);
        }

        @Override
        public String toString() {
            return this.at + ":" + this.id;
        }
    }
}
