package org.cloudmesh.ai.telemetry.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One metric over time. Point i covers the time from {@code from + i * bucket} until before {@code from + (i + 1) *
 * bucket}, and never what is not before {@code to}.
 *
 * @param metric its name
 * @param from begin of the first point; null when there is no range
 * @param to end of the range, excluded; null when there is no range
 * @param bucket width of a point, in whole microseconds; null when there is no range
 * @param points in order of time, empty ones included; no point at all when neither the query nor the records give a
 *     range
 */
public record MetricSeries(
        String metric,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Duration bucket,
        List<Point> points) {

    public MetricSeries {
        points = List.copyOf(points);
    }

    /**
     * Values of a span of time.
     *
     * @param at begin of the span
     * @param values of the records in it
     */
    public record Point(Instant at, ValueSummary values) {}
}
