package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloudmesh.ai.telemetry.RecordDroppedException;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong within the process: listeners that fail, stores that hang, a close in the midst of everything. */
@Timeout(60)
class PipelineFaultTests extends ScriptedPipeline {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<PipelineListener> listeners = new ArrayList<>();

    @Test
    @FaultRow(
            number = 3,
            injected = "a listener that throws OutOfMemoryError and other errors on the writer's thread",
            expected = "the writer lives on; each record is kept and counted once")
    void anErrorOnTheWritersThreadDisturbsNothing() {
        this.listeners.add(new PipelineListener() {
            @Override
            public void onRecord(TelemetryRecord record) {
                throw new OutOfMemoryError("injected");
            }

            @Override
            public void onWrite(String store, int records, long nanos) {
                throw new NoClassDefFoundError("injected");
            }
        });
        start(Duration.ofSeconds(5), this.store);
        for (int round = 0; round < 10; round++) {
            this.telemetry.emit("n", round);
            assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        }
        assertThat(this.store.records()).hasSize(10);
        assertThat(status().written()).isEqualTo(10);
        assertAccounted(status());
        assertThat(status().degraded()).isNull();
    }

    @Test
    @FaultRow(
            number = 22,
            injected = "two records of which the store refuses each, and nothing else to write",
            expected = "both put aside; the next one is written")
    void recordsThatAreAllPoisonousDoNotBlockTheWay() {
        this.store.script = (batch) -> {
            if (batch.stream().anyMatch((record) -> record.metrics().containsKey("poison"))) {
                throw new StoreException(Remedy.RECORD, "too big", null);
            }
        };
        this.store.gate = new CountDownLatch(1);
        start(Duration.ofSeconds(5), this.store);
        for (int i = 0; i < 70; i++) {
            this.telemetry.emit("poison", i);
        }
        this.store.gate.countDown();
        await().atMost(PATIENCE).until(() -> status().dropped().getOrDefault("rejected", 0L) == 70);
        this.telemetry.emit("good", 1);
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(this.store.rejected).hasSize(70);
        assertThat(status().written()).isEqualTo(1);
        assertAccounted(status());
    }

    @Test
    void aStoreThatFailsWhileNothingIsEmittedHeals() {
        AtomicBoolean away = new AtomicBoolean();
        this.store.maintenance = () -> {
            if (away.get()) {
                throw new StoreException(Remedy.REOPEN, "moved away", null);
            }
        };
        start(Duration.ofSeconds(5), this.store);
        await().until(() -> this.store.opened == 1);
        away.set(true);
        await().until(() -> status().degraded() != null);
        away.set(false);
        await().until(() -> status().degraded() == null);
        assertThat(this.store.opened).isGreaterThan(1);
    }

    @Test
    void whoWaitsForAStoreThatHangsIsToldAtTheClose() {
        this.store.gate = new CountDownLatch(1);
        start(Duration.ofMillis(100), this.store);
        this.telemetry.emit("held by the writer", 1);
        await().until(() -> this.store.waiting);
        CompletableFuture<Void> queued = this.telemetry.record().metric("n", 1).emitDurably();
        CompletableFuture<Boolean> flushed = CompletableFuture.supplyAsync(() -> this.telemetry.flush(PATIENCE));
        this.telemetry.close();
        assertThat(flushed.orTimeout(5, TimeUnit.SECONDS).join()).isFalse();
        assertThatThrownBy(() -> queued.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RecordDroppedException.class)
                .hasMessageContaining("shutdown");
        assertThat(this.telemetry.flush(PATIENCE)).isFalse();
        assertThat(status().dropped()).containsExactly(Map.entry("shutdown", 2L));
        assertAccounted(status());
    }

    @Test
    void aFlushAfterAWholeDrainIsTrueAndAnEmitIsCounted() {
        start(Duration.ofSeconds(5), this.store);
        this.telemetry.emit("n", 1);
        this.telemetry.close();
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        this.telemetry.emit("late", 1);
        CompletableFuture<Void> late = this.telemetry.record().metric("late", 1).emitDurably();
        assertThat(late).isCompletedExceptionally();
        assertThat(status().written()).isEqualTo(1);
        assertThat(status().dropped()).containsExactly(Map.entry("shutdown", 2L));
        assertAccounted(status());
    }

    @Test
    void aSecondCloseWaitsForTheFirst() {
        this.store.gate = new CountDownLatch(1);
        start(Duration.ofSeconds(10), this.store);
        this.telemetry.emit("n", 1);
        Thread first = new Thread(this.telemetry::close, "first-close");
        first.start();
        await().until(() -> this.store.waiting && first.getState() != Thread.State.NEW);
        await().until(() -> {
            this.telemetry.emit("until closed", 1);
            return status().dropped().containsKey("shutdown");
        });
        CompletableFuture<Void> second = CompletableFuture.runAsync(this.telemetry::close);
        assertThat(second.isDone()).isFalse();
        this.store.gate.countDown();
        second.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(status().queued()).isZero();
        assertThat(this.store.records()).isNotEmpty();
    }

    @Test
    @FaultRow(
            number = 3,
            injected = "large records while the second of two stores fails",
            expected = "its backlog is bounded in bytes, the first keeps all")
    void theBacklogOfASecondStoreIsBoundedInBytes() {
        ScriptedStore broken = new ScriptedStore();
        broken.script = (batch) -> {
            throw new StoreException(Remedy.RETRY, "disk full", null);
        };
        // The second store closes the door for all during three quarters of this, then loses what it has no room for.
        TelemetrySettings.Queue queue =
                new TelemetrySettings.Queue(1 << 16, 1 << 20, WhenFull.BLOCK, Duration.ofSeconds(4));
        this.telemetry = new DefaultTelemetryFactory(List.of(this.store, broken), List.of(), List.of())
                .assemble(settings(Duration.ofMillis(100), queue));
        String message = "x".repeat(60_000);
        for (int i = 0; i < 2_000; i++) {
            this.telemetry.record().message(message).emit();
        }
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        StoreStatus second = this.telemetry.stores().get(1);
        assertThat(status().written()).isEqualTo(2_000);
        // A batch and the backlog are 8 MiB each at most: 70 such messages, of two bytes a character.
        assertThat(second.queued()).isBetween(1L, 150L);
        assertThat(second.dropped().get("queue-full")).isEqualTo(2_000 - second.queued());
        assertAccounted(second);
    }

    @Test
    @FaultRow(
            number = 21,
            injected = "25,000 metric names in records of one and of two metrics",
            expected = "10,000 stay metrics, the others are kept as an attribute and counted")
    void namesBeyondTheLimitAreKeptAsAnAttribute() {
        TelemetrySettings.Queue queue =
                new TelemetrySettings.Queue(1 << 16, 1 << 24, WhenFull.BLOCK, Duration.ofSeconds(10));
        this.telemetry = new DefaultTelemetryFactory(List.of(this.store), List.of(), List.of())
                .assemble(settings(Duration.ofSeconds(5), queue));
        for (int i = 0; i < 24_999; i++) {
            this.telemetry.emit("name-" + i, i);
        }
        this.telemetry.emit(Map.of("name-24999", 0.5, "name-7", 1.5));
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        List<TelemetryRecord> records = this.store.records();
        assertThat(records).hasSize(25_000);
        assertThat(records.get(9_999).metrics()).containsExactly(Map.entry("name-9999", 9_999.0));
        assertThat(records.get(10_000).metrics()).isEmpty();
        assertThat(records.get(10_000).attributes())
                .containsExactly(Map.entry("further_metrics", "name-10000=10000.0"));
        assertThat(records.get(24_999).metrics()).containsExactly(Map.entry("name-7", 1.5));
        assertThat(records.get(24_999).attributes()).containsExactly(Map.entry("further_metrics", "name-24999=0.5"));
        assertThat(status().normalised()).containsExactly(Map.entry("too-many-names", 15_000L));
    }

    @Test
    void aCloseWaitsForAStoreThatMayComeBackAndNotForOneThatRefusesItsFile() {
        this.store.script = (batch) -> {
            throw new StoreException(Remedy.REFUSED, "not ours", null);
        };
        ScriptedStore locked = new ScriptedStore();
        AtomicInteger tries = new AtomicInteger();
        locked.script = (batch) -> {
            if (tries.incrementAndGet() < 20) {
                throw new StoreException(Remedy.RETRY, "locked", null);
            }
        };
        // Whoever waited for the store that refuses its file would wait longer than this test may last.
        start(Duration.ofHours(1), this.store, locked);
        this.telemetry.emit("n", 1);
        this.telemetry.close();
        assertThat(locked.records()).hasSize(1);
        assertThat(status().dropped()).containsExactly(Map.entry("shutdown", 1L));
        assertThat(this.telemetry.stores().get(1).written()).isEqualTo(1);
        this.telemetry.stores().forEach(ScriptedPipeline::assertAccounted);
    }

    private void start(Duration closeTimeout, ScriptedStore... stores) {
        this.telemetry = new DefaultTelemetryFactory(List.of(stores), this.listeners, List.of())
                .assemble(settings(closeTimeout, null));
    }

    private static TelemetrySettings settings(Duration closeTimeout, TelemetrySettings.Queue queue) {
        var builder = Telemetry.builder()
                .backend("none")
                .command("test")
                .closeTimeout(closeTimeout)
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)));
        return (queue == null ? builder : builder.queue(queue)).settings();
    }
}
