package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a record with a duration is told of the machine meanwhile. */
class ReadingWindowTests {

    private static final long SECOND = 1_000_000;

    private static final long START = 1_795_000_000L * SECOND;

    private final ReadingWindow window = new ReadingWindow(3600, 60, 100);

    @Test
    void averagesAndExtremesAreThoseOfTheReadingsInTheRange() {
        add(0, 90, 100, null, List.of());
        add(1, 10, 300, null, List.of());
        add(2, 30, 200, null, List.of());
        add(3, 80, 900, null, List.of());
        assertThat(during(1, 2))
                .containsEntry("seconds", 1.0)
                .containsEntry("readings", 2)
                .containsEntry("cpu_percent_avg", 20.0)
                .containsEntry("cpu_percent_max", 30.0)
                .containsEntry("memory_used_max", 300L)
                .containsEntry("gpu_percent_avg", null)
                .containsEntry("gpu_percent_max", null)
                .containsEntry("gpu_memory_used_max", null)
                .containsEntry("gpu_energy", null);
    }

    @Test
    void fewerThanTwoReadingsAreNoAnswer() {
        add(0, 10, 100, null, List.of());
        add(1, 10, 100, null, List.of());
        assertThat(this.window.during(START + 1, START + SECOND)).isNull();
        assertThat(this.window.during(START - 10 * SECOND, START - 5 * SECOND)).isNull();
    }

    @Test
    void energyIsThePowerOfAllCardsOverTime() {
        add(0, 10, 100, 50.0, List.of(100.0, 20.0));
        add(1, 10, 100, 60.0, List.of(200.0, 20.0));
        add(3, 10, 100, 70.0, List.of(100.0, 40.0));
        // 170 W for a second, 180 W for two.
        assertThat(during(0, 3)).containsEntry("gpu_energy", 530.0).containsEntry("gpu_percent_avg", 60.0);
        assertThat(during(1, 3)).containsEntry("gpu_energy", 360.0);
    }

    @Test
    void energyIsUnknownWhereACardDidNotTellItsPower() {
        add(0, 10, 100, 50.0, List.of(100.0));
        add(1, 10, 100, 50.0, Arrays.asList((Double) null));
        add(2, 10, 100, 50.0, List.of(100.0));
        add(3, 10, 100, 50.0, List.of(100.0));
        assertThat(during(0, 3)).containsEntry("gpu_energy", null);
        assertThat(during(2, 3)).containsEntry("gpu_energy", 100.0);
    }

    @Test
    void aClockThatWasSetMeanwhileIsNoAnswer() {
        this.window.add(START, 0, fields(10, 100, null, List.of()));
        this.window.add(START + 3600 * SECOND, 1_000_000_000L, fields(10, 100, null, List.of()));
        assertThat(during(0, 3600)).isNull();
    }

    @Test
    void whatIsOlderThanTheWindowIsKeptInCoarserSpans() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ReadingWindow window = new ReadingWindow(10, 5, 1000);
        List<Double> cpu = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            cpu.add(random.nextDouble() * 100);
            window.add(START + i * SECOND, i * 1_000_000_000L, fields(cpu.get(i), i, null, List.of((double)
                    random.nextInt(300))));
        }
        Map<String, @Nullable Object> whole =
                Objects.requireNonNull(window.during(START, START + 999 * SECOND), "seed " + seed);
        assertThat(whole).as("seed %d", seed).containsEntry("readings", 1000).containsEntry("memory_used_max", 999L);
        assertThat((Double) whole.get("cpu_percent_avg"))
                .as("seed %d", seed)
                .isCloseTo(
                        cpu.stream().mapToDouble(Double::doubleValue).average().orElseThrow(), within(1e-9));
        assertThat((Double) whole.get("gpu_energy")).as("seed %d", seed).isPositive();
        // The span of readings 0 to 4 begins before the range and is left out.
        assertThat(window.during(START + SECOND, START + 999 * SECOND))
                .as("seed %d", seed)
                .containsEntry("readings", 995)
                .containsEntry("seconds", 994.0);
    }

    @Test
    void memoryIsBounded() {
        ReadingWindow window = new ReadingWindow(10, 5, 20);
        for (int i = 0; i < 1000; i++) {
            window.add(START + i * SECOND, i * 1_000_000_000L, fields(1, 1, null, List.of()));
        }
        assertThat(Objects.requireNonNull(window.during(0, Long.MAX_VALUE)))
                .extractingByKey("readings")
                .isEqualTo(10 + 20 * 5);
    }

    private Map<String, @Nullable Object> during(int fromSecond, int toSecond) {
        return this.window.during(START + fromSecond * SECOND, START + toSecond * SECOND);
    }

    private void add(int second, double cpu, long memory, @Nullable Double gpu, List<@Nullable Double> watts) {
        this.window.add(START + second * SECOND, second * 1_000_000_000L, fields(cpu, memory, gpu, watts));
    }

    private static Map<SystemField, @Nullable Object> fields(
            double cpu, long memory, @Nullable Double gpu, List<@Nullable Double> watts) {
        Map<SystemField, @Nullable Object> fields = new EnumMap<>(SystemField.class);
        fields.put(SystemField.CPU_PERCENT, cpu);
        fields.put(SystemField.MEMORY_USED, memory);
        fields.put(SystemField.GPU_PERCENT, gpu);
        List<Map<String, @Nullable Object>> cards = new ArrayList<>();
        for (Double power : watts) {
            cards.add(new Card("gpu", null, null, null, null, null, null, power).toMap(cards.size()));
        }
        fields.put(SystemField.GPUS, cards);
        return fields;
    }
}
