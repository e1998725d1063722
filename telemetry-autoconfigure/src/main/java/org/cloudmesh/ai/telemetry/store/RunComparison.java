package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two sets of records side by side, such as two runs. A metric is significant when the two-sided Mann-Whitney U test
 * (normal approximation, corrected for ties and continuity) finds that the values of one side tend to be greater, at a
 * level of {@value #LEVEL} over all metrics of the comparison together (Holm's correction). Metrics with fewer than
 * {@value #FEWEST_VALUES} values on either side are never significant.
 *
 * @param base name of what is compared with
 * @param candidate name of what is compared
 * @param metrics all that either side has, by name
 * @param truncated whether there are more than {@value TelemetryReader#MAX_NAMES}
 */
public record RunComparison(String base, String candidate, List<Metric> metrics, boolean truncated) {

    /** Chance that, where no metric differs, any is called significant. */
    public static final double LEVEL = 0.01;

    /** Values that each side must have at least; below, the normal approximation is not good enough. */
    public static final int FEWEST_VALUES = 8;

    public RunComparison {
        metrics = List.copyOf(metrics);
    }

    /**
     * One metric of both sides.
     *
     * @param name of the metric
     * @param base values of the base
     * @param candidate values of the candidate
     * @param ratio of the medians, candidate / base; null when one is missing or the base's is 0
     * @param significant whether the difference is more than chance
     */
    public record Metric(
            String name,
            Side base,
            Side candidate,
            @Nullable Double ratio,
            boolean significant) {}

    /**
     * One metric of one side.
     *
     * @param values of the metric
     * @param last value of the latest record; null when there is none
     * @param successRate completed / (completed + failed) of the records that have the metric, 0 to 1; null when
     *     nothing ended
     */
    public record Side(
            ValueSummary values,
            @Nullable Double last,
            @Nullable Double successRate) {

        /** Returns how many values there are. */
        public long count() {
            return this.values.count();
        }
    }

    /**
     * Which records a side is made of.
     *
     * @param name as it is shown
     * @param filter that chooses them
     */
    public record Choice(String name, RecordFilter filter) {}
}
