package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.Presence;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.ResolvedSegment;

/**
 * Shows chosen records in the order of time and id. Memory grows with the records of those blocks whose times overlap,
 * or with the window, not with their number. Used by one thread.
 */
final class OrderedExport {

    private final Deadline deadline;

    private final PriorityQueue<TelemetryRecord> waiting = new PriorityQueue<>(RecordPosition.ORDER);

    private final List<TelemetryRecord> taken = new ArrayList<>();

    OrderedExport(Deadline deadline) {
        this.deadline = deadline;
    }

    /** Shows all chosen records, while the snapshot is held; returns whether the visitor wants more. */
    boolean show(List<ResolvedSegment> segments, Predicate<TelemetryRecord> visitor) {
        List<Leaf> leaves = leaves(segments, this.deadline);
        leaves.sort(Comparator.comparingLong((Leaf leaf) -> leaf.block.first()));
        for (Leaf leaf : leaves) {
            if (!showBefore(leaf.block.first(), visitor)) {
                return false;
            }
            leaf.scan(Scan.Columns.RECORD, QueryEngine.checked(this.deadline, (view) -> {
                if (leaf.filter().matches(view)) {
                    this.waiting.add(view.record());
                }
                return true;
            }));
        }
        return showBefore(Long.MAX_VALUE, visitor);
    }

    /**
     * Takes in some chosen records of a database, to be shown once its snapshot is closed.
     *
     * @param most so many, and those of the same microsecond as the last
     * @return the time at which to go on; {@link Long#MAX_VALUE} when there are no more
     */
    long take(ResolvedSegment resolved, long from, long to, int most) {
        if (resolved.isEmpty()) {
            return Long.MAX_VALUE;
        }
        IndexedSegment segment = (IndexedSegment) resolved.segment();
        long[] next = {from, Long.MAX_VALUE};
        Scan scan = new Scan(resolved.filter(), from, to, Scan.Columns.RECORD, null, false);
        segment.scan(List.of(segment.whole()), scan, QueryEngine.checked(this.deadline, (view) -> {
            long at = view.timestampMicros();
            if (this.taken.size() >= most && at > next[0]) {
                next[1] = at;
                return false;
            }
            if (resolved.filter().matches(view)) {
                this.taken.add(view.record());
                next[0] = at;
            }
            return true;
        }));
        // A database shows them by time already; what is left to order are those of one microsecond.
        this.taken.sort(RecordPosition.ORDER);
        return next[1];
    }

    /** Shows what was taken in; returns whether the visitor wants more. */
    boolean showTaken(Predicate<TelemetryRecord> visitor) {
        for (TelemetryRecord record : this.taken) {
            this.deadline.check();
            if (!visitor.test(record)) {
                return false;
            }
        }
        this.taken.clear();
        return true;
    }

    private boolean showBefore(long before, Predicate<TelemetryRecord> visitor) {
        for (TelemetryRecord next = this.waiting.peek();
                next != null && next.timestampMicros() < before;
                next = this.waiting.peek()) {
            this.waiting.poll();
            this.deadline.check();
            if (!visitor.test(next)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the smallest blocks in which records may be chosen. */
    static List<Leaf> leaves(List<ResolvedSegment> segments, Deadline deadline) {
        List<Leaf> leaves = new ArrayList<>();
        for (ResolvedSegment resolved : segments) {
            if (!resolved.isEmpty()) {
                addLeaves(resolved, resolved.segment().blocks(), leaves, deadline);
            }
        }
        return leaves;
    }

    private static void addLeaves(
            ResolvedSegment resolved, List<? extends Block> blocks, List<Leaf> leaves, Deadline deadline) {
        ResolvedFilter filter = resolved.filter();
        for (Block block : blocks) {
            deadline.check();
            if (filter.matcher().overlaps(block) && Presence.mayHold(block, filter)) {
                List<? extends Block> children = block.children();
                if (children.isEmpty()) {
                    leaves.add(new Leaf(resolved, block));
                } else {
                    addLeaves(resolved, children, leaves, deadline);
                }
            }
        }
    }

    /** A block without children, and where it is. */
    record Leaf(ResolvedSegment resolved, Block block) {

        ResolvedFilter filter() {
            return this.resolved.filter();
        }

        void scan(Scan.Columns columns, Predicate<RecordView> visitor) {
            this.resolved.segment().scan(List.of(this.block), new Scan(filter(), columns), visitor);
        }
    }
}
