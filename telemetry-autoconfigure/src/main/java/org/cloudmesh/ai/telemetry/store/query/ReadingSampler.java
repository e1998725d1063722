package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.query.OrderedExport.Leaf;
import org.jspecify.annotations.Nullable;

/**
 * Collects the machine's readings that chosen records carry. Few blocks are read as they are. Of many, so much is read
 * as it takes to see the machine at evenly spaced moments: the beginning of a block that is hardly longer than the time
 * between two moments, all of a longer one. The first and the last block are always read to the end. Used by one
 * thread.
 */
final class ReadingSampler {

    // Blocks that are read to the end, each of which may be a megabyte to be unpacked.
    private static final int FEW = 32;

    // Records in which a block must show one that passes the filter, if it is not read to the end.
    private static final int BEGINNING = 256;

    private final RecordMatcher matcher;

    private final Deadline deadline;

    private final int limit;

    private final EvenSampler<SystemReading> readings;

    private @Nullable Map<String, @Nullable Object> previous;

    private long addedAt;

    private @Nullable SystemReading latest;

    // The moment from which the next reading is wanted, and the time from one to the next.
    private long next = Long.MIN_VALUE;

    private long step;

    ReadingSampler(RecordMatcher matcher, int limit, Deadline deadline) {
        this.matcher = matcher;
        this.limit = limit;
        this.deadline = deadline;
        this.readings = new EvenSampler<>(limit);
    }

    /** Returns the readings, the oldest first. */
    List<SystemReading> run(List<Leaf> leaves) {
        if (leaves.size() <= FEW) {
            leaves.forEach((leaf) -> scan(leaf, this::addIfChanged));
        } else {
            sample(leaves);
        }
        return this.readings.toList().stream()
                .sorted(Comparator.comparingLong(SystemReading::at))
                .toList();
    }

    // Neighbours mostly share the very instance: no need to compare what is in it.
    @SuppressWarnings("ReferenceEquality")
    private void addIfChanged(Map<String, @Nullable Object> system, long at) {
        if (system != this.previous && !system.equals(this.previous)) {
            this.readings.add(new SystemReading(at, system));
            this.addedAt = at;
        }
        this.previous = system;
    }

    private void sample(List<Leaf> leaves) {
        List<Span> spans = new ArrayList<>();
        for (Leaf leaf : leaves) {
            Span span = span(leaf);
            if (span != null) {
                spans.add(span);
            }
        }
        if (spans.isEmpty()) {
            return;
        }
        spans.sort(Comparator.comparingLong(Span::first));
        long first = Math.max(this.matcher.from(), spans.get(0).first());
        long last = first;
        for (Span span : spans) {
            last = Math.max(last, Math.min(this.matcher.to() - 1, span.last()));
        }
        this.next = first;
        this.step = step(spans, last - first);
        for (Span span : spans) {
            this.deadline.check();
            // At the edges of the range, only some of the block is within.
            if (span.first() <= first || span.last() >= last || span.length() >= 2 * this.step) {
                scan(span.leaf(), this::addIfDue);
            } else if (span.last() >= this.next) {
                scanBeginning(span);
                this.next = after(span.last());
            }
        }
        SystemReading latest = this.latest;
        if (latest != null && latest.at() > this.addedAt) {
            addIfChanged(latest.system(), latest.at());
        }
    }

    /**
     * Returns the span of a block, which is looked at when its bounds are not known; null when nothing in it passes.
     */
    private @Nullable Span span(Leaf leaf) {
        if (leaf.block().first() != Long.MIN_VALUE) {
            return new Span(leaf, leaf.block().first(), leaf.block().last());
        }
        long[] bounds = {Long.MAX_VALUE, Long.MIN_VALUE};
        scan(leaf, (system, at) -> {
            bounds[0] = Math.min(bounds[0], at);
            bounds[1] = Math.max(bounds[1], at);
        });
        return bounds[0] > bounds[1] ? null : new Span(leaf, bounds[0], bounds[1]);
    }

    /**
     * Returns a time between readings that makes no more than are wanted, nor has more than a few blocks read to the
     * end.
     */
    private long step(List<Span> spans, long range) {
        long step = range / Math.max(1, this.limit - 1) + 1;
        if (spans.size() <= FEW) {
            return step;
        }
        long[] lengths = spans.stream().mapToLong(Span::length).sorted().toArray();
        return Math.max(step, lengths[lengths.length - 1 - FEW] / 2 + 1);
    }

    private long after(long at) {
        return at < this.next ? this.next : this.next + ((at - this.next) / this.step + 1) * this.step;
    }

    private void addIfDue(Map<String, @Nullable Object> system, long at) {
        if (at >= this.next) {
            addIfChanged(system, at);
            this.next = after(at);
        }
        if (this.latest == null || at >= this.latest.at()) {
            this.latest = new SystemReading(at, system);
        }
    }

    private void scanBeginning(Span span) {
        int[] records = {0};
        span.leaf().scan(Scan.Columns.RECORD, QueryEngine.checked(this.deadline, (view) -> {
            Map<String, @Nullable Object> system = view.system();
            if (system != null && this.matcher.matches(view)) {
                addIfChanged(system, view.timestampMicros());
                return false;
            }
            return ++records[0] < BEGINNING;
        }));
    }

    private void scan(Leaf leaf, ObjLongConsumer<Map<String, @Nullable Object>> visitor) {
        leaf.scan(Scan.Columns.RECORD, QueryEngine.checked(this.deadline, (view) -> {
            Map<String, @Nullable Object> system = view.system();
            if (system != null && this.matcher.matches(view)) {
                visitor.accept(system, view.timestampMicros());
            }
            return true;
        }));
    }

    /** A block and the bounds of its times. */
    private record Span(Leaf leaf, long first, long last) {

        long length() {
            return this.last - this.first;
        }
    }
}
