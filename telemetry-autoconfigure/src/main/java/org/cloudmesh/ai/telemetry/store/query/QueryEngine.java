package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.AttributeCount;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.GroupedSeries;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.Presence;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.ResolvedSegment;
import org.cloudmesh.ai.telemetry.store.query.Storage.Snapshot;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.jspecify.annotations.Nullable;

/**
 * Answers all questions about the records of a store: the one place that knows how, whatever the store. Thread-safe.
 *
 * <p><b>Idea.</b> A store shows its records as segments (such as files), which are trees of {@link Block}s. Blocks know
 * the bounds of their times and may have a {@link org.cloudmesh.ai.telemetry.store.rollup.Rollup}. The filter is
 * resolved once for each segment, by series ({@link ResolvedFilter}); a {@link QueryPlan} puts the range together from
 * the largest blocks and from scans; an {@link Aggregator} adds up what they give. A new question is an aggregator, or
 * a search over blocks, and a new filter is a condition of {@link RecordFilter}: stores need not know either. A
 * database may do more than show records, see {@link IndexedSegment}.
 *
 * <p><b>Failure.</b> Deadlines hold in each stage. Memory grows with groups, names and page sizes, not with records;
 * what grows is counted before it is taken ({@link QueryMemory}).
 */
public final class QueryEngine implements RecordSource {

    /** How many groups an answer may have: an attribute may have a value of its own in each record. */
    public static final int MOST_GROUPS = 50_000;

    /** The key of the only group where no dimension makes groups. */
    static final String ALL_RECORDS = "";

    private static final int RECORDS_BETWEEN_CHECKS = 256;

    private final Storage storage;

    private final int few;

    /** Creates an engine. */
    public QueryEngine(Storage storage) {
        this(storage, Distribution.EXACT_LIMIT);
    }

    /**
     * Creates an engine.
     *
     * @param few so many values are looked at one by one, so that percentiles are exact
     */
    public QueryEngine(Storage storage, int few) {
        this.storage = storage;
        this.few = few;
    }

    @Override
    public List<RecordGroup> groups(RecordFilter filter, Deadline deadline) {
        try (QueryMemory memory = new QueryMemory()) {
            GroupAggregator groups = new GroupAggregator(memory);
            addAll(filter, groups, deadline, (segments, edges) -> QueryPlan.ofCounts(segments, edges, deadline));
            return groups.toList();
        }
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        try (QueryMemory memory = new QueryMemory()) {
            MetricAggregator metrics = new MetricAggregator(memory);
            addAll(
                    filter,
                    metrics,
                    deadline,
                    (segments, edges) -> QueryPlan.ofValues(segments, edges, this.few, deadline));
            return metrics.toMap();
        }
    }

    @Override
    public Set<String> metricNames(RecordFilter filter, Deadline deadline) {
        try (QueryMemory memory = new QueryMemory()) {
            NameAggregator names = new NameAggregator(memory);
            addAll(filter, names, deadline, (segments, edges) -> QueryPlan.ofCounts(segments, edges, deadline));
            return names.toSet();
        }
    }

    /** Adds up all chosen records, whatever their time. */
    private void addAll(
            RecordFilter filter,
            Aggregator aggregator,
            Deadline deadline,
            BiFunction<List<ResolvedSegment>, long[], List<PlanStep>> plan) {
        RecordMatcher matcher = new RecordMatcher(filter);
        long[] edges = {matcher.from(), matcher.to()};
        try (Snapshot snapshot = snapshot(matcher, deadline)) {
            List<ResolvedSegment> segments = resolve(snapshot, filter, null, null, deadline);
            run(plan.apply(segments, edges), aggregator, edges, deadline);
        }
    }

    @Override
    public Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        return values(metric, filter, by, new long[] {matcher.from(), matcher.to()}, deadline)
                .get(0);
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        RecordFilter range =
                filter.between(EpochMicros.instant(edges[0]), EpochMicros.instant(edges[edges.length - 1]));
        List<Distribution> points = new ArrayList<>();
        for (Map<@Nullable String, Distribution> groups : values(metric, range, null, edges, deadline)) {
            Distribution point = groups.get(ALL_RECORDS);
            points.add(point == null ? new Distribution() : point);
        }
        return points;
    }

    @Override
    public GroupedSeries series(
            String metric,
            RecordFilter filter,
            Dimension by,
            @Nullable Set<@Nullable String> keys,
            long[] edges,
            Deadline deadline) {
        RecordFilter range =
                filter.between(EpochMicros.instant(edges[0]), EpochMicros.instant(edges[edges.length - 1]));
        try (QueryMemory memory = new QueryMemory()) {
            ValueAggregator values = new ValueAggregator(metric, by, keys, edges.length - 1, memory);
            addValues(values, metric, range, by, edges, deadline);
            return values.toSeries();
        }
    }

    @Override
    public GroupedSeries curve(
            String metric,
            String axis,
            RecordFilter filter,
            @Nullable Dimension by,
            Set<@Nullable String> keys,
            double[] edges,
            Deadline deadline) {
        RecordFilter chosen = filter.having(axis);
        RecordMatcher matcher = new RecordMatcher(chosen);
        long[] range = {matcher.from(), matcher.to()};
        try (QueryMemory memory = new QueryMemory()) {
            CurveAggregator curve = new CurveAggregator(metric, axis, by, keys, edges, memory);
            try (Snapshot snapshot = snapshot(matcher, deadline)) {
                List<ResolvedSegment> segments = resolve(snapshot, chosen, metric, by, deadline);
                run(QueryPlan.ofScans(segments, range, deadline), curve, range, deadline);
            }
            return curve.toSeries();
        }
    }

    @Override
    public List<TelemetryRecord> largest(String metric, RecordFilter filter, int limit, Deadline deadline) {
        RecordFilter chosen = filter.given(metric);
        try (Snapshot snapshot = snapshot(new RecordMatcher(chosen), deadline)) {
            return new LargestRecords(metric, limit, deadline).find(resolve(snapshot, chosen, metric, null, deadline));
        }
    }

    @Override
    public Map<String, AttributeCount> attributes(RecordFilter filter, @Nullable String name, Deadline deadline) {
        RecordFilter chosen =
                name == null ? filter : filter.toBuilder().attribute(name).build();
        try (QueryMemory memory = new QueryMemory()) {
            AttributeAggregator attributes = new AttributeAggregator(name, false, memory);
            addAll(chosen, attributes, deadline, (segments, edges) -> QueryPlan.ofCounts(segments, edges, deadline));
            if (!attributes.needsRecords()) {
                return attributes.toMap();
            }
            AttributeAggregator records = new AttributeAggregator(name, true, memory);
            addAll(chosen, records, deadline, (segments, edges) -> QueryPlan.ofScans(segments, edges, deadline));
            return records.toMap();
        }
    }

    @Override
    public boolean findsAttributes(Deadline deadline) {
        return this.storage.findsAttributes(deadline);
    }

    @Override
    public long unreadable(Deadline deadline) {
        try (Snapshot snapshot = snapshot(new RecordMatcher(RecordFilter.ALL), deadline)) {
            return snapshot.unreadable();
        }
    }

    /** Sums up one metric by bucket of time, and in each by group. */
    private List<Map<@Nullable String, Distribution>> values(
            String metric, RecordFilter filter, @Nullable Dimension by, long[] edges, Deadline deadline) {
        try (QueryMemory memory = new QueryMemory()) {
            ValueAggregator values = new ValueAggregator(metric, by, edges.length - 1, memory);
            addValues(values, metric, filter, by, edges, deadline);
            List<Map<@Nullable String, Distribution>> buckets = new ArrayList<>();
            for (int i = 0; i < edges.length - 1; i++) {
                buckets.add(values.groups(i));
            }
            return buckets;
        }
    }

    private void addValues(
            ValueAggregator values,
            String metric,
            RecordFilter filter,
            @Nullable Dimension by,
            long[] edges,
            Deadline deadline) {
        // Records without the metric have nothing to add, so leaving them in keeps "all records" recognisable.
        RecordFilter chosen = filter.given(metric);
        if (edges[0] < edges[edges.length - 1]) {
            try (Snapshot snapshot = snapshot(new RecordMatcher(chosen), deadline)) {
                List<ResolvedSegment> segments = resolve(snapshot, chosen, metric, by, deadline);
                run(QueryPlan.ofValues(segments, edges, this.few, deadline), values, edges, deadline);
            }
        }
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        RecordFilter filter = RecordFilter.ALL.having(metric);
        try (Snapshot snapshot = snapshot(new RecordMatcher(filter), deadline)) {
            for (ResolvedSegment resolved : resolve(snapshot, filter, null, null, deadline)) {
                if (!resolved.isEmpty() && knows(resolved, resolved.segment().blocks(), deadline)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean knows(ResolvedSegment resolved, List<? extends Block> blocks, Deadline deadline) {
        boolean[] found = {false};
        for (Block block : blocks) {
            deadline.check();
            Presence presence = Presence.of(block, resolved.filter());
            if (presence == Presence.WHOLE) {
                return true;
            }
            if (presence == Presence.UNKNOWN) {
                if (block.children().isEmpty()) {
                    Scan scan = new Scan(resolved.filter(), Scan.Columns.RECORD);
                    resolved.segment().scan(List.of(block), scan, checked(deadline, (view) -> {
                        found[0] = resolved.filter().matches(view);
                        return !found[0];
                    }));
                } else {
                    found[0] = knows(resolved, block.children(), deadline);
                }
            }
            if (found[0]) {
                return true;
            }
        }
        return false;
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        RecordPosition position = after == null ? null : RecordPosition.parse(after);
        try (Snapshot snapshot = snapshot(new RecordMatcher(filter), deadline)) {
            List<ResolvedSegment> segments = resolve(snapshot, filter, null, null, deadline);
            return new LatestRecords(position, limit, deadline).page(segments);
        }
    }

    @Override
    public RecordPage latestOfEach(
            String attribute, RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        RecordPosition position = after == null ? null : RecordPosition.parse(after);
        RecordFilter chosen = filter.toBuilder().attribute(attribute).build();
        try (QueryMemory memory = new QueryMemory();
                Snapshot snapshot = snapshot(new RecordMatcher(chosen), deadline)) {
            List<ResolvedSegment> segments = resolve(snapshot, chosen, null, null, deadline);
            return LatestRecords.ofEach(position, attribute, limit, memory, deadline)
                    .page(segments);
        }
    }

    @Override
    public void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, Deadline deadline) {
        int window = this.storage.exportWindow();
        if (window > 0) {
            forEach(filter, visitor, window, deadline);
            return;
        }
        try (Snapshot snapshot = snapshot(new RecordMatcher(filter), deadline)) {
            new OrderedExport(deadline).show(resolve(snapshot, filter, null, null, deadline), visitor);
        }
    }

    private void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, int window, Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        OrderedExport export = new OrderedExport(deadline);
        long from = matcher.from();
        long to = matcher.to();
        boolean first = true;
        while (from < to) {
            try (Snapshot snapshot = snapshot(matcher, deadline)) {
                ResolvedSegment resolved =
                        resolve(snapshot, filter, null, null, deadline).get(0);
                if (first) {
                    // What comes in meanwhile is not shown, or a busy recorder would keep this going for ever.
                    long last = ((IndexedSegment) resolved.segment()).whole().last();
                    to = Math.min(to, last == Long.MAX_VALUE ? last : last + 1);
                    first = false;
                }
                from = export.take(resolved, from, to, window);
            }
            if (!export.showTaken(visitor)) {
                return;
            }
        }
    }

    @Override
    public List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline) {
        return ReadingMerge.merge(
                carried(filter, limit, deadline), this.storage.history(filter, limit, deadline), limit);
    }

    /** Returns the readings that records carry. */
    private List<SystemReading> carried(RecordFilter filter, int limit, Deadline deadline) {
        try (Snapshot snapshot = snapshot(new RecordMatcher(filter), deadline)) {
            List<ResolvedSegment> segments = resolve(snapshot, filter, null, null, deadline);
            for (ResolvedSegment resolved : segments) {
                if (resolved.segment() instanceof IndexedSegment indexed) {
                    List<SystemReading> readings =
                            resolved.isEmpty() ? List.of() : indexed.readings(resolved.filter(), limit, deadline);
                    if (readings != null) {
                        return readings;
                    }
                }
            }
            return new ReadingSampler(new RecordMatcher(filter), limit, deadline)
                    .run(OrderedExport.leaves(segments, deadline));
        }
    }

    private Snapshot snapshot(RecordMatcher matcher, Deadline deadline) {
        deadline.check();
        return this.storage.snapshot(matcher.from(), matcher.to(), deadline);
    }

    private static List<ResolvedSegment> resolve(
            Snapshot snapshot,
            RecordFilter filter,
            @Nullable String metric,
            @Nullable Dimension by,
            Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        List<ResolvedSegment> segments = new ArrayList<>();
        for (Segment segment : snapshot.segments()) {
            deadline.check();
            segments.add(
                    new ResolvedSegment(segment, new ResolvedFilter(matcher, filter, segment.catalog(), metric, by)));
        }
        return segments;
    }

    private static void run(List<PlanStep> plan, Aggregator aggregator, long[] edges, Deadline deadline) {
        for (PlanStep step : plan) {
            deadline.check();
            Rollup rollup = step.isScan() ? null : step.blocks().get(0).rollup();
            if (rollup != null) {
                aggregator.add(step.bucket(), rollup, step.filter());
            } else {
                scan(step, aggregator, edges, deadline);
            }
        }
    }

    private static void scan(PlanStep step, Aggregator aggregator, long[] edges, Deadline deadline) {
        ResolvedFilter filter = step.filter();
        Scan scan = aggregator.scan(filter);
        if (step.segment() instanceof IndexedSegment indexed
                && !filter.hasPartial()
                && aggregator.add(indexed, step.blocks(), scan, edges)) {
            return;
        }
        boolean one = edges.length == 2;
        step.segment().scan(step.blocks(), scan, checked(deadline, (view) -> {
            if (filter.matches(view)) {
                aggregator.add(one ? 0 : QueryPlan.bucket(edges, view.timestampMicros()), view);
            }
            return true;
        }));
    }

    /** Returns a visitor that looks at the deadline now and then. */
    static Predicate<RecordView> checked(Deadline deadline, Predicate<RecordView> visitor) {
        deadline.check();
        int[] records = {0};
        return (view) -> {
            if (++records[0] % RECORDS_BETWEEN_CHECKS == 0) {
                deadline.check();
            }
            return visitor.test(view);
        };
    }
}
