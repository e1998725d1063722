package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.Presence;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.ResolvedSegment;
import org.jspecify.annotations.Nullable;

/**
 * Finds the latest chosen records: goes back in time, over blocks ordered by their last record, past those whose
 * roll-up has none that is chosen, and stops once no block left can hold a later one. Used by one thread.
 */
final class LatestRecords {

    // So many blocks at most are shown by one scan of a database, of whose records few are chosen.
    private static final int MOST_AT_ONCE = 256;

    private final @Nullable RecordPosition position;

    private final int limit;

    private final Deadline deadline;

    // Null when all records count, whatever their attributes.
    private @Nullable LatestByValue latest;

    // The oldest of the newest records so far is on top; one more than wanted, to know whether a page follows.
    private final PriorityQueue<TelemetryRecord> newest = new PriorityQueue<>(RecordPosition.ORDER);

    private final PriorityQueue<Candidate> candidates =
            new PriorityQueue<>(Comparator.comparingLong((Candidate candidate) -> candidate.block.last())
                    .reversed());

    /**
     * Creates a search.
     *
     * @param position where the page before ended; null for the first page
     */
    LatestRecords(@Nullable RecordPosition position, int limit, Deadline deadline) {
        this.position = position;
        this.limit = limit;
        this.deadline = deadline;
    }

    /**
     * Creates a search for the latest record of each value of an attribute.
     *
     * @param position where the page before ended; null for the first page
     * @param attribute its key
     * @param memory counts what is remembered of the pages before
     */
    static LatestRecords ofEach(
            @Nullable RecordPosition position, String attribute, int limit, LongConsumer memory, Deadline deadline) {
        LatestRecords search = new LatestRecords(position, limit, deadline);
        search.latest = search.new LatestByValue(attribute, memory);
        return search;
    }

    private record Candidate(ResolvedSegment resolved, Block block) {}

    RecordPage page(List<ResolvedSegment> segments) {
        if (this.latest != null && this.position != null) {
            this.latest.findBefore(segments, this.position);
        }
        segments.forEach(this::add);
        int atOnce = 1;
        for (Candidate next = this.candidates.poll(); next != null; next = this.candidates.poll()) {
            if (isComplete(next.block.last())) {
                break;
            }
            this.deadline.check();
            if (!mayHold(next)) {
                continue;
            }
            List<? extends Block> children = next.block.children();
            if (children.isEmpty()) {
                scan(next.resolved, run(next, atOnce));
                atOnce = Math.min(MOST_AT_ONCE, 2 * atOnce);
            } else {
                for (Block child : children) {
                    this.candidates.add(new Candidate(next.resolved, child));
                }
            }
        }
        return toPage();
    }

    private void add(ResolvedSegment resolved) {
        if (resolved.isEmpty()) {
            return;
        }
        ResolvedFilter filter = resolved.filter();
        if (resolved.segment() instanceof IndexedSegment indexed
                && (filter.everySeries() || filter.matcher().choosesBySystem() || indexed.finds(filter))) {
            this.candidates.add(new Candidate(resolved, indexed.whole()));
        } else {
            resolved.segment().blocks().forEach((block) -> this.candidates.add(new Candidate(resolved, block)));
        }
    }

    /** Returns the blocks before that one which are scanned with it, the last first. */
    private List<Block> run(Candidate first, int most) {
        List<Block> run = new ArrayList<>(List.of(first.block));
        boolean indexed = first.resolved.segment() instanceof IndexedSegment;
        while (indexed && run.size() < most) {
            Candidate next = this.candidates.peek();
            if (next == null || next.resolved != first.resolved) {
                break;
            }
            this.candidates.poll();
            this.deadline.check();
            if (!mayHold(next)) {
                continue;
            }
            List<? extends Block> children = next.block.children();
            if (children.isEmpty()) {
                run.add(next.block);
            }
            for (Block child : children) {
                this.candidates.add(new Candidate(next.resolved, child));
            }
        }
        return run;
    }

    /** Returns whether all is found that is wanted, when records up to a time are left. */
    private boolean isComplete(long last) {
        TelemetryRecord oldest = this.newest.peek();
        return oldest != null && this.newest.size() > this.limit && last < oldest.timestampMicros();
    }

    private boolean mayHold(Candidate candidate) {
        ResolvedFilter filter = candidate.resolved.filter();
        Block block = candidate.block;
        return filter.matcher().overlaps(block)
                && (this.position == null || block.first() <= this.position.at())
                && Presence.mayHold(block, filter);
    }

    private void scan(ResolvedSegment resolved, List<Block> blocks) {
        Segment segment = resolved.segment();
        ResolvedFilter filter = resolved.filter();
        boolean ordered = segment instanceof IndexedSegment;
        long to = this.position == null ? filter.to() : Math.min(filter.to(), this.position.at() + 1);
        Scan scan = new Scan(filter, filter.from(), to, Scan.Columns.RECORD, null, true);
        segment.scan(blocks, scan, QueryEngine.checked(this.deadline, (view) -> {
            if (isComplete(view.timestampMicros())) {
                return !ordered;
            }
            if (view.timestampMicros() < to && filter.matches(view)) {
                if (this.latest == null) {
                    add(view.record());
                } else {
                    this.latest.add(view);
                }
            }
            return true;
        }));
    }

    private void add(TelemetryRecord record) {
        if (this.position == null || this.position.isAfter(record)) {
            this.newest.add(record);
            if (this.newest.size() > this.limit + 1) {
                this.newest.poll();
            }
        }
    }

    /**
     * Keeps one record of each value. Values of which a record is not after the position were on a page before; they
     * are looked for first, so that memory grows with the number of pages before.
     */
    private final class LatestByValue {

        // A value and its place in a map, at the least.
        private static final int VALUE_BYTES = 100;

        private final String attribute;

        private final LongConsumer memory;

        private final Map<String, TelemetryRecord> kept = new HashMap<>();

        private final Set<String> before = new HashSet<>();

        LatestByValue(String attribute, LongConsumer memory) {
            this.attribute = attribute;
            this.memory = memory;
        }

        void findBefore(List<ResolvedSegment> segments, RecordPosition position) {
            Deadline deadline = LatestRecords.this.deadline;
            for (OrderedExport.Leaf leaf : OrderedExport.leaves(segments, deadline)) {
                if (leaf.block().last() >= position.at()) {
                    leaf.scan(Scan.Columns.RECORD, QueryEngine.checked(deadline, (view) -> {
                        if (view.timestampMicros() >= position.at()
                                && leaf.filter().matches(view)) {
                            addBefore(view, position);
                        }
                        return true;
                    }));
                }
            }
        }

        private void addBefore(RecordView view, RecordPosition position) {
            String value = view.attribute(this.attribute);
            if (value != null
                    && !this.before.contains(value)
                    && (view.timestampMicros() > position.at() || !position.isAfter(view.record()))) {
                this.memory.accept(VALUE_BYTES + 2L * value.length());
                this.before.add(value);
            }
        }

        void add(RecordView view) {
            String value = view.attribute(this.attribute);
            if (value == null || this.before.contains(value)) {
                return;
            }
            TelemetryRecord known = this.kept.get(value);
            if (known != null && known.timestampMicros() > view.timestampMicros()) {
                return;
            }
            TelemetryRecord record = view.record();
            if (known != null && RecordPosition.ORDER.compare(known, record) >= 0) {
                return;
            }
            if (known != null) {
                newest().remove(known);
            }
            this.kept.put(value, record);
            newest().add(record);
            if (newest().size() > LatestRecords.this.limit + 1) {
                TelemetryRecord oldest = newest().remove();
                this.kept.remove(String.valueOf(oldest.attributes().get(this.attribute)));
            }
        }

        private PriorityQueue<TelemetryRecord> newest() {
            return LatestRecords.this.newest;
        }
    }

    private RecordPage toPage() {
        List<TelemetryRecord> records = new ArrayList<>(this.newest);
        records.sort(RecordPosition.ORDER.reversed());
        if (records.size() <= this.limit) {
            return new RecordPage(records, null);
        }
        List<TelemetryRecord> page = records.subList(0, this.limit);
        return new RecordPage(page, RecordPosition.of(page.get(this.limit - 1)).toString());
    }
}
