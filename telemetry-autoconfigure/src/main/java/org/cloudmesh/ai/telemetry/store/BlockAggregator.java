package org.cloudmesh.ai.telemetry.store;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.RecordMatcher.Verdict;
import org.cloudmesh.ai.telemetry.store.ScanningSource.Block;
import org.jspecify.annotations.Nullable;

/**
 * Goes over blocks in the order in which they were stored. A block that lies within one bucket of time, and whose summary
 * can tell which of its records pass the filter, is answered from that; of others the parts are looked at, and the records
 * in the end.
 */
final class BlockAggregator {

    // Looked at once more for the sake of exact quantiles: some dozens of milliseconds at most.
    private static final long FEW_ENOUGH_TO_SCAN = 8L * Distribution.EXACT_LIMIT;

    private static final int ROWS_BETWEEN_CHECKS = 256;

    private final RecordMatcher matcher;

    private final long[] edges;

    private final Collector collector;

    private final Deadline deadline;

    private boolean rowsOnly;

    /**
     * Creates a walk.
     *
     * @param edges of the buckets, in microseconds since 1970, rising; the first and the last are those of the filter
     */
    BlockAggregator(RecordMatcher matcher, long[] edges, Collector collector, Deadline deadline) {
        this.matcher = matcher;
        this.edges = edges;
        this.collector = collector;
        this.deadline = deadline;
    }

    /** Is given what passes the filter. */
    interface Collector {

        /** Takes a record. */
        void row(int bucket, Row row);

        /** Takes those records of a summary that are chosen. */
        void summary(int bucket, Summary summary, Choice choice);

        /** Returns whether records of that kind matter. */
        default boolean wants(Summary.Kind kind) {
            return true;
        }

        /** Returns whether the kind is enough to know where its records go. */
        default boolean knowsPlaceOf(Summary.Kind kind) {
            return true;
        }
    }

    /** Which kinds of a summary pass. */
    interface Choice extends Predicate<Summary.Kind> {

        /** Returns whether all kinds pass that matter. */
        boolean all();
    }

    void run(List<? extends Block> blocks) {
        blocks.forEach(this::visit);
    }

    /** Does the same, but looks at each record where they are so few that quantiles are to be exact. */
    void runExactly(List<? extends Block> blocks) {
        Few few = new Few();
        for (Block block : blocks) {
            few.visit(block);
        }
        this.rowsOnly = few.values <= Distribution.EXACT_LIMIT && few.records <= FEW_ENOUGH_TO_SCAN;
        run(blocks);
    }

    private void visit(Block block) {
        if (!this.matcher.overlaps(block.first(), block.last())) {
            return;
        }
        this.deadline.check();
        int bucket = bucket(block);
        Decision decision = decision(block, bucket);
        if (decision != null && decision.none()) {
            return;
        }
        if (decision != null && bucket >= 0 && !decision.unclear && !this.rowsOnly) {
            this.collector.summary(bucket, decision.summary, decision);
            return;
        }
        List<? extends Block> parts = block.parts();
        if (parts.isEmpty()) {
            scan(block);
        } else {
            parts.forEach(this::visit);
        }
    }

    private @Nullable Decision decision(Block block, int bucket) {
        if (bucket < 0 && !this.matcher.choosesKinds()) {
            return null;
        }
        Summary summary = block.summary();
        return summary == null ? null : new Decision(summary);
    }

    private void scan(Block block) {
        boolean one = this.edges.length == 2;
        block.scan(checked(this.deadline, (row) -> {
            if (this.matcher.matches(row)) {
                this.collector.row(one ? 0 : bucket(row.timestampMicros()), row);
            }
            return true;
        }));
    }

    /** Returns a visitor that looks at the deadline now and then. */
    static Predicate<Row> checked(Deadline deadline, Predicate<Row> visitor) {
        deadline.check();
        int[] rows = {0};
        return (row) -> {
            if (++rows[0] % ROWS_BETWEEN_CHECKS == 0) {
                deadline.check();
            }
            return visitor.test(row);
        };
    }

    /** Returns the bucket that a block lies in; -1 when there is none. */
    private int bucket(Block block) {
        int first = bucket(block.first());
        return first >= 0 && first < this.edges.length - 1 && first == bucket(block.last()) ? first : -1;
    }

    private int bucket(long at) {
        int edge = Arrays.binarySearch(this.edges, at);
        return edge >= 0 ? edge : -2 - edge;
    }

    /** What the filter makes of a summary. */
    private final class Decision implements Choice {

        private final Summary summary;

        private boolean unclear;

        private boolean others;

        private long chosen;

        private long records;

        Decision(Summary summary) {
            this.summary = summary;
            summary.counts((kind, count, first, last) -> {
                this.records += count;
                if (BlockAggregator.this.collector.wants(kind)) {
                    add(kind, count);
                }
            });
        }

        private void add(Summary.Kind kind, long count) {
            Verdict verdict = BlockAggregator.this.matcher.decide(kind);
            if (verdict == Verdict.NO) {
                this.others = true;
                return;
            }
            this.chosen += count;
            this.unclear |= verdict == Verdict.UNKNOWN || !BlockAggregator.this.collector.knowsPlaceOf(kind);
        }

        boolean none() {
            return this.chosen == 0;
        }

        @Override
        public boolean all() {
            return !this.others;
        }

        @Override
        public boolean test(Summary.Kind kind) {
            return !this.others || BlockAggregator.this.matcher.decide(kind) == Verdict.YES;
        }
    }

    /** Counts what summaries would answer, until it is clearly much. */
    private final class Few {

        private long values;

        private long records;

        void visit(Block block) {
            if (this.values > Distribution.EXACT_LIMIT
                    || this.records > FEW_ENOUGH_TO_SCAN
                    || !BlockAggregator.this.matcher.overlaps(block.first(), block.last())) {
                return;
            }
            BlockAggregator.this.deadline.check();
            int bucket = bucket(block);
            Decision decision = decision(block, bucket);
            if (decision != null && decision.none()) {
                return;
            }
            if (decision != null && bucket >= 0 && !decision.unclear) {
                this.values += decision.chosen;
                this.records += decision.records;
            } else {
                block.parts().forEach(this::visit);
            }
        }
    }
}
