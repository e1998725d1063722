package org.cloudmesh.ai.telemetry.store.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class DistributionTests {

    private static final double[] QUANTILES = {0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.9999, 1};

    @Test
    void quantilesAreExactForFewValuesAndWithinOnePercentForMany() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, DoubleSupplier> shapes = new LinkedHashMap<>();
        shapes.put("skewed", () -> Math.exp(3 * random.nextGaussian()));
        shapes.put("constant", () -> 0.125);
        shapes.put("zero", () -> 0);
        shapes.put("negative", () -> -1000 * random.nextDouble() - 1);
        shapes.put("huge", () -> 1e300 * (1 + random.nextDouble()));
        shapes.put("tiny", () -> 1e-300 * (1 + random.nextDouble()));
        shapes.put("mixed signs", random::nextGaussian);
        shapes.put("all magnitudes", () -> (random.nextBoolean() ? 1 : -1) * Math.pow(10, random.nextInt(600) - 300));
        shapes.forEach((name, shape) -> {
            for (int count : new int[] {1, 10, Distribution.EXACT_LIMIT, Distribution.EXACT_LIMIT + 1, 50_000}) {
                double[] values = new double[count];
                Distribution whole = new Distribution();
                Distribution merged = new Distribution();
                Distribution part = new Distribution();
                for (int i = 0; i < count; i++) {
                    values[i] = shape.getAsDouble();
                    whole.add(values[i], i);
                    part.add(values[i], i);
                    if (random.nextInt(1000) == 0) {
                        merged.merge(part);
                        part = new Distribution();
                    }
                }
                merged.merge(part);
                Distribution stored = Distribution.of(
                        whole.sum(), whole.min(), whole.max(), whole.last(), whole.lastAt(), whole.buckets());
                Arrays.sort(values);
                String what = name + " of " + count + ", seed " + seed;
                assertThat(whole.exact()).as(what).isEqualTo(count <= Distribution.EXACT_LIMIT);
                check(what, whole, values);
                check(what + ", merged", merged, values);
                check(what + ", stored", stored, values);
                assertThat(stored.buckets()).as(what).isEqualTo(whole.buckets());
            }
        });
    }

    @Test
    void theOrderOfMergingDoesNotMatter() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Distribution[] parts = new Distribution[3];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new Distribution();
            int count = 1 + random.nextInt(9000);
            for (int j = 0; j < count; j++) {
                parts[i].add(Math.exp(20 * random.nextGaussian()) * (random.nextInt(4) - 1), random.nextLong() >>> 1);
            }
        }
        byte[][] buckets = new byte[2][];
        for (int i = 0; i < 2; i++) {
            Distribution sum = new Distribution();
            sum.merge(parts[i == 0 ? 0 : 2]);
            sum.merge(parts[1]);
            sum.merge(parts[i == 0 ? 2 : 0]);
            buckets[i] = sum.buckets();
            assertThat(sum.count())
                    .as("seed %d", seed)
                    .isEqualTo(parts[0].count() + parts[1].count() + parts[2].count());
            assertThat(sum.lastAt())
                    .as("seed %d", seed)
                    .isEqualTo(Math.max(parts[0].lastAt(), Math.max(parts[1].lastAt(), parts[2].lastAt())));
        }
        assertThat(buckets[0]).as("seed %d", seed).isEqualTo(buckets[1]);
    }

    @Test
    void bytesThatAreNoBucketsAreRefused() {
        assertThatThrownBy(() -> Distribution.of(0, 0, 0, 0, 0, new byte[] {5, 1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingHasNoValue() {
        Distribution empty = new Distribution();
        assertThat(empty.count()).isZero();
        assertThat(empty.quantile(0.5)).isNaN();
        assertThat(empty.avg()).isNaN();
        assertThat(Distribution.of(0, 0, 0, 0, 0, empty.buckets()).count()).isZero();
    }

    private static void check(String what, Distribution distribution, double[] sorted) {
        assertThat(distribution.count()).as(what).isEqualTo(sorted.length);
        assertThat(distribution.min()).as(what).isEqualTo(sorted[0]);
        assertThat(distribution.max()).as(what).isEqualTo(sorted[sorted.length - 1]);
        assertThat(distribution.lastAt()).as(what).isEqualTo(sorted.length - 1);
        for (double q : QUANTILES) {
            double exact = sorted[(int) Math.max(0, Math.ceil(q * sorted.length) - 1)];
            double error = distribution.exact() ? 0 : Math.abs(exact) / 100;
            assertThat(distribution.quantile(q)).as("%s, q %s", what, q).isCloseTo(exact, within(error));
        }
    }
}
