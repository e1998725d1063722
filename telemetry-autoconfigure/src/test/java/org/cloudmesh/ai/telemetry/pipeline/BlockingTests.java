package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code when-full=block} waits, and loses nothing that need not be lost. */
@Timeout(60)
class BlockingTests extends ScriptedPipeline {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void waitsTenSecondsByDefault() {
        assertThat(TelemetrySettings.Queue.defaults().blockTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void theTimeInWhichAStoreOpensDoesNotCount() {
        CountDownLatch open = new CountDownLatch(1);
        AtomicBoolean opening = new AtomicBoolean();
        this.store.opening = () -> {
            opening.set(true);
            awaitUninterruptibly(open);
        };
        start(new TelemetrySettings.Queue(16, 1 << 20, WhenFull.BLOCK, Duration.ofSeconds(1)), this.store);
        CompletableFuture<Void> emitter = emit(1_000);
        await().until(opening::get);
        await().during(Duration.ofMillis(1_500)).until(() -> status().dropped().isEmpty());
        assertThat(emitter).isNotDone();
        open.countDown();
        emitter.join();
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(this.store.records()).hasSize(1_000);
    }

    @Test
    void aStoreThatFailsForAWhileLosesNothingThoughAnotherIsFaster() {
        ScriptedStore slow = new ScriptedStore();
        AtomicInteger failures = new AtomicInteger(7);
        slow.script = (batch) -> {
            if (failures.getAndDecrement() > 0) {
                throw new StoreException(Remedy.RETRY, "database is locked", null);
            }
        };
        start(new TelemetrySettings.Queue(1 << 10, 1 << 20, WhenFull.BLOCK, Duration.ofSeconds(40)), this.store, slow);
        emit(200_000).join();
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        await().atMost(PATIENCE).until(() -> slow.records().size() == 200_000);
        assertThat(this.store.records()).hasSize(200_000);
        this.telemetry.stores().forEach((status) -> {
            assertThat(status.dropped()).isEmpty();
            assertThat(status.written()).isEqualTo(200_000);
        });
    }

    @Test
    void aStoreThatFailsForGoodHoldsTheOthersUpOnlyOnce() {
        ScriptedStore broken = new ScriptedStore();
        broken.script = (batch) -> {
            throw new StoreException(Remedy.RETRY, "disk full", null);
        };
        start(new TelemetrySettings.Queue(1 << 10, 1 << 20, WhenFull.BLOCK, Duration.ofSeconds(2)), this.store, broken);
        emit(200_000).join();
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(status().written()).isEqualTo(200_000);
        StoreStatus second = this.telemetry.stores().get(1);
        assertThat(second.queued() + second.dropped().getOrDefault("queue-full", 0L))
                .isEqualTo(200_000);
        assertThat(second.accepted())
                .isEqualTo(second.written() + ReasonCounters.sum(second.dropped()) + second.queued());
    }

    @Test
    void whatCanNeverFitIsDroppedAtOnce() {
        start(new TelemetrySettings.Queue(16, 1_000, WhenFull.BLOCK, Duration.ofHours(1)), this.store);
        this.telemetry.record().event("large").message("x".repeat(1_000)).emit();
        this.telemetry.record().event("small").emit();
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(status().dropped()).containsExactly(Map.entry("queue-full", 1L));
        assertThat(this.store.records()).hasSize(1);
    }

    @Test
    @FaultRow(
            number = 15,
            injected = "an interrupted caller that waits for room, when-full=block",
            expected = "its record is kept, its flag too")
    void anInterruptCostsNoRecord() {
        this.store.gate = new CountDownLatch(1);
        start(new TelemetrySettings.Queue(16, 1 << 20, WhenFull.BLOCK, Duration.ofHours(1)), this.store);
        AtomicBoolean flag = new AtomicBoolean();
        Thread caller = new Thread(
                () -> {
                    Thread.currentThread().interrupt();
                    for (int i = 0; i < 100; i++) {
                        this.telemetry.emit("n", i);
                    }
                    flag.set(Thread.currentThread().isInterrupted());
                },
                "interrupted-caller");
        caller.start();
        await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
        this.store.gate.countDown();
        await().until(() -> !caller.isAlive());
        assertThat(flag).isTrue();
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(this.store.records()).hasSize(100);
    }

    @Test
    void aLargeRecordGetsItsTurnAmongManySmallerOnes() throws Exception {
        start(new TelemetrySettings.Queue(1 << 12, 40_000, WhenFull.BLOCK, PATIENCE), this.store);
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> small = Stream.generate(() -> new Thread(() -> {
                    while (!stop.get()) {
                        this.telemetry.record().message("x".repeat(500)).emit();
                    }
                }))
                .limit(3)
                .toList();
        small.forEach(Thread::start);
        for (int i = 0; i < 20; i++) {
            this.telemetry.record().event("large").message("y".repeat(19_000)).emit();
        }
        stop.set(true);
        for (Thread thread : small) {
            thread.join();
        }
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(status().dropped()).isEmpty();
        assertThat(this.store.records())
                .filteredOn((record) -> "large".equals(record.event()))
                .hasSize(20);
    }

    private CompletableFuture<Void> emit(int count) {
        return CompletableFuture.runAsync(() -> {
            for (int i = 0; i < count; i++) {
                this.telemetry.emit("n", i);
            }
        });
    }

    private void start(TelemetrySettings.Queue queue, TelemetryStore... stores) {
        this.telemetry = new DefaultTelemetryFactory(List.of(stores), List.of(), List.of())
                .assemble(Telemetry.builder()
                        .backend("none")
                        .queue(queue)
                        .closeTimeout(Duration.ofMillis(200))
                        .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                        .settings());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException ex) {
                // A slow disk does not notice interrupts either.
            }
        }
    }
}
