package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One metric over an axis, in whole and by group. Places on the axis are microseconds since 1970 for time, seconds for
 * elapsed time, else values of the axis's metric. Point i covers what is from {@code from + i * bucket} until before
 * {@code from + (i + 1) * bucket}; by a calendar, what of the range is from its place until before the next one's.
 *
 * @param metric its name
 * @param axis what it is shown over
 * @param from begin of the first point; null when there is no range
 * @param to end of the range, excluded for time, else the last value; null when there is no range
 * @param bucket width of a point; null when there is no range
 * @param points of all records, empty ones included; no point at all when there is no range
 * @param groups in the order that was asked for; empty when none were asked for
 * @param totals the same groups and perhaps more, each over the whole axis; empty when none were asked for
 * @param others the groups that are not shown, together; empty when none were asked for
 * @param groupCount how many groups there are
 */
public record MetricCurves(
        String metric,
        SeriesAxis axis,
        @Nullable Double from,
        @Nullable Double to,
        @Nullable Double bucket,
        List<Point> points,
        List<Group> groups,
        List<MetricReport.Group> totals,
        List<Point> others,
        int groupCount) {

    public MetricCurves {
        points = List.copyOf(points);
        groups = List.copyOf(groups);
        totals = List.copyOf(totals);
        others = List.copyOf(others);
    }

    /**
     * Values of a part of the axis.
     *
     * @param at where it begins
     * @param values of the records in it
     */
    public record Point(double at, ValueSummary values) {}

    /**
     * The records that agree in something.
     *
     * @param key what they agree in; null for records that have no such thing
     * @param points as many as there are of all records
     */
    public record Group(@Nullable String key, List<Point> points) {

        public Group {
            points = List.copyOf(points);
        }
    }
}
