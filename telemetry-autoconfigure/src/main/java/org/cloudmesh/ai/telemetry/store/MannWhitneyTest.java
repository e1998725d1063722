package org.cloudmesh.ai.telemetry.store;

import java.util.Arrays;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;

/**
 * Tells whether the values of one distribution tend to be greater than those of another, whatever their shape: the U
 * test of H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than
 * the other", Annals of Mathematical Statistics 18 (1947), two-sided, by normal approximation with the corrections for
 * ties and for continuity. Costs time linear in the distinct values, so millions of values in buckets are tested as
 * fast as thousands.
 */
final class MannWhitneyTest {

    private MannWhitneyTest() {}

    /**
     * Returns the probability of a difference at least as great if there were none.
     *
     * <p>Where one distribution is in buckets, both are taken so: an exact value would else count as less or greater
     * than its equals in a bucket.
     *
     * @return between 0 and 1; 1 when either is empty or all values are equal
     */
    static double pValue(Distribution first, Distribution second) {
        double n1 = first.count();
        double n2 = second.count();
        if (n1 == 0 || n2 == 0) {
            return 1;
        }
        boolean exact = first.exact() && second.exact();
        Steps left = new Steps(exact ? first : bucketed(first));
        Steps right = new Steps(exact ? second : bucketed(second));
        double n = n1 + n2;
        double rankSum = 0;
        double ties = 0;
        double below = 0;
        int i = 0;
        int j = 0;
        while (i < left.size || j < right.size) {
            double value = Math.min(
                    i < left.size ? left.values[i] : Double.POSITIVE_INFINITY,
                    j < right.size ? right.values[j] : Double.POSITIVE_INFINITY);
            double ours = i < left.size && left.values[i] == value ? left.counts[i++] : 0;
            double theirs = j < right.size && right.values[j] == value ? right.counts[j++] : 0;
            double tied = ours + theirs;
            rankSum += ours * (below + (tied + 1) / 2);
            ties += tied * (tied * tied - 1);
            below += tied;
        }
        double u = rankSum - n1 * (n1 + 1) / 2;
        double variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)));
        if (!(variance > 0)) {
            return 1;
        }
        double distance = Math.max(0, Math.abs(u - n1 * n2 / 2) - 0.5);
        return Math.min(1, complementaryError(distance / Math.sqrt(2 * variance)));
    }

    /**
     * Tells which of several tests are significant together: S. Holm, "A simple sequentially rejective multiple test
     * procedure", Scandinavian Journal of Statistics 6 (1979).
     *
     * @param pValues one for each test
     * @param level chance that any is called significant where none is
     * @return for each test, whether it is
     */
    static boolean[] significant(double[] pValues, double level) {
        Integer[] order = new Integer[pValues.length];
        Arrays.setAll(order, (i) -> i);
        Arrays.sort(order, (a, b) -> Double.compare(pValues[a], pValues[b]));
        boolean[] significant = new boolean[pValues.length];
        for (int i = 0; i < order.length && pValues[order[i]] <= level / (order.length - i); i++) {
            significant[order[i]] = true;
        }
        return significant;
    }

    private static Distribution bucketed(Distribution values) {
        return values.exact()
                ? Distribution.of(
                        values.sum(), values.min(), values.max(), values.last(), values.lastAt(), values.buckets())
                : values;
    }

    /** The complementary error function for x >= 0, by its power series and, beyond 2, its continued fraction. */
    static double complementaryError(double x) {
        double square = x * x;
        if (x < 2) {
            double term = x;
            double sum = x;
            for (int k = 1; Math.abs(term) > 1e-17 * sum; k++) {
                term *= 2 * square / (2 * k + 1);
                sum += term;
            }
            return 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-square) * sum;
        }
        double fraction = 0;
        for (int k = 60; k > 0; k--) {
            fraction = k / 2.0 / (x + fraction);
        }
        return Math.exp(-square) / Math.sqrt(Math.PI) / (x + fraction);
    }

    private static final class Steps {

        private double[] values = new double[64];

        private long[] counts = new long[64];

        private int size;

        Steps(Distribution distribution) {
            distribution.forEach((value, count) -> {
                if (this.size == this.values.length) {
                    this.values = Arrays.copyOf(this.values, 2 * this.size);
                    this.counts = Arrays.copyOf(this.counts, 2 * this.size);
                }
                this.values[this.size] = value;
                this.counts[this.size++] = count;
            });
        }
    }
}
