package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two runs side by side. A metric is significant when the two-sided Mann-Whitney U test (normal approximation, corrected for
 * ties and continuity) finds that the values of one run tend to be greater, at a level of {@value #LEVEL} over all metrics
 * of the comparison together (Holm's correction). Metrics with fewer than {@value #FEWEST_VALUES} values on either side are
 * never significant.
 *
 * @param base name of the run to compare with
 * @param candidate name of the run that is compared
 * @param metrics all that either run has, by name
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
     * One metric of both runs.
     *
     * @param name of the metric
     * @param base values of the base run
     * @param candidate values of the candidate run
     * @param ratio of the medians, candidate / base; null when one is missing or the base's is 0
     * @param significant whether the difference is more than chance
     */
    public record Metric(
            String name,
            ValueSummary base,
            ValueSummary candidate,
            @Nullable Double ratio,
            boolean significant) {}
}
