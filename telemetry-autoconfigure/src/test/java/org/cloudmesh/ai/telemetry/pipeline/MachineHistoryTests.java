package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.junit.jupiter.api.Test;

/** What a record with a duration is told of the machine meanwhile, and which readings are due to be kept. */
class MachineHistoryTests {

    private static final long SECOND = 1_000_000;

    private static final long START = 1_795_000_000L * SECOND;

    private static final Origin ORIGIN = new Origin("t", "test", "run", Map.of());

    private final MachineHistory history = history(Duration.ofSeconds(10));

    @Test
    void averagesAndExtremesAreThoseOfTheReadingsInTheRange() {
        add(0, 90, 100, null);
        add(1, 10, 300, null);
        add(2, 30, 200, null);
        add(3, 80, 900, null);
        assertThat(during(1, 2))
                .containsExactly(
                        Map.entry("seconds", 1.0),
                        Map.entry("readings", 2),
                        Map.entry("cpu_percent_avg", 20.0),
                        Map.entry("cpu_percent_max", 30.0),
                        Map.entry("memory_used_max", 300L),
                        unknown("gpu_percent_avg"),
                        unknown("gpu_percent_max"),
                        unknown("gpu_memory_used_max"),
                        unknown("gpu_energy"));
    }

    @Test
    void whatIsUnknownInSomeReadingsIsLeftOutOfTheAverage() {
        add(0, 10, 100, null);
        add(1, 10, 100, 40.0);
        add(2, 10, 100, 60.0);
        assertThat(during(0, 2)).containsEntry("gpu_percent_avg", 50.0).containsEntry("gpu_percent_max", 60.0);
    }

    @Test
    void fewerThanTwoReadingsAreNoAnswer() {
        add(0, 10, 100, null);
        add(1, 10, 100, null);
        assertThat(during(0.5, 1)).isNull();
        assertThat(during(-10, -5)).isNull();
        assertThat(during(0, 1)).isNotNull();
        TelemetryRecord plain = TelemetryRecord.builder(ORIGIN, 1, START + 5 * SECOND)
                .metrics(new String[] {"latency"}, new double[] {5})
                .build();
        assertThat(this.history.withDuring(plain)).isSameAs(plain);
    }

    @Test
    void theDurationOfTrackedWorkComesBeforeOthers() {
        for (int i = 0; i <= 10; i++) {
            add(i, i, 100, null);
        }
        TelemetryRecord record = TelemetryRecord.builder(ORIGIN, 1, START + 10 * SECOND)
                .reading(Map.of("cpu", "x"))
                .metrics(new String[] {"chat.duration", "duration_sec"}, new double[] {2, 4})
                .build();
        assertThat(Objects.requireNonNull(this.history.withDuring(record).during()))
                .containsEntry("seconds", 4.0)
                .containsEntry("readings", 5)
                .containsEntry("cpu_percent_avg", 8.0);
    }

    @Test
    void energyIsThePowerOfAllCardsOverTime() {
        add(0, 10, 100, 50.0, 100.0, 20.0);
        add(1, 10, 100, 60.0, 200.0, 20.0);
        add(3, 10, 100, 70.0, 100.0, 40.0);
        // 170 W for a second, 180 W for two.
        assertThat(during(0, 3)).containsEntry("gpu_energy", 530.0).containsEntry("gpu_percent_avg", 62.5);
        assertThat(during(1, 3)).containsEntry("gpu_energy", 360.0);
    }

    @Test
    void theEdgesOfAShortRangeCountToo() {
        for (int i = 0; i < 10; i++) {
            add(i, 10, 100, 50.0, 200.0);
        }
        assertThat(during(2.4, 6.2)).containsEntry("seconds", 3.8).containsEntry("gpu_energy", 760.0);
        // Memory begins in the midst of the range: what was before is not made up.
        assertThat(during(-60, 9)).containsEntry("seconds", 9.0).containsEntry("gpu_energy", 1800.0);
    }

    @Test
    void energyIsThatOfTheCardsThatTellTheirPower() {
        add(0, 10, 100, 50.0, null, 62.5);
        add(1, 10, 100, 50.0, null, 62.5);
        assertThat(during(0, 1)).containsEntry("gpu_energy", 62.5);
    }

    @Test
    void aReadingWithoutPowerIsBridgedAndALongGapIsNot() {
        add(0, 10, 100, 50.0, 100.0);
        add(1, 10, 100, 50.0, (Double) null);
        add(2, 10, 100, 50.0, 100.0);
        assertThat(during(0, 2)).containsEntry("gpu_energy", 200.0);
        add(600, 10, 100, 50.0, 100.0);
        add(601, 10, 100, 50.0, 100.0);
        assertThat(during(0, 601))
                .containsEntry("seconds", 3.0)
                .containsEntry("readings", 5)
                .containsEntry("gpu_energy", null);
    }

    @Test
    void aClockThatGoesBackMakesEarlierReadingsWorthless() {
        for (int i = 0; i < 100; i++) {
            add(3600 + i, 90, 100, null);
        }
        add(3650, 10, 100, null);
        add(3651, 20, 100, null);
        assertThat(during(3600, 3651)).containsEntry("readings", 2).containsEntry("cpu_percent_avg", 15.0);
    }

    @Test
    void anyRangeIsSummedUpAsAPlainScanDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Double> cpu = new ArrayList<>();
        List<Double> watts = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            cpu.add(random.nextDouble() * 100);
            watts.add((double) random.nextInt(300));
            add(i, cpu.get(i), i, 1.0, watts.get(i));
        }
        for (int i = 0; i < 200; i++) {
            // An hour of readings is in memory.
            int to = 1400 + random.nextInt(3600);
            int from = 1399 + random.nextInt(to - 1399);
            Map<String, Object> during = Objects.requireNonNull(during(from, to), "seed " + seed);
            assertThat(during)
                    .as("seed %d, %d to %d", seed, from, to)
                    .containsEntry("readings", to - from + 1)
                    .containsEntry("memory_used_max", (long) to);
            assertThat((Double) during.get("cpu_percent_avg"))
                    .as("seed %d, %d to %d", seed, from, to)
                    .isCloseTo(
                            cpu.subList(from, to + 1).stream()
                                    .mapToDouble(Double::doubleValue)
                                    .average()
                                    .orElseThrow(),
                            within(0.0051));
            double joules = 0;
            for (int at = from; at < to; at++) {
                joules += (watts.get(at) + watts.get(at + 1)) / 2;
            }
            assertThat((Double) during.get("gpu_energy"))
                    .as("seed %d, %d to %d", seed, from, to)
                    .isCloseTo(joules, within(0.001));
        }
        assertThat(during(0, 4999)).as("seed %d", seed).containsEntry("readings", 3601);
    }

    @Test
    void readingsAreDueAtTheIntervalAndTheFirstWaitsForTheSecond() {
        add(0, 1, 100, null);
        assertThat(this.history.take(false)).isEmpty();
        for (int i = 1; i <= 9; i++) {
            add(i * 1.01, 1, 100, null);
        }
        assertThat(this.history.take(false)).isEmpty();
        for (int i = 10; i <= 60; i++) {
            add(i * 1.01, 1, 100, null);
        }
        assertThat(this.history.take(false))
                .extracting(SystemReading::at)
                .containsExactly(at(0), at(10.1), at(20.2), at(30.3), at(40.4), at(50.5), at(60.6));
        assertThat(this.history.take(false)).isEmpty();
        add(62, 1, 100, null);
        add(63, 1, 100, null);
        assertThat(this.history.take(false)).isEmpty();
        assertThat(this.history.take(true)).extracting(SystemReading::at).containsExactly(at(63));
        assertThat(this.history.take(true)).isEmpty();
    }

    @Test
    void aProgramThatEndsBeforeTheSecondReadingIsDueKeepsNone() {
        add(0, 1, 100, null);
        add(1, 1, 100, null);
        assertThat(this.history.take(true)).isEmpty();
    }

    @Test
    void zeroKeepsNoneAndRecordsAreToldAllTheSame() {
        MachineHistory off = history(Duration.ZERO);
        for (int i = 0; i < 100; i++) {
            off.onReading(at(i), system(1, 100, null));
        }
        assertThat(off.take(false)).isEmpty();
        assertThat(off.take(true)).isEmpty();
        assertThat(off.withDuring(record(0, 99)).during()).isNotNull();
    }

    @Test
    void aClockThatGoesBackDoesNotStopTheHistory() {
        add(7200, 1, 100, null);
        add(7210, 1, 100, null);
        add(0, 1, 100, null);
        add(1, 1, 100, null);
        add(10, 1, 100, null);
        assertThat(this.history.take(false))
                .extracting(SystemReading::at)
                .containsExactly(at(7200), at(7210), at(0), at(10));
    }

    private static MachineHistory history(Duration interval) {
        return new MachineHistory(
                new TelemetrySettings.Context(true, Duration.ofSeconds(1), interval, Map.of()), ORIGIN, () -> null);
    }

    private static long at(double second) {
        return START + Math.round(second * SECOND);
    }

    private Map<String, Object> during(double from, double to) {
        return this.history.withDuring(record(from, to)).during();
    }

    private static TelemetryRecord record(double from, double to) {
        return TelemetryRecord.builder(ORIGIN, 1, at(to))
                .reading(Map.of("cpu", "x"))
                .metrics(new String[] {"duration_sec"}, new double[] {to - from})
                .build();
    }

    private void add(double second, double cpu, long memory, Double gpu, Double... watts) {
        this.history.onReading(at(second), system(cpu, memory, gpu, watts));
    }

    private static Map<String, Object> system(double cpu, long memory, Double gpu, Double... watts) {
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("cpu_percent", cpu);
        system.put("memory_used", memory);
        system.put("gpu_percent", gpu);
        system.put("gpu_memory_used", null);
        system.put(
                "gpus",
                Arrays.stream(watts)
                        .map((power) -> {
                            Map<String, Object> card = new LinkedHashMap<>();
                            card.put("power", power);
                            return card;
                        })
                        .toList());
        return system;
    }

    private static Map.Entry<String, Object> unknown(String field) {
        return new AbstractMap.SimpleEntry<>(field, null);
    }
}
