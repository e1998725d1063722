package org.cloudmesh.ai.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.junit.jupiter.api.Test;

/**
 * Expected p-values are those of scipy 1.17.1, {@code mannwhitneyu(a, b, method='asymptotic')}, and of
 * {@code scipy.special.erfc}.
 */
class MannWhitneyTestTests {

    private static final Percentage NEARLY = Percentage.withPercentage(1e-7);

    @Test
    void agreesWithScipy() {
        // Times from diagnosis in males and females, the example of scipy's own documentation.
        assertThat(MannWhitneyTest.pValue(values(19, 22, 16, 29, 24), values(20, 11, 17, 12)))
                .isCloseTo(0.11134688653314041, NEARLY);
        assertThat(MannWhitneyTest.pValue(values(8, (i) -> i + 1), values(8, (i) -> i + 11)))
                .isCloseTo(0.0009391056991171899, NEARLY);
        assertThat(MannWhitneyTest.pValue(
                        values(1, 2, 2, 3, 3, 3, 4, 5, 5, 6), values(2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 8)))
                .isCloseTo(0.06912165793359207, NEARLY);
        assertThat(MannWhitneyTest.pValue(values(100, (i) -> i + 1), values(100, (i) -> i + 31)))
                .isCloseTo(4.676768383107447e-10, NEARLY);
    }

    @Test
    void agreesWithScipyOnBuckets() {
        Distribution base = values(5000, (i) -> i % 100);
        Distribution candidate = values(6000, (i) -> i % 100 + (i % 7 == 0 ? 1 : 0));
        assertThat(base.exact() || candidate.exact()).isFalse();
        assertThat(MannWhitneyTest.pValue(base, candidate)).isCloseTo(0.7969178131056874, within(0.03));
    }

    @Test
    void equalDistributionsDoNotDiffer() {
        assertThat(MannWhitneyTest.pValue(values(100, (i) -> i % 10), values(100, (i) -> i % 10)))
                .isEqualTo(1);
        assertThat(MannWhitneyTest.pValue(values(100, (i) -> 5), values(100, (i) -> 5)))
                .isEqualTo(1);
        assertThat(MannWhitneyTest.pValue(values(), values(1, 2))).isEqualTo(1);
    }

    @Test
    void exactValuesAgainstBucketsOfTheSameAreNoDifference() {
        Random random = new Random(42);
        Distribution few = values(4000, (i) -> random.nextGaussian() * 0.001 + 100);
        Distribution many = values(40_000, (i) -> random.nextGaussian() * 0.001 + 100);
        assertThat(few.exact()).isTrue();
        assertThat(many.exact()).isFalse();
        assertThat(MannWhitneyTest.pValue(few, many)).isGreaterThan(0.01);
    }

    @Test
    void falseAlarmsAreAsRareAsTheLevelSays() {
        Random random = new Random(7);
        long alarms = IntStream.range(0, 2000)
                .filter((round) -> MannWhitneyTest.pValue(
                                values(40, (i) -> Math.exp(random.nextGaussian())),
                                values(60, (i) -> Math.exp(random.nextGaussian())))
                        < 0.05)
                .count();
        assertThat(alarms).isBetween(60L, 140L);
    }

    @Test
    void theErrorFunctionAgreesWithScipy() {
        double[][] known = {
            {0, 1},
            {0.1, 0.8875370839817152},
            {0.5, 0.4795001221869535},
            {1, 0.15729920705028516},
            {1.9, 0.007209570764742531},
            {2, 0.004677734981047266},
            {2.1, 0.0029794666563329845},
            {3, 2.2090496998585445e-05},
            {5, 1.5374597944280347e-12},
            {10, 2.0884875837625446e-45}
        };
        for (double[] pair : known) {
            assertThat(MannWhitneyTest.complementaryError(pair[0]))
                    .isCloseTo(pair[1], Percentage.withPercentage(1e-10));
        }
    }

    @Test
    void holmStopsAtTheFirstThatFails() {
        assertThat(MannWhitneyTest.significant(new double[] {0.01, 0.04, 0.03, 0.005}, 0.05))
                .containsExactly(true, false, false, true);
        assertThat(MannWhitneyTest.significant(new double[0], 0.05)).isEmpty();
    }

    private static Distribution values(double... values) {
        Distribution distribution = new Distribution();
        DoubleStream.of(values).forEach((value) -> distribution.add(value, 0));
        return distribution;
    }

    private static Distribution values(int count, IntToDoubleFunction value) {
        return values(
                IntStream.range(0, count).mapToDouble(value::applyAsDouble).toArray());
    }
}
