package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.jspecify.annotations.Nullable;

/**
 * How a range of time, cut into buckets, is put together from blocks. Used by one thread.
 *
 * <p><b>Idea.</b> As with a segment tree, a range is made up of the largest blocks that lie in it, and of records at
 * its edges: with n records and a fan-out of f, some f log n blocks for each edge. A block is answered from its roll-up
 * when it lies within one bucket and the roll-up tells apart what the filter and the groups do. Otherwise its children
 * are looked at, and in the end its records. Blocks in which no chosen series has a record are passed over.
 *
 * <p><b>Exact where it is cheap.</b> Percentiles from roll-ups are within 1 %. Where few values are chosen, out of not
 * too many records, their records are looked at instead, so that the answer is exact.
 *
 * <p>Each record of the range is in exactly one step, since the children of a block are exactly its records.
 */
final class QueryPlan {

    // Looked at for the sake of exact percentiles, for each value: some dozens of milliseconds at most.
    private static final int RECORDS_A_VALUE = 8;

    private final long[] edges;

    private final Deadline deadline;

    private final boolean values;

    private boolean scansOnly;

    private final List<PlanStep> steps = new ArrayList<>();

    /**
     * Creates an empty plan.
     *
     * @param edges of the buckets, in microseconds since 1970, rising; the first and the last are those of the filter
     * @param values whether values are asked for; else records are counted, which roll-ups always tell by series
     */
    private QueryPlan(long[] edges, boolean values, Deadline deadline) {
        this.edges = edges;
        this.values = values;
        this.deadline = deadline;
    }

    /**
     * Plans to count records.
     *
     * @param segments each with the filter that is resolved for it
     */
    static List<PlanStep> ofCounts(List<ResolvedSegment> segments, long[] edges, Deadline deadline) {
        QueryPlan plan = new QueryPlan(edges, false, deadline);
        segments.forEach(plan::add);
        return plan.steps;
    }

    /**
     * Plans to sum up values.
     *
     * @param segments each with the filter that is resolved for it
     * @param few so many values are looked at one by one
     */
    static List<PlanStep> ofValues(List<ResolvedSegment> segments, long[] edges, int few, Deadline deadline) {
        QueryPlan plan = new QueryPlan(edges, true, deadline);
        segments.forEach(plan::add);
        if (!plan.isFew(few)) {
            return plan.steps;
        }
        return ofScans(segments, edges, deadline);
    }

    /** Plans to look at each record. */
    static List<PlanStep> ofScans(List<ResolvedSegment> segments, long[] edges, Deadline deadline) {
        QueryPlan plan = new QueryPlan(edges, true, deadline);
        plan.scansOnly = true;
        segments.forEach(plan::add);
        return plan.steps;
    }

    /** A segment and what the filter means there. */
    record ResolvedSegment(Segment segment, ResolvedFilter filter) {

        /** Returns whether it is certain that no record is chosen. */
        boolean isEmpty() {
            return this.segment instanceof IndexedSegment && this.filter.isEmpty();
        }
    }

    private void add(ResolvedSegment resolved) {
        if (resolved.isEmpty()) {
            return;
        }
        ResolvedFilter filter = resolved.filter();
        if (resolved.segment() instanceof IndexedSegment indexed
                && (filter.matcher().choosesBySystem()
                        || (this.scansOnly && !filter.isRare())
                        || indexed.finds(filter))) {
            scan(resolved, indexed.whole());
            return;
        }
        resolved.segment().blocks().forEach((block) -> visit(resolved, block));
    }

    private void visit(ResolvedSegment resolved, Block block) {
        ResolvedFilter filter = resolved.filter();
        if (!filter.matcher().overlaps(block)) {
            return;
        }
        this.deadline.check();
        if (filter.onlyRecordsTell() && !block.mayHold(filter)) {
            return;
        }
        int bucket = bucket(block);
        boolean usable = bucket >= 0 && !this.scansOnly && tellsApart(block, filter);
        if (usable && !filter.hasPartial()) {
            this.steps.add(new PlanStep(resolved.segment(), filter, List.of(block), bucket));
            return;
        }
        if (usable || looksForNone(resolved)) {
            Presence presence = Presence.of(block, filter);
            if (presence == Presence.NONE) {
                return;
            }
            if (usable && presence == Presence.WHOLE) {
                this.steps.add(new PlanStep(resolved.segment(), filter, List.of(block), bucket));
                return;
            }
        }
        List<? extends Block> children = block.children();
        if (children.isEmpty()) {
            scan(resolved, block);
        } else {
            children.forEach((child) -> visit(resolved, child));
        }
    }

    private boolean tellsApart(Block block, ResolvedFilter filter) {
        return switch (block.detail()) {
            case NONE -> false;
            case GROUPS ->
                (!this.values || filter.byGroup()) && !filter.matcher().choosesBySystem();
            case SERIES -> !filter.matcher().choosesBySystem();
        };
    }

    /**
     * Returns whether it pays to look into a roll-up for whether any record is chosen, before records are looked at.
     */
    private static boolean looksForNone(ResolvedSegment resolved) {
        return resolved.segment() instanceof IndexedSegment
                ? resolved.filter().isRare()
                : !resolved.filter().everySeries();
    }

    private void scan(ResolvedSegment resolved, Block block) {
        PlanStep last = this.steps.isEmpty() ? null : this.steps.get(this.steps.size() - 1);
        if (last != null && last.isScan() && last.segment() == resolved.segment()) {
            last.blocks().add(block);
        } else {
            List<Block> blocks = new ArrayList<>();
            blocks.add(block);
            this.steps.add(new PlanStep(resolved.segment(), resolved.filter(), blocks, -1));
        }
    }

    private int bucket(Block block) {
        int first = bucket(this.edges, block.first());
        return first >= 0 && first < this.edges.length - 1 && first == bucket(this.edges, block.last()) ? first : -1;
    }

    /** Returns the bucket of a time; -1 before the first one, and the number of buckets after the last. */
    static int bucket(long[] edges, long at) {
        int edge = Arrays.binarySearch(edges, at);
        return edge >= 0 ? edge : -2 - edge;
    }

    private boolean isFew(int few) {
        long values = 0;
        long records = 0;
        for (PlanStep step : this.steps) {
            long known = step.isScan() ? 0 : Math.max(0, step.blocks().get(0).records());
            records += known;
            values += step.filter().everySeries() ? known : 0;
            if (values > few || records > (long) RECORDS_A_VALUE * few) {
                return false;
            }
        }
        for (PlanStep step : this.steps) {
            Block block = step.blocks().get(0);
            boolean counted = block.records() >= 0;
            if (step.isScan() || (counted && step.filter().everySeries())) {
                continue;
            }
            this.deadline.check();
            Rollup rollup = block.rollup();
            RollupEntries counts = rollup == null ? RollupEntries.none() : rollup.counts();
            while (counts.next()) {
                records += counted ? 0 : counts.count();
                values += step.filter().isWhole(counts.series()) ? counts.count() : 0;
            }
            if (values > few || records > (long) RECORDS_A_VALUE * few) {
                return false;
            }
        }
        return true;
    }

    /** Which of the records of a block are chosen, as far as its roll-up tells. */
    enum Presence {
        NONE,
        WHOLE,
        UNKNOWN;

        /** Returns whether any record of the block may be chosen. */
        static boolean mayHold(Block block, ResolvedFilter filter) {
            if (filter.onlyRecordsTell() && !block.mayHold(filter)) {
                return false;
            }
            return filter.everySeries() || of(block, filter) != NONE;
        }

        static Presence of(Block block, ResolvedFilter filter) {
            if (filter.onlyRecordsTell() && !block.mayHold(filter)) {
                return NONE;
            }
            @Nullable Rollup rollup = block.detail() == Block.Detail.NONE ? null : block.rollup();
            if (rollup == null) {
                return UNKNOWN;
            }
            Presence presence = NONE;
            boolean partial = false;
            RollupEntries counts = rollup.counts();
            while (counts.next()) {
                partial |= filter.isPartial(counts.series());
                if (filter.isWhole(counts.series())) {
                    presence = WHOLE;
                }
            }
            return partial && block.mayHold(filter) ? UNKNOWN : presence;
        }
    }
}
