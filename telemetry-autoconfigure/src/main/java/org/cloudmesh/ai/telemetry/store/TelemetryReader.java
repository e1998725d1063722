package org.cloudmesh.ai.telemetry.store;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about the records that a store keeps: the same answers as over HTTP. Thread-safe, also while
 * records are written. Without a {@link Deadline}, a question may take {@link #DEFAULT_TIMEOUT}.
 *
 * <p>All methods throw a {@link QueryException} when the deadline passes or no store can be read. Times are in
 * microseconds; a range includes {@code from} and excludes {@code to}.
 */
public final class TelemetryReader {

    /** How long a question may take unless a deadline says otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

    /** How many entries a list of names, runs or groups has at most. */
    public static final int MAX_NAMES = 1000;

    /** How many records a page, points a series or samples a list has at most. */
    public static final int MAX_ITEMS = 1000;

    /** How many groups a series is told apart by at most. */
    public static final int MAX_CURVES = 100;

    private final Supplier<? extends @Nullable RecordSource> source;

    /** Creates a reader of a store. */
    public TelemetryReader(RecordSource source) {
        this(() -> source);
    }

    /**
     * Creates a reader of a store that comes and goes.
     *
     * @param source asked at each question; null while no store can be read
     */
    public TelemetryReader(Supplier<? extends @Nullable RecordSource> source) {
        this.source = source;
    }

    /** Returns an overview of the chosen records. */
    public TelemetryOverview overview(RecordFilter filter) {
        return overview(filter, deadline());
    }

    /** Returns an overview of the chosen records. */
    public TelemetryOverview overview(RecordFilter filter, Deadline deadline) {
        RecordSource source = source();
        return TelemetryOverview.of(source.groups(filter, deadline), source.metricNames(filter, deadline));
    }

    /** Returns how many records there are. */
    public long count(RecordFilter filter, Deadline deadline) {
        return source().groups(filter, deadline).stream()
                .mapToLong(RecordGroup::count)
                .sum();
    }

    /** Returns a summary of each metric. The filter's metric chooses records, and so all metrics that those have. */
    public MetricSummaries metrics(RecordFilter filter) {
        return metrics(filter, deadline());
    }

    /** Returns a summary of each metric. The filter's metric chooses records, and so all metrics that those have. */
    public MetricSummaries metrics(RecordFilter filter, Deadline deadline) {
        return MetricSummaries.of(source().metrics(filter, deadline));
    }

    /** Returns the figures of one metric, also by group when a dimension is given. */
    public MetricReport metric(String metric, RecordFilter filter, @Nullable Dimension by) {
        return metric(metric, filter, by, deadline());
    }

    /** Returns the figures of one metric, also by group when a dimension is given. */
    public MetricReport metric(String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        return metric(metric, filter, by, GroupOrder.COUNT, MAX_NAMES, deadline);
    }

    /**
     * Returns the figures of one metric, also by group when a dimension is given.
     *
     * @param metric its name
     * @param filter which records
     * @param by what groups are made by, if any
     * @param order of the groups
     * @param top how many groups are shown, 1 to {@value #MAX_NAMES}
     * @param deadline how long it may take
     */
    public MetricReport metric(
            String metric, RecordFilter filter, @Nullable Dimension by, GroupOrder order, int top, Deadline deadline) {
        Map<@Nullable String, Distribution> values = source().metric(metric, filter, by, deadline);
        Distribution whole = new Distribution();
        values.values().forEach(whole::merge);
        if (by == null) {
            return new MetricReport(metric, ValueSummary.of(whole), List.of(), ValueSummary.EMPTY, 0);
        }
        List<MetricReport.Group> groups = new ArrayList<>();
        Distribution others = new Distribution();
        for (Map.Entry<@Nullable String, Distribution> group : CurveQuery.ordered(values, order)) {
            if (groups.size() < top) {
                groups.add(new MetricReport.Group(group.getKey(), ValueSummary.of(group.getValue())));
            } else {
                others.merge(group.getValue());
            }
        }
        return new MetricReport(metric, ValueSummary.of(whole), groups, ValueSummary.of(others), values.size());
    }

    /**
     * Returns one metric over an axis, also by group when a dimension is given. Records of no run are left out of
     * elapsed time, and records without the axis's metric of that axis.
     *
     * @param metric its name
     * @param filter which records
     * @param axis what it is shown over
     * @param by what groups are made by, if any
     * @param order of the groups
     * @param top how many groups are shown, 1 to {@value #MAX_CURVES}
     * @param totals how many groups are summed up over the whole axis besides, 0 to {@value #MAX_NAMES}
     * @param buckets how many points at most, 1 to {@value #MAX_ITEMS}; a calendar makes its own
     * @param deadline how long it may take
     */
    public MetricCurves curves(
            String metric,
            RecordFilter filter,
            SeriesAxis axis,
            @Nullable Dimension by,
            GroupOrder order,
            int top,
            int totals,
            int buckets,
            Deadline deadline) {
        requireBuckets(buckets);
        return new CurveQuery(source(), metric, filter, by, buckets, deadline).over(axis, order, top, totals);
    }

    /** Returns the attributes that records have, and their most frequent values. */
    public AttributeSummaries attributes(RecordFilter filter) {
        return attributes(filter, null, deadline());
    }

    /**
     * Returns the attributes that records have, and their most frequent values. Of an attribute that has many values
     * they are left out when there are more than {@value AttributeCount#MOST_SCANNED} records and it is not named.
     *
     * @param filter which records
     * @param name of the only attribute of interest; null for all
     * @param deadline how long it may take
     */
    public AttributeSummaries attributes(RecordFilter filter, @Nullable String name, Deadline deadline) {
        return AttributeSummaries.of(source().attributes(filter, name, deadline));
    }

    /** Returns the latest traces, or the next ones; see {@link #traces(RecordFilter, String, int, Deadline)}. */
    public TracePage traces(RecordFilter filter, @Nullable String after, int limit) {
        return traces(filter, after, limit, deadline());
    }

    /**
     * Returns a page of traces of which any record is chosen, that of the latest chosen record first. Paging neither
     * skips nor repeats traces.
     *
     * @param filter which records; the same for all pages
     * @param after {@link TracePage#next()} of the page before; null for the first
     * @param limit how many at most, 1 to {@value #MAX_ITEMS}
     * @param deadline how long it may take
     */
    public TracePage traces(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        requireItems(limit);
        return new TraceSearch(source(), TraceSearch.FEW, deadline).page(filter, after, limit);
    }

    /** Returns one trace; null when there is no record of it. */
    public @Nullable Trace trace(String trace) {
        return trace(trace, null, null, deadline());
    }

    /**
     * Returns one trace; null when there is no record of it.
     *
     * @param trace its id
     * @param from where to look, included; null for everywhere
     * @param to where to look, excluded; null for everywhere
     * @param deadline how long it may take
     */
    public @Nullable Trace trace(String trace, @Nullable Instant from, @Nullable Instant to, Deadline deadline) {
        return new TraceSearch(source(), TraceSearch.FEW, deadline).find(trace, from, to);
    }

    /**
     * Returns the records in which a metric is largest, among equals the latest first.
     *
     * @param metric its name
     * @param filter which records
     * @param limit how many at most, 1 to {@value #MAX_ITEMS}
     * @param deadline how long it may take
     */
    public List<TelemetryRecord> largest(String metric, RecordFilter filter, int limit, Deadline deadline) {
        requireItems(limit);
        return source().largest(metric, filter, limit, deadline);
    }

    /** Returns how many lines of the store's files are no record; 0 where there are no lines. */
    public long unreadable(Deadline deadline) {
        return source().unreadable(deadline);
    }

    /** Returns whether any record, of whatever time, has the metric. */
    public boolean knows(String metric) {
        return knows(metric, deadline());
    }

    /** Returns whether any record, of whatever time, has the metric. */
    public boolean knows(String metric, Deadline deadline) {
        return source().knows(metric, deadline);
    }

    /** Returns one metric over time; see {@link #series(String, RecordFilter, int, Deadline)}. */
    public MetricSeries series(String metric, RecordFilter filter, int buckets) {
        return series(metric, filter, buckets, deadline());
    }

    /**
     * Returns one metric over time. Where the filter leaves a side of the range open, the first or last matching record
     * with the metric closes it.
     *
     * @param metric its name
     * @param filter which records
     * @param buckets how many points, 1 to {@value #MAX_ITEMS}
     * @param deadline how long it may take
     */
    public MetricSeries series(String metric, RecordFilter filter, int buckets, Deadline deadline) {
        requireBuckets(buckets);
        RecordSource source = source();
        TimeRange range = TimeRange.of(metric, filter, source, deadline);
        if (range == null) {
            return new MetricSeries(metric, filter.from(), filter.hasOpenEnd() ? null : filter.to(), null, List.of());
        }
        long width = range.width(buckets);
        long[] edges = range.edges(width);
        int filled = edges.length - 1;
        List<Distribution> values = filled == 0 ? List.of() : source.series(metric, filter, edges, deadline);
        List<MetricSeries.Point> points = new ArrayList<>(buckets);
        for (int i = 0; i < buckets; i++) {
            points.add(new MetricSeries.Point(
                    EpochMicros.instant(range.from() + i * width),
                    i < filled ? ValueSummary.of(values.get(i)) : ValueSummary.EMPTY));
        }
        return new MetricSeries(
                metric,
                EpochMicros.instant(range.from()),
                EpochMicros.instant(range.to()),
                Duration.of(width, ChronoUnit.MICROS),
                points);
    }

    /** Returns the starts of programs. */
    public RunSummaries runs(RecordFilter filter) {
        return runs(filter, deadline());
    }

    /** Returns the starts of programs. */
    public RunSummaries runs(RecordFilter filter, Deadline deadline) {
        return RunSummaries.of(source().groups(filter, deadline));
    }

    /** Returns two runs side by side; see {@link RunComparison} for the test of significance. */
    public RunComparison compare(String base, String candidate, RecordFilter filter) {
        return compare(base, candidate, filter, deadline());
    }

    /**
     * Returns two runs side by side; see {@link RunComparison} for the test of significance.
     *
     * @param base name of the run to compare with
     * @param candidate name of the run that is compared
     * @param filter which records of them; its run is not looked at
     * @param deadline how long it may take
     */
    public RunComparison compare(String base, String candidate, RecordFilter filter, Deadline deadline) {
        return compare(
                new RunComparison.Choice(base, filter.withRun(base)),
                new RunComparison.Choice(candidate, filter.withRun(candidate)),
                deadline);
    }

    /**
     * Returns two sets of records side by side; see {@link RunComparison} for the test of significance.
     *
     * @param base what is compared with
     * @param candidate what is compared
     * @param deadline how long it may take
     */
    public RunComparison compare(RunComparison.Choice base, RunComparison.Choice candidate, Deadline deadline) {
        return new RunComparisonQuery(source(), deadline).compare(base, candidate);
    }

    /** Returns the machine's readings over the filter's range, the oldest first. */
    public List<SystemReading> readings(RecordFilter filter, int limit) {
        return readings(filter, limit, deadline());
    }

    /**
     * Returns the machine's readings over the filter's range, the oldest first.
     *
     * @param filter whose range and run are looked at
     * @param limit how many at most, up to {@value #MAX_ITEMS}; they are thinned out evenly
     * @param deadline how long it may take
     */
    public List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline) {
        return source().readings(filter, Math.min(limit, MAX_ITEMS), deadline);
    }

    /** Returns the latest records, or the next ones; see {@link #records(RecordFilter, String, int, Deadline)}. */
    public RecordPage records(RecordFilter filter, @Nullable String after, int limit) {
        return records(filter, after, limit, deadline());
    }

    /**
     * Returns a page of records, ordered by time and id, the last first. Paging neither skips nor repeats records while
     * others arrive.
     *
     * @param filter which records; the same for all pages
     * @param after {@link RecordPage#next()} of the page before; null for the first
     * @param limit how many at most, 1 to {@value #MAX_ITEMS}
     * @param deadline how long it may take
     */
    public RecordPage records(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        requireItems(limit);
        return source().page(filter, after, limit, deadline);
    }

    /**
     * Shows all records, the oldest first, in constant memory.
     *
     * @param filter which records
     * @param action takes each
     * @param deadline how long it may take; {@link Deadline#none()} for as long as it needs
     */
    public void forEach(RecordFilter filter, Consumer<TelemetryRecord> action, Deadline deadline) {
        source().forEach(
                        filter,
                        (record) -> {
                            action.accept(record);
                            return true;
                        },
                        deadline);
    }

    private RecordSource source() {
        RecordSource source = this.source.get();
        if (source == null) {
            throw new QueryException(QueryException.Reason.UNAVAILABLE, "No store can be read", null);
        }
        return source;
    }

    private static Deadline deadline() {
        return Deadline.after(DEFAULT_TIMEOUT);
    }

    private static void requireBuckets(int buckets) {
        if (buckets < 1 || buckets > MAX_ITEMS) {
            throw new IllegalArgumentException("buckets is " + buckets + "; accepted are 1 to " + MAX_ITEMS);
        }
    }

    private static void requireItems(int limit) {
        if (limit < 1 || limit > MAX_ITEMS) {
            throw new IllegalArgumentException("limit is " + limit + "; accepted are 1 to " + MAX_ITEMS);
        }
    }
}
