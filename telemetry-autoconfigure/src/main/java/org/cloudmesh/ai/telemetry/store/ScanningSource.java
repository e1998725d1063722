package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Answers all questions by looking at records. They come in blocks that know the bounds of their times: blocks beyond the
 * range asked for are not read, a page reads the newest ones alone, and records are shown in order whatever the order within
 * and between blocks. A block may have a summary and parts: then only what the summary cannot tell is read. Memory grows with groups, names and page sizes, and for
 * {@link #forEach} with the records of those blocks whose times overlap, not with the number of records.
 */
public abstract class ScanningSource implements RecordSource {

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

        /** Returns what is known of the records without looking at each; null when nothing is. */
        default @Nullable Summary summary() {
            return null;
        }

        /** Returns the smaller blocks that the block is made of, in the order in which they were stored; often none. */
        default List<? extends Block> parts() {
            return List.of();
        }
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
        GroupCounter groups = new GroupCounter();
        try (Snapshot snapshot = snapshot(filter, deadline)) {
            walk(filter, groups, deadline).run(snapshot.blocks());
        }
        return groups.toList();
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        MetricCollector metrics = new MetricCollector();
        try (Snapshot snapshot = snapshot(filter, deadline)) {
            walk(filter, metrics, deadline).runExactly(snapshot.blocks());
        }
        return metrics.toMap();
    }

    @Override
    public Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        ValueCollector values = new ValueCollector(metric, by, 1);
        try (Snapshot snapshot = snapshot(filter, deadline)) {
            walk(filter, values, deadline).runExactly(snapshot.blocks());
        }
        return values.groups(0);
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        RecordFilter range =
                filter.between(RecordMatcher.instant(edges[0]), RecordMatcher.instant(edges[edges.length - 1]));
        ValueCollector values = new ValueCollector(metric, null, edges.length - 1);
        try (Snapshot snapshot = snapshot(range, deadline)) {
            new BlockAggregator(new RecordMatcher(range), edges, values, deadline).runExactly(snapshot.blocks());
        }
        List<Distribution> buckets = new ArrayList<>();
        for (int i = 0; i < edges.length - 1; i++) {
            buckets.add(values.groups(i).getOrDefault("", new Distribution()));
        }
        return buckets;
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        try (Snapshot snapshot = snapshot(RecordFilter.ALL, deadline)) {
            return knows(metric, snapshot.blocks(), deadline);
        }
    }

    private static boolean knows(String metric, List<? extends Block> blocks, Deadline deadline) {
        boolean[] found = {false};
        for (Block block : blocks) {
            Summary summary = block.summary();
            if (summary != null) {
                found[0] = summary.metrics().contains(metric);
            } else if (!block.parts().isEmpty()) {
                found[0] = knows(metric, block.parts(), deadline);
            } else {
                block.scan(BlockAggregator.checked(deadline, (row) -> {
                    found[0] = !Double.isNaN(row.metric(metric));
                    return !found[0];
                }));
            }
            if (found[0]) {
                return true;
            }
        }
        return false;
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        Position position = after == null ? null : Position.parse(after);
        RecordMatcher matcher = new RecordMatcher(filter);
        // The oldest of the newest records so far is on top.
        PriorityQueue<TelemetryRecord> newest = new PriorityQueue<>(Position.ORDER);
        PriorityQueue<Block> blocks =
                new PriorityQueue<>(Comparator.comparingLong(Block::last).reversed());
        try (Snapshot snapshot = snapshot(filter, deadline)) {
            blocks.addAll(snapshot.blocks());
            for (Block block = blocks.poll(); block != null; block = blocks.poll()) {
                TelemetryRecord oldest = newest.size() > limit ? newest.peek() : null;
                if (oldest != null && block.last() < oldest.timestampMicros()) {
                    break;
                }
                if (matcher.overlaps(block.first(), block.last())
                        && (position == null || block.first() <= position.at())
                        && mayHold(block, matcher)) {
                    if (block.parts().isEmpty()) {
                        collect(block, matcher, position, limit, newest, deadline);
                    } else {
                        deadline.check();
                        blocks.addAll(block.parts());
                    }
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

    /** Returns whether any record of a block may pass, as far as its summary tells. */
    private static boolean mayHold(Block block, RecordMatcher matcher) {
        Summary summary = matcher.choosesKinds() ? block.summary() : null;
        if (summary == null) {
            return true;
        }
        boolean[] found = {false};
        summary.counts((kind, count, first, last) -> found[0] |= matcher.decide(kind) != RecordMatcher.Verdict.NO);
        return found[0];
    }

    private static void collect(
            Block block,
            RecordMatcher matcher,
            @Nullable Position position,
            int limit,
            PriorityQueue<TelemetryRecord> newest,
            Deadline deadline) {
        block.scan(BlockAggregator.checked(deadline, (row) -> {
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
        try (Snapshot snapshot = snapshot(filter, deadline)) {
            List<Block> blocks = new ArrayList<>();
            addLeaves(snapshot.blocks(), matcher, blocks, deadline);
            blocks.sort(Comparator.comparingLong(Block::first));
            for (Block block : blocks) {
                if (!show(waiting, block.first(), visitor)) {
                    return;
                }
                block.scan(BlockAggregator.checked(deadline, (row) -> {
                    if (matcher.matches(row)) {
                        waiting.add(row.record());
                    }
                    return true;
                }));
            }
            show(waiting, Long.MAX_VALUE, visitor);
        }
    }

    private static void addLeaves(
            List<? extends Block> blocks, RecordMatcher matcher, List<Block> leaves, Deadline deadline) {
        for (Block block : blocks) {
            deadline.check();
            if (matcher.overlaps(block.first(), block.last()) && mayHold(block, matcher)) {
                if (block.parts().isEmpty()) {
                    leaves.add(block);
                } else {
                    addLeaves(block.parts(), matcher, leaves, deadline);
                }
            }
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
        RecordMatcher matcher = new RecordMatcher(filter);
        try (Snapshot snapshot = snapshot(filter, deadline)) {
            List<Block> blocks = new ArrayList<>();
            addLeaves(snapshot.blocks(), matcher, blocks, deadline);
            return new ReadingWalk(matcher, limit, deadline).run(blocks);
        }
    }

    private Snapshot snapshot(RecordFilter filter, Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        return snapshot(matcher.from(), matcher.to(), deadline);
    }

    private static BlockAggregator walk(RecordFilter filter, BlockAggregator.Collector collector, Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        return new BlockAggregator(matcher, new long[] {matcher.from(), matcher.to()}, collector, deadline);
    }
}
