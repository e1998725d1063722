package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/** Makes series by group and over any axis. Used by one thread. */
final class CurveQuery {

    private final RecordSource source;

    private final Deadline deadline;

    private final String metric;

    private final RecordFilter filter;

    private final @Nullable Dimension by;

    private final int buckets;

    private GroupOrder order = GroupOrder.COUNT;

    private int top;

    private int listed;

    private List<MetricReport.Group> totals = List.of();

    private List<@Nullable String> keys = List.of();

    private int groupCount;

    private Map<@Nullable String, List<Distribution>> groups = new HashMap<>();

    private List<Distribution> others = List.of();

    CurveQuery(
            RecordSource source,
            String metric,
            RecordFilter filter,
            @Nullable Dimension by,
            int buckets,
            Deadline deadline) {
        this.source = source;
        this.metric = metric;
        this.filter = filter;
        this.by = by;
        this.buckets = buckets;
        this.deadline = deadline;
    }

    MetricCurves over(SeriesAxis axis, GroupOrder order, int top, int totals) {
        this.order = order;
        this.top = top;
        this.listed = totals;
        String other = axis.metric();
        return switch (axis.kind()) {
            case TIME, HOURS, DAYS -> overTime(axis);
            case ELAPSED -> overElapsedTime();
            case METRIC -> overMetric(axis, String.valueOf(other));
        };
    }

    private void chooseKeys() {
        if (this.by != null) {
            chooseKeys(this.source.metric(this.metric, this.filter, this.by, this.deadline));
        }
    }

    private void chooseKeys(Map<@Nullable String, Distribution> all) {
        List<Map.Entry<@Nullable String, Distribution>> ordered = ordered(all, this.order);
        this.groupCount = all.size();
        this.keys = new ArrayList<>(
                ordered.stream().limit(this.top).map(Map.Entry::getKey).toList());
        this.totals = ordered.stream()
                .limit(this.listed)
                .map((group) -> new MetricReport.Group(group.getKey(), ValueSummary.of(group.getValue())))
                .toList();
    }

    /** Returns groups in an order; equal ones by key. */
    static List<Map.Entry<@Nullable String, Distribution>> ordered(
            Map<@Nullable String, Distribution> groups, GroupOrder order) {
        record Ranked(Map.Entry<@Nullable String, Distribution> group, double figure) {}
        return groups.entrySet().stream()
                .map((group) -> new Ranked(group, order.of(group.getValue())))
                .sorted(Comparator.comparingDouble((Ranked ranked) -> -ranked.figure())
                        .thenComparing(
                                (ranked) -> ranked.group().getKey(), Comparator.nullsLast(Comparator.naturalOrder())))
                .map(Ranked::group)
                .toList();
    }

    private MetricCurves overTime(SeriesAxis axis) {
        TimeRange range = TimeRange.of(this.metric, this.filter, this.source, this.deadline);
        if (range == null) {
            return empty(axis);
        }
        ZoneId zone = axis.zone();
        if (zone != null) {
            return overCalendar(axis, range, zone);
        }
        long width = range.width(this.buckets);
        addTime(range.edges(width), this.buckets);
        return curves(axis, (double) range.from(), (double) range.to(), width, (i) -> range.from() + i * width);
    }

    private MetricCurves overCalendar(SeriesAxis axis, TimeRange range, ZoneId zone) {
        ChronoUnit unit = axis.kind() == SeriesAxis.Kind.DAYS ? ChronoUnit.DAYS : ChronoUnit.HOURS;
        List<Long> begins = new ArrayList<>();
        ZonedDateTime next = SeriesAxis.begin(EpochMicros.instant(range.from()).atZone(zone), unit);
        while (EpochMicros.micros(next.toInstant()) < range.to()) {
            if (begins.size() == TelemetryReader.MAX_ITEMS) {
                throw new QueryException(
                        QueryException.Reason.TOO_LARGE,
                        "There are more than " + TelemetryReader.MAX_ITEMS + " points; narrow the range",
                        null);
            }
            begins.add(EpochMicros.micros(next.toInstant()));
            next = SeriesAxis.begin(next.plus(1, unit), unit);
        }
        long[] edges = new long[begins.size() + 1];
        for (int i = 0; i < begins.size(); i++) {
            edges[i] = Math.max(range.from(), begins.get(i));
        }
        edges[begins.size()] = range.to();
        addTime(edges, begins.size());
        long width = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.EPOCH.plus(1, unit));
        return curves(axis, (double) range.from(), (double) range.to(), width, begins::get);
    }

    /** Adds points over time, as many of them as there are buckets between edges, or more that are empty. */
    private void addTime(long[] edges, int points) {
        this.others = GroupedSeries.empty(points);
        if (edges.length > 1 && !addAtOnce(edges, points)) {
            chooseKeys();
            add(this.filter, edges, 0);
        }
    }

    /**
     * Adds all groups from one look at the records.
     *
     * @return false when none are asked for, or when they would take too much memory: those that are shown take less,
     *     once they are known
     */
    private boolean addAtOnce(long[] edges, int points) {
        if (this.by == null) {
            return false;
        }
        Map<@Nullable String, List<Distribution>> all;
        try {
            all = this.source
                    .series(this.metric, this.filter, this.by, null, edges, this.deadline)
                    .groups();
        } catch (QueryException ex) {
            if (ex.reason() == QueryException.Reason.TOO_LARGE) {
                return false;
            }
            throw ex;
        }
        Map<@Nullable String, Distribution> whole = new HashMap<>();
        all.forEach((key, values) -> {
            Distribution sum = new Distribution();
            values.forEach(sum::merge);
            whole.put(key, sum);
        });
        chooseKeys(whole);
        Set<@Nullable String> shown = keySet();
        all.forEach((key, values) -> merge(
                values,
                shown.contains(key)
                        ? this.groups.computeIfAbsent(key, (absent) -> GroupedSeries.empty(points))
                        : this.others,
                0));
        return true;
    }

    private MetricCurves overElapsedTime() {
        chooseKeys();
        Map<String, GroupTotals> runs = new HashMap<>();
        addRuns(this.filter.having(this.metric), runs);
        if (runs.size() > TelemetryReader.MAX_NAMES) {
            throw new QueryException(
                    QueryException.Reason.TOO_LARGE,
                    "There are more than " + TelemetryReader.MAX_NAMES + " runs; narrow the range or the filters",
                    null);
        }
        if (runs.isEmpty()) {
            return empty(SeriesAxis.ELAPSED);
        }
        Map<String, GroupTotals> whole = new HashMap<>();
        RecordFilter all = RecordFilter.ALL;
        addRuns(runs.size() == 1 ? all.withRun(runs.keySet().iterator().next()) : all, whole);
        long longest = 0;
        for (Map.Entry<String, GroupTotals> run : runs.entrySet()) {
            GroupTotals totals = whole.getOrDefault(run.getKey(), run.getValue());
            longest = Math.max(longest, run.getValue().last() - totals.first());
        }
        TimeRange elapsed = new TimeRange(0, longest + 1);
        long width = elapsed.width(this.buckets);
        long[] edges = elapsed.edges(width);
        this.others = GroupedSeries.empty(this.buckets);
        for (Map.Entry<String, GroupTotals> run : runs.entrySet()) {
            long start = whole.getOrDefault(run.getKey(), run.getValue()).first();
            addRun(run.getKey(), start, edges);
        }
        return curves(SeriesAxis.ELAPSED, 0.0, longest / 1e6, width / 1e6, (i) -> i * (width / 1e6));
    }

    private void addRuns(RecordFilter filter, Map<String, GroupTotals> runs) {
        for (RecordGroup group : this.source.groups(filter, this.deadline)) {
            if (group.run() != null) {
                runs.computeIfAbsent(group.run(), (run) -> new GroupTotals()).add(group);
            }
        }
    }

    /** Adds the points of a run, as far as they lie in the filter's range. */
    private void addRun(String run, long start, long[] elapsed) {
        Instant from = this.filter.from();
        Instant to = this.filter.to();
        long first = from == null ? Long.MIN_VALUE : EpochMicros.micros(from);
        long end = to == null ? Long.MAX_VALUE : EpochMicros.micros(to);
        List<Long> edges = new ArrayList<>();
        int offset = -1;
        for (int i = 0; i < elapsed.length - 1; i++) {
            long begin = Math.max(first, start + elapsed[i]);
            long until = Math.min(end, start + elapsed[i + 1]);
            if (begin < until) {
                if (edges.isEmpty()) {
                    offset = i;
                    edges.add(begin);
                }
                edges.add(until);
            }
        }
        if (!edges.isEmpty()) {
            long[] times = edges.stream().mapToLong(Long::longValue).toArray();
            add(this.filter.withRun(run), times, offset);
        }
    }

    /** Adds points over time to those at the same place, from an offset on. */
    private void add(RecordFilter filter, long[] edges, int offset) {
        if (this.by == null) {
            merge(this.source.series(this.metric, filter, edges, this.deadline), this.others, offset);
            return;
        }
        GroupedSeries series = this.source.series(this.metric, filter, this.by, keySet(), edges, this.deadline);
        series.groups()
                .forEach((key, points) -> merge(
                        points,
                        this.groups.computeIfAbsent(key, (absent) -> GroupedSeries.empty(this.buckets)),
                        offset));
        merge(series.others(), this.others, offset);
    }

    private static void merge(List<Distribution> points, List<Distribution> target, int offset) {
        for (int i = 0; i < points.size(); i++) {
            target.get(offset + i).merge(points.get(i));
        }
    }

    private MetricCurves overMetric(SeriesAxis axis, String other) {
        chooseKeys();
        Distribution places = this.source
                .metric(other, this.filter.having(this.metric), null, this.deadline)
                .get("");
        if (places == null || places.count() == 0) {
            return empty(axis);
        }
        double min = places.min();
        double max = places.max();
        double width = width(min, max);
        int count = isWhole(min, max) ? (int) Math.ceil((max - min + 1) / width) : this.buckets;
        double[] edges = new double[count + 1];
        for (int i = 0; i < count; i++) {
            edges[i] = min + i * width;
        }
        edges[count] = Math.max(Math.nextUp(max), min + count * width);
        GroupedSeries series =
                this.source.curve(this.metric, other, this.filter, this.by, keySet(), edges, this.deadline);
        this.groups = series.groups();
        this.others = series.others();
        return curves(axis, min, max, width, (i) -> min + i * width);
    }

    /** Steps that are whole numbers are not cut. */
    private double width(double min, double max) {
        if (isWhole(min, max)) {
            return Math.max(1, Math.ceil((max - min + 1) / this.buckets));
        }
        // The difference itself may be too large for a number.
        return max / this.buckets - min / this.buckets;
    }

    private static boolean isWhole(double min, double max) {
        return min == Math.rint(min) && max == Math.rint(max) && max - min < 1L << 52;
    }

    private Set<@Nullable String> keySet() {
        return new HashSet<>(this.keys);
    }

    private MetricCurves empty(SeriesAxis axis) {
        return new MetricCurves(
                this.metric, axis, null, null, null, List.of(), List.of(), List.of(), List.of(), this.groupCount);
    }

    private MetricCurves curves(SeriesAxis axis, double from, double to, double width, IntToDoubleFunction place) {
        List<Distribution> whole = GroupedSeries.empty(this.others.size());
        merge(this.others, whole, 0);
        this.groups.values().forEach((points) -> merge(points, whole, 0));
        List<MetricCurves.Group> shown = new ArrayList<>();
        for (String key : this.keys) {
            List<Distribution> points = this.groups.get(key);
            shown.add(new MetricCurves.Group(
                    key, points(points == null ? GroupedSeries.empty(whole.size()) : points, place)));
        }
        return new MetricCurves(
                this.metric,
                axis,
                from,
                to,
                width,
                points(whole, place),
                shown,
                this.totals,
                this.by == null ? List.of() : points(this.others, place),
                this.groupCount);
    }

    private static List<MetricCurves.Point> points(List<Distribution> values, IntToDoubleFunction place) {
        List<MetricCurves.Point> points = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            points.add(new MetricCurves.Point(place.applyAsDouble(i), ValueSummary.of(values.get(i))));
        }
        return points;
    }
}
