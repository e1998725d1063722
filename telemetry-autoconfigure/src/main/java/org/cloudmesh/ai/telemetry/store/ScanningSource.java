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
 * Answers all questions by looking at each record, for stores that have nothing better. Records come in blocks that know
 * the bounds of their times: blocks beyond the range asked for are not read, a page reads the newest ones alone, and records
 * are shown in order whatever the order within and between blocks. Memory grows with groups, names and page sizes, and for
 * {@link #forEach} with the records of those blocks whose times overlap, not with the number of records.
 */
public abstract class ScanningSource implements RecordSource {

    private static final int ROWS_BETWEEN_CHECKS = 256;

    /** Some records. */
    public interface Block {

        /** Returns a time that no record is before, in microseconds since 1970. */
        long first();

        /** Returns a time that no record is after, in microseconds since 1970. */
        long last();

        /**
         * Shows the records, in any order that is the same at each call.
         *
         * @param visitor returns whether it wants another
         */
        void scan(Predicate<Row> visitor);
    }

    /** One state of the store, until it is closed. */
    public interface Snapshot extends AutoCloseable {

        /** Returns the blocks, in the order in which they were stored. */
        List<? extends Block> blocks();

        @Override
        default void close() {}
    }

    /**
     * Fixes a state of the store.
     *
     * @param from records before, in microseconds since 1970, are not asked for
     * @param to records from there on are not asked for
     * @param deadline how long it may take
     */
    protected abstract Snapshot snapshot(long from, long to, Deadline deadline);

    @Override
    public List<RecordGroup> groups(RecordFilter filter, Deadline deadline) {
        Map<GroupKey, Group> groups = new LinkedHashMap<>();
        Group[] previous = {new Group(new GroupKey("", null, "", null))};
        matching(filter, deadline, (row) -> {
            String command = row.command();
            String run = row.run();
            String status = row.status();
            String event = row.event();
            if (previous[0].count == 0 || !previous[0].key.is(command, run, status, event)) {
                previous[0] = groups.computeIfAbsent(new GroupKey(command, run, status, event), Group::new);
            }
            previous[0].add(row.timestampMicros());
        });
        return groups.values().stream().map(Group::toRecordGroup).toList();
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        Map<String, Distribution> metrics = new HashMap<>();
        matching(filter, deadline, (row) -> {
            long at = row.timestampMicros();
            row.metrics((name, value) -> metrics.computeIfAbsent(name, (absent) -> new Distribution())
                    .add(value, at));
        });
        return metrics;
    }

    @Override
    public Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        Map<@Nullable String, Distribution> groups = new HashMap<>();
        matching(filter, deadline, (row) -> {
            double value = row.metric(metric);
            if (!Double.isNaN(value)) {
                groups.computeIfAbsent(key(by, row), (key) -> new Distribution())
                        .add(value, row.timestampMicros());
            }
        });
        return groups;
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        List<Distribution> buckets =
                Stream.generate(Distribution::new).limit(edges.length - 1).toList();
        RecordFilter range =
                filter.between(RecordMatcher.instant(edges[0]), RecordMatcher.instant(edges[edges.length - 1]));
        matching(range, deadline, (row) -> {
            double value = row.metric(metric);
            if (!Double.isNaN(value)) {
                int edge = Arrays.binarySearch(edges, row.timestampMicros());
                buckets.get(edge >= 0 ? edge : -2 - edge).add(value, row.timestampMicros());
            }
        });
        return buckets;
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        boolean[] found = {false};
        scan(RecordFilter.ALL, deadline, (row) -> {
            found[0] = !Double.isNaN(row.metric(metric));
            return !found[0];
        });
        return found[0];
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        Position position = after == null ? null : Position.parse(after);
        RecordMatcher matcher = new RecordMatcher(filter);
        // The oldest of the newest records so far is on top.
        PriorityQueue<TelemetryRecord> newest = new PriorityQueue<>(Position.ORDER);
        try (Snapshot snapshot = snapshot(matcher.from(), matcher.to(), deadline)) {
            for (Block block :
                    sorted(snapshot, Comparator.comparingLong(Block::last).reversed())) {
                TelemetryRecord oldest = newest.size() > limit ? newest.peek() : null;
                if (oldest != null && block.last() < oldest.timestampMicros()) {
                    break;
                }
                if (matcher.overlaps(block.first(), block.last())
                        && (position == null || block.first() <= position.at())) {
                    collect(block, matcher, position, limit, newest, deadline);
                }
            }
        }
        List<TelemetryRecord> records = new ArrayList<>(newest);
        records.sort(Position.ORDER.reversed());
        if (records.size() <= limit) {
            return new RecordPage(records, null);
        }
        List<TelemetryRecord> page = records.subList(0, limit);
        return new RecordPage(page, Position.of(page.get(limit - 1)).toString());
    }

    private static void collect(
            Block block,
            RecordMatcher matcher,
            @Nullable Position position,
            int limit,
            PriorityQueue<TelemetryRecord> newest,
            Deadline deadline) {
        block.scan(checked(deadline, (row) -> {
            TelemetryRecord oldest = newest.size() > limit ? newest.peek() : null;
            long at = row.timestampMicros();
            if ((oldest == null || at >= oldest.timestampMicros())
                    && (position == null || at <= position.at())
                    && matcher.matches(row)) {
                TelemetryRecord record = row.record();
                if (position == null || position.isAfter(record)) {
                    newest.add(record);
                    if (newest.size() > limit + 1) {
                        newest.poll();
                    }
                }
            }
            return true;
        }));
    }

    @Override
    public void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        PriorityQueue<TelemetryRecord> waiting = new PriorityQueue<>(Position.ORDER);
        try (Snapshot snapshot = snapshot(matcher.from(), matcher.to(), deadline)) {
            for (Block block : sorted(snapshot, Comparator.comparingLong(Block::first))) {
                if (!matcher.overlaps(block.first(), block.last())) {
                    continue;
                }
                if (!show(waiting, block.first(), visitor)) {
                    return;
                }
                block.scan(checked(deadline, (row) -> {
                    if (matcher.matches(row)) {
                        waiting.add(row.record());
                    }
                    return true;
                }));
            }
            show(waiting, Long.MAX_VALUE, visitor);
        }
    }

    private static boolean show(
            PriorityQueue<TelemetryRecord> waiting, long before, Predicate<TelemetryRecord> visitor) {
        for (TelemetryRecord next = waiting.peek();
                next != null && next.timestampMicros() < before;
                next = waiting.peek()) {
            waiting.poll();
            if (!visitor.test(next)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline) {
        Thinning<SystemReading> readings = new Thinning<>(limit);
        Map<?, ?>[] previous = {null};
        matching(filter, deadline, (row) -> {
            Map<String, @Nullable Object> system = row.system();
            if (system != null && system != previous[0] && !system.equals(previous[0])) {
                readings.add(new SystemReading(row.timestampMicros(), system));
            }
            previous[0] = system;
        });
        return readings.toList().stream()
                .sorted(Comparator.comparingLong(SystemReading::at))
                .toList();
    }

    private void matching(RecordFilter filter, Deadline deadline, Consumer<Row> action) {
        RecordMatcher matcher = new RecordMatcher(filter);
        scan(filter, deadline, (row) -> {
            if (matcher.matches(row)) {
                action.accept(row);
            }
            return true;
        });
    }

    private void scan(RecordFilter filter, Deadline deadline, Predicate<Row> visitor) {
        RecordMatcher matcher = new RecordMatcher(filter);
        boolean[] more = {true};
        try (Snapshot snapshot = snapshot(matcher.from(), matcher.to(), deadline)) {
            for (Block block : snapshot.blocks()) {
                if (more[0] && matcher.overlaps(block.first(), block.last())) {
                    block.scan(checked(deadline, (row) -> more[0] = visitor.test(row)));
                }
            }
        }
    }

    private static List<Block> sorted(Snapshot snapshot, Comparator<Block> order) {
        List<Block> blocks = new ArrayList<>(snapshot.blocks());
        blocks.sort(order);
        return blocks;
    }

    private static Predicate<Row> checked(Deadline deadline, Predicate<Row> visitor) {
        deadline.check();
        int[] rows = {0};
        return (row) -> {
            if (++rows[0] % ROWS_BETWEEN_CHECKS == 0) {
                deadline.check();
            }
            return visitor.test(row);
        };
    }

    private static @Nullable String key(@Nullable Dimension by, Row row) {
        if (by == null) {
            return "";
        }
        return switch (by.kind()) {
            case STATUS -> row.status();
            case COMMAND -> row.command();
            case EVENT -> row.event();
            case RUN -> row.run();
            case ATTRIBUTE -> row.attribute(String.valueOf(by.attribute()));
        };
    }

    private record GroupKey(
            String command,
            @Nullable String run,
            String status,
            @Nullable String event) {

        // Neighbours mostly share the very instances: no need to compare texts.
        @SuppressWarnings("ReferenceEquality")
        boolean is(String command, @Nullable String run, String status, @Nullable String event) {
            return this.command == command && this.run == run && this.status == status && this.event == event;
        }
    }

    private static final class Group {

        private final GroupKey key;

        private long count;

        private long first = Long.MAX_VALUE;

        private long last = Long.MIN_VALUE;

        Group(GroupKey key) {
            this.key = key;
        }

        void add(long at) {
            this.count++;
            this.first = Math.min(this.first, at);
            this.last = Math.max(this.last, at);
        }

        RecordGroup toRecordGroup() {
            return new RecordGroup(
                    this.key.command(),
                    this.key.run(),
                    this.key.status(),
                    this.key.event(),
                    this.count,
                    this.first,
                    this.last);
        }
    }
}
