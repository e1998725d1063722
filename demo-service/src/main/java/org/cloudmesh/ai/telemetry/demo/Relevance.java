package org.cloudmesh.ai.telemetry.demo;

import java.util.Arrays;
import java.util.Locale;

/**
 * Whether the best passage is a find: how many standard deviations its nearness lies above the mean of all passages. A
 * query that no passage answers is about as far from all of them.
 *
 * @param best nearness of the best passage
 * @param mean of all passages
 * @param deviation standard deviation of all passages
 */
record Relevance(double best, double mean, double deviation) {

    /** Of a normal distribution, 1 in 740 lies this far above. */
    private static final double RELEVANT = 3;

    static Relevance of(double[] nearness) {
        double mean = Arrays.stream(nearness).average().orElse(Double.NaN);
        double variance = Arrays.stream(nearness)
                .map((value) -> (value - mean) * (value - mean))
                .average()
                .orElse(Double.NaN);
        return new Relevance(Arrays.stream(nearness).max().orElse(Double.NaN), mean, Math.sqrt(variance));
    }

    double score() {
        return (this.best - this.mean) / this.deviation;
    }

    String label() {
        return score() >= RELEVANT ? "relevant" : "doubtful";
    }

    String explanation() {
        return String.format(
                Locale.ROOT, "best %.2f; all passages %.2f \u00b1 %.2f", this.best, this.mean, this.deviation);
    }
}
