package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.LargestFirst;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.ResolvedSegment;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.jspecify.annotations.Nullable;

/**
 * Finds the chosen records in which a metric is largest. Used by one thread.
 *
 * <p><b>Idea.</b> Best-first search, as branch and bound has it: a roll-up knows the greatest value of its block, so
 * blocks are opened from the greatest bound down, and the search ends when no block left can hold a larger value than
 * those that were found. A block without a roll-up may hold anything.
 *
 * <p>A database first shows values alone, which it reads several times faster than records; the records are read in the
 * end.
 */
final class LargestRecords {

    private static final Comparator<Found> ORDER = Comparator.comparingDouble((Found found) -> -found.value)
            .thenComparingLong((found) -> -found.at)
            .thenComparing((left, right) -> left.record == null || right.record == null
                    ? 0
                    : RecordPosition.ORDER.compare(right.record, left.record));

    private final String metric;

    private final int limit;

    private final Deadline deadline;

    private final LargestFirst order;

    // The least of the largest so far is on top.
    private final PriorityQueue<Found> largest = new PriorityQueue<>(ORDER.reversed());

    private final PriorityQueue<Candidate> candidates =
            new PriorityQueue<>(Comparator.comparingDouble((Candidate candidate) -> -candidate.bound)
                    .thenComparingLong((candidate) -> -candidate.block.last()));

    LargestRecords(String metric, int limit, Deadline deadline) {
        this.metric = metric;
        this.limit = limit;
        this.deadline = deadline;
        this.order = LargestFirst.of(metric);
    }

    /** A block and a value that none of its records exceeds. */
    private record Candidate(ResolvedSegment resolved, Block block, double bound) {}

    /** A value, its time, and the record or the block that it is in. */
    private record Found(
            double value,
            long at,
            ResolvedSegment resolved,
            Block block,
            @Nullable TelemetryRecord record) {}

    List<TelemetryRecord> find(List<ResolvedSegment> segments) {
        for (ResolvedSegment resolved : segments) {
            if (resolved.isEmpty()) {
                continue;
            }
            boolean found = resolved.segment() instanceof IndexedSegment indexed && indexed.finds(resolved.filter());
            add(
                    resolved,
                    found
                            ? List.of(((IndexedSegment) resolved.segment()).whole())
                            : resolved.segment().blocks());
        }
        for (Candidate next = this.candidates.poll(); next != null; next = this.candidates.poll()) {
            this.deadline.check();
            Found least = this.largest.size() < this.limit ? null : this.largest.element();
            if (least != null && next.bound < least.value) {
                break;
            }
            if (least != null && next.bound == least.value && next.block.last() < least.at) {
                continue;
            }
            List<? extends Block> children = next.block.children();
            if (children.isEmpty()) {
                scan(next);
            } else {
                add(next.resolved, children);
            }
        }
        return records();
    }

    private void add(ResolvedSegment resolved, List<? extends Block> blocks) {
        for (Block block : blocks) {
            ResolvedFilter filter = resolved.filter();
            if (filter.matcher().overlaps(block) && (!filter.onlyRecordsTell() || block.mayHold(filter))) {
                this.deadline.check();
                double bound = bound(block, filter);
                if (!Double.isNaN(bound)) {
                    this.candidates.add(new Candidate(resolved, block, bound));
                }
            }
        }
    }

    /** Returns a value that no chosen record of the block exceeds; NaN when none has the metric. */
    private double bound(Block block, ResolvedFilter filter) {
        Rollup rollup = block.detail() == Block.Detail.NONE ? null : block.rollup();
        if (rollup == null) {
            return Double.POSITIVE_INFINITY;
        }
        int id = filter.catalog().metric(this.metric);
        RollupEntries entries = id == 0 ? RollupEntries.none() : rollup.values(id);
        if (filter.everySeries() || block.detail() == Block.Detail.GROUPS) {
            // The first entry sums up all others, or is the only one.
            return entries.next() ? entries.max() : Double.NaN;
        }
        double bound = Double.NaN;
        while (entries.next()) {
            if (!entries.ofAll() && filter.isChosen(entries.series())) {
                bound = Double.isNaN(bound) ? entries.max() : Math.max(bound, entries.max());
            }
        }
        return bound;
    }

    private void scan(Candidate candidate) {
        ResolvedSegment resolved = candidate.resolved;
        ResolvedFilter filter = resolved.filter();
        boolean valuesFirst = resolved.segment() instanceof IndexedSegment;
        Scan scan = new Scan(
                filter,
                filter.from(),
                filter.to(),
                valuesFirst ? Scan.Columns.METRIC : Scan.Columns.RECORD,
                valuesFirst ? this.metric : null,
                false);
        Scan larger = this.largest.size() < this.limit ? scan : scan.atLeast(this.largest.element().value);
        resolved.segment().scan(List.of(candidate.block), larger, QueryEngine.checked(this.deadline, (view) -> {
            double value = view.metric(this.metric) + 0.0;
            if (!Double.isNaN(value) && mayEnter(value, view.timestampMicros()) && filter.matches(view)) {
                this.largest.add(new Found(
                        value, view.timestampMicros(), resolved, candidate.block, valuesFirst ? null : view.record()));
                if (this.largest.size() > this.limit) {
                    this.largest.poll();
                }
            }
            return true;
        }));
    }

    private boolean mayEnter(double value, long at) {
        Found least = this.largest.size() < this.limit ? null : this.largest.element();
        return least == null || value > least.value || (value == least.value && at >= least.at);
    }

    private List<TelemetryRecord> records() {
        List<TelemetryRecord> records = new ArrayList<>();
        double least = this.largest.isEmpty() ? 0 : this.largest.element().value;
        Set<Long> read = new HashSet<>();
        for (Found found : this.largest) {
            if (found.record != null) {
                records.add(found.record);
            } else if (read.add(found.at)) {
                read(found, least, records);
            }
        }
        // Of a database, all records of a moment were read, equal ones included.
        return records.stream().sorted(this.order).limit(this.limit).toList();
    }

    private void read(Found found, double least, List<TelemetryRecord> records) {
        ResolvedFilter filter = found.resolved.filter();
        Scan scan = new Scan(filter, found.at, found.at + 1, Scan.Columns.RECORD, null, false);
        // Records of one moment can be in two blocks.
        Block whole = ((IndexedSegment) found.resolved.segment()).whole();
        found.resolved.segment().scan(List.of(whole), scan, QueryEngine.checked(this.deadline, (view) -> {
            if (view.metric(this.metric) >= least && filter.matches(view)) {
                records.add(view.record());
            }
            return true;
        }));
    }
}
