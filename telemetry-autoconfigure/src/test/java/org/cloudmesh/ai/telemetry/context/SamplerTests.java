package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.NewThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Probes that fail, hang or wait, and how the sampler takes it. */
@Timeout(20)
@ExtendWith(OutputCaptureExtension.class)
class SamplerTests {

    private static final Duration OFTEN = Duration.ofMillis(100);

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T22:20:00.123456Z"), ZoneOffset.UTC);

    private final CountDownLatch released = new CountDownLatch(1);

    private final Warnings warnings = new Warnings();

    private final NewThreads newThreads = new NewThreads();

    @AfterEach
    void releaseWhatHangs() {
        this.released.countDown();
    }

    @Test
    void theFirstReadingDoesNotWaitForASlowStart() {
        Probe slow = new TestProbe(reading -> hang()) {
            @Override
            public boolean slowStart() {
                return true;
            }
        };
        try (Sampler sampler = sampler(slow, counting(new AtomicInteger()))) {
            sampler.start();
            await().atMost(Duration.ofSeconds(2)).until(() -> sampler.system() != null);
            assertThat(sampler.system())
                    .containsEntry("load_1m", 1)
                    .containsEntry("cpu", null)
                    .containsEntry("sampled_at", "2026-11-24T22:20:00.123Z")
                    .containsEntry("application", "demo");
            this.released.countDown();
        }
    }

    @Test
    void probesThatCannotBeMadeLeaveAllFieldsUnknownAndAreWarnedOf(CapturedOutput output) {
        Supplier<List<Probe>> broken = () -> {
            throw new NoClassDefFoundError("oshi/half/There");
        };
        try (Sampler sampler = new Sampler(broken, OFTEN, CLOCK, Map.of("application", "demo"), this.warnings)) {
            sampler.start();
            await().until(() -> sampler.system() != null);
            assertThat(sampler.system()).containsEntry("application", "demo").containsEntry("cpu", null);
        }
        assertThat(output).contains("WARN", "oshi/half/There");
    }

    @Test
    void aProbeThatFailsLosesItsOwnFieldsAloneAndWarnsOnce(CapturedOutput output) {
        AtomicInteger readings = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger(1);
        Probe failing = new TestProbe(reading -> {
            reading.put(SystemField.CPU, "half read");
            if (broken.get() == 1) {
                throw new IllegalStateException("broken sensor");
            }
        });
        try (Sampler sampler = sampler(failing, counting(readings))) {
            sampler.start();
            await().until(() -> readings.get() > 4);
            assertThat(sampler.system()).containsEntry("cpu", null);
            assertThat((Integer) sampler.system().get("load_1m")).isGreaterThan(2);
            assertThat(output.getOut().split("broken sensor", -1)).hasSize(2);
            broken.set(0);
            await().until(() -> "half read".equals(sampler.system().get("cpu")));
        }
    }

    @Test
    void whatEvenErrorsThrowDoesNotEndTheThread() {
        AtomicInteger readings = new AtomicInteger();
        Probe failing = new TestProbe(reading -> {
            throw new NoClassDefFoundError("oshi/SystemInfo");
        });
        try (Sampler sampler = sampler(failing, counting(readings))) {
            sampler.start();
            await().until(() -> readings.get() > 4);
        }
    }

    @Test
    void aGraphicsDriverThatHangsLeavesTheOthersGoingAndComesBack() {
        AtomicInteger readings = new AtomicInteger();
        AtomicReference<Boolean> hangs = new AtomicReference<>(false);
        Card card = new Card("a", "A100", "NVIDIA", 100L, 10L, 50.0, 60.0, 70.0);
        GpuProbe gpu = new GpuProbe(
                List.of(new OneCard(card, () -> {
                    if (hangs.get()) {
                        hang();
                    }
                })),
                this.warnings);
        try (Sampler sampler = sampler(gpu, counting(readings))) {
            sampler.start();
            await().until(() -> Double.valueOf(50.0).equals(number(sampler, "gpu_percent")));
            hangs.set(true);
            await().until(() -> sampler.system().get("gpu_percent") == null);
            int before = readings.get();
            await().until(() -> readings.get() > before + 3);
            assertThat(sampler.system())
                    .contains(entry("gpu_present", true), entry("gpu_model", "A100"), entry("gpu_memory_total", 100L));
            hangs.set(false);
            this.released.countDown();
            await().until(() -> Double.valueOf(50.0).equals(number(sampler, "gpu_percent")));
        }
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void aDriverThatAnswersTooLateFillsEachNextReading() throws Exception {
        Card card = new Card("a", "A100", "NVIDIA", 100L, 10L, 50.0, 60.0, 70.0);
        Semaphore answers = new Semaphore(0);
        AtomicInteger answered = new AtomicInteger();
        try (GpuProbe gpu = new GpuProbe(
                List.of(new OneCard(card, () -> {
                    answers.acquireUninterruptibly();
                    answered.incrementAndGet();
                })),
                this.warnings)) {
            assertThat(percent(gpu)).isNull();
            for (int reading = 1; reading <= 3; reading++) {
                int expected = reading;
                answers.release();
                await().until(() -> answered.get() == expected);
                await().until(() -> percent(gpu) != null);
            }
            answers.release(1_000);
        }
    }

    @Test
    void aCardWhoseDriverCrashesLeavesTheOtherIntact(CapturedOutput output) {
        Card crashing = new Card("a", "A100", "NVIDIA", 100L, null, null, null, null);
        Card sound = new Card("b", "MI300X", "AMD", 100L, 10L, 50.0, 60.0, 70.0);
        AtomicInteger readings = new AtomicInteger();
        GpuProbe gpu = new GpuProbe(
                List.of(
                        new OneCard(crashing, () -> {
                            // What JNA says of a library that crashes.
                            throw new Error("Invalid memory access");
                        }),
                        new OneCard(sound, () -> {})),
                this.warnings);
        try (Sampler sampler = sampler(gpu, counting(readings))) {
            sampler.start();
            await().until(() -> readings.get() > 4);
            await().untilAsserted(() -> assertThat(sampler.system())
                    .contains(entry("gpu_present", true), entry("gpu_percent", 50.0), entry("gpu_memory_total", 200L)));
            assertThat((List<?>) sampler.system().get("gpus")).hasSize(2);
            assertThat(output.getOut().split("Invalid memory access", -1)).hasSize(2);
        }
    }

    @Test
    void aDriverThatHangsWhileTheCardsAreCountedLeavesThemUnknown() {
        AtomicInteger readings = new AtomicInteger();
        GpuDriver hanging = new OneCard(null, this::hang);
        try (Sampler sampler = sampler(new GpuProbe(List.of(hanging), this.warnings), counting(readings))) {
            sampler.start();
            await().until(() -> readings.get() > 3);
            assertThat(sampler.system()).containsEntry("gpu_present", null).containsEntry("gpus", null);
        }
    }

    @Test
    void withoutCardsNoThreadStaysForThem() {
        try (Sampler sampler = sampler(new GpuProbe(List.of(), this.warnings))) {
            sampler.start();
            await().until(() -> Boolean.FALSE.equals(number(sampler, "gpu_present")));
            await().untilAsserted(() -> assertThat(threads()).containsExactly(Sampler.THREAD_NAME));
        }
    }

    @Test
    void closeIsBoundedWhileAProbeHangs() {
        AtomicInteger entered = new AtomicInteger();
        Sampler sampler = sampler(new TestProbe(reading -> {
            entered.set(1);
            hang();
        }));
        sampler.start();
        await().until(() -> entered.get() == 1);
        sampler.close();
        // It returned while the probe still hangs.
        assertThat(this.released.getCount()).isEqualTo(1);
        this.released.countDown();
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void slowReadingsStretchTheInterval() {
        long second = Duration.ofSeconds(1).toNanos();
        assertThat(Sampler.pauseNanos(second, second / 1000)).isEqualTo(second);
        assertThat(Sampler.pauseNanos(second, second / 2)).isEqualTo(10 * second);
        assertThat(Sampler.pauseNanos(second, 100 * second)).isEqualTo(60 * second);
        assertThat(Sampler.pauseNanos(120 * second, 100 * second)).isEqualTo(120 * second);
    }

    @Test
    void rareProbesStandInBetween() {
        AtomicInteger often = new AtomicInteger();
        AtomicInteger rarely = new AtomicInteger();
        Probe rare = new TestProbe(reading -> reading.put(SystemField.CPU, "read " + rarely.incrementAndGet())) {
            @Override
            public int every() {
                return RARELY;
            }
        };
        try (Sampler sampler = sampler(rare, counting(often))) {
            sampler.start();
            await().until(() -> often.get() > 3);
            assertThat(sampler.system()).containsEntry("cpu", "read 1");
            await().until(() -> "read 2".equals(sampler.system().get("cpu")));
            assertThat(often.get()).isGreaterThan(9);
        }
    }

    @Test
    void listenersHearOfConstantsOnlyWhenTheyChange() {
        AtomicInteger readings = new AtomicInteger();
        AtomicInteger heard = new AtomicInteger();
        AtomicReference<String> model = new AtomicReference<>("one");
        Probe changing = new TestProbe(reading -> reading.put(SystemField.CPU, model.get()));
        try (Sampler sampler = sampler(changing, counting(readings))) {
            sampler.onConstantsChange(heard::incrementAndGet);
            sampler.onConstantsChange(() -> {
                throw new IllegalStateException("listener");
            });
            sampler.start();
            await().until(() -> readings.get() > 3);
            assertThat(heard).hasValue(1);
            Map<String, Object> constants = sampler.constants();
            assertThat(constants).containsEntry("cpu", "one").containsEntry("load_1m", null);
            model.set("two");
            await().until(() -> heard.get() == 2);
            assertThat(sampler.constants()).containsEntry("cpu", "two");
        }
    }

    private Sampler sampler(Probe... probes) {
        return new Sampler(() -> List.of(probes), OFTEN, CLOCK, Map.of("application", "demo"), this.warnings);
    }

    private static Probe counting(AtomicInteger readings) {
        return new TestProbe(reading -> reading.put(SystemField.LOAD_1M, readings.incrementAndGet()));
    }

    private static Object number(Sampler sampler, String field) {
        return sampler.system() == null ? null : sampler.system().get(field);
    }

    private static Object percent(GpuProbe gpu) throws Exception {
        Reading reading = new Reading();
        gpu.read(reading);
        return reading.get(SystemField.GPU_PERCENT);
    }

    /** Does what a call into a driver does that hangs: neither returns nor heeds an interrupt. */
    private void hang() {
        boolean hanging = true;
        while (hanging) {
            try {
                this.released.await();
                hanging = false;
            } catch (InterruptedException ex) {
                continue;
            }
        }
    }

    private List<String> threads() {
        return this.newThreads.named(Sampler.THREAD_NAME);
    }

    private interface Code {

        void read(Reading reading) throws Exception;
    }

    private static class TestProbe implements Probe {

        private final Code code;

        TestProbe(Code code) {
            this.code = code;
        }

        @Override
        public String name() {
            return "test";
        }

        @Override
        public void read(Reading reading) throws Exception {
            this.code.read(reading);
        }
    }

    /** A driver of one card, or of none. */
    private record OneCard(Card card, Runnable before) implements GpuDriver, GpuDriver.Gpu {

        @Override
        public String name() {
            return "test";
        }

        @Override
        public List<? extends Gpu> open(List<Card> others) {
            if (this.card == null) {
                this.before.run();
                return List.of();
            }
            return List.of(this);
        }

        @Override
        public Card read() {
            this.before.run();
            return this.card;
        }
    }
}
