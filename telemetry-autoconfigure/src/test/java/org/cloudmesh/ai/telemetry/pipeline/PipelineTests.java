package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.RecordDroppedException;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.Tracking;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipelineTests extends ScriptedPipeline {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<PipelineListener> listeners = new ArrayList<>();

    private final List<TelemetryContextContributor> contributors = new ArrayList<>();

    @Test
    void recordsWhatTheManualEmits() {
        Telemetry telemetry = start(builder());
        telemetry.emit("accuracy", 0.92);
        telemetry.emit("inference_latency", 0.125, Status.COMPLETED);
        telemetry.emit(Map.of("tokens_per_sec", 45.2, "gpu_util", 88), Status.COMPLETED);
        telemetry.event("model_load_start", Status.STARTED);
        telemetry
                .record()
                .event("inference")
                .metric("latency", 0.125)
                .metric("tokens", 512)
                .attribute("model", "llama-3")
                .message("warm")
                .status(Status.COMPLETED)
                .emit();
        List<TelemetryRecord> records = written(5);
        assertThat(records.get(0).metrics()).containsOnly(Map.entry("accuracy", 0.92));
        assertThat(records.get(0).status()).isEqualTo(Status.RECORDED);
        assertThat(records.get(1).status()).isEqualTo(Status.COMPLETED);
        assertThat(records.get(2).metrics())
                .containsOnly(Map.entry("tokens_per_sec", 45.2), Map.entry("gpu_util", 88.0));
        assertThat(records.get(3).event()).isEqualTo("model_load_start");
        assertThat(records.get(3).metrics()).isEmpty();
        assertThat(records.get(4).attributes()).containsOnly(Map.entry("model", "llama-3"));
        assertThat(records.get(4).message()).isEqualTo("warm");
        assertThat(records)
                .extracting(TelemetryRecord::id)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(records)
                .allSatisfy((record) -> assertThat(record.origin().command()).isEqualTo("test"));
    }

    @Test
    void trackRecordsStartAndEndAndReturnsTheResult() throws Exception {
        Telemetry telemetry = start(builder());
        String answer = telemetry.track("inference", () -> "42");
        telemetry.track("nothing", () -> {});
        assertThat(answer).isEqualTo("42");
        List<TelemetryRecord> records = written(4);
        assertThat(records)
                .extracting((record) -> record.event() + " " + record.status())
                .containsExactly("inference started", "inference completed", "nothing started", "nothing completed");
        assertThat(records.get(1).metrics().get("duration_sec")).isBetween(0.0, 20.0);
    }

    @Test
    void trackRecordsAndRethrowsTheFailureItself() {
        Telemetry telemetry = start(builder());
        IOException failure = new IOException("out of memory on the card");
        assertThatThrownBy(() -> telemetry.track("inference", () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        TelemetryRecord record = written(2).get(1);
        assertThat(record.status()).isEqualTo(Status.FAILED);
        assertThat(record.attributes()).containsEntry("error.type", "java.io.IOException");
        assertThat(record.message()).isEqualTo("out of memory on the card");
    }

    @Test
    void trackOfAStageEndsWithItAndReturnsTheSameInstance() {
        Telemetry telemetry = start(builder());
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<String> cancelled = new CompletableFuture<>();
        assertThat(telemetry.track("a", () -> answer)).isSameAs(answer);
        assertThat(telemetry.track("b", () -> cancelled)).isSameAs(cancelled);
        written(2);
        cancelled.cancel(false);
        answer.complete("42");
        assertThat(written(4).subList(2, 4))
                .extracting((record) -> record.event() + " " + record.status())
                .containsExactly("b cancelled", "a completed");
    }

    @Test
    void theFirstEndOfTrackedWorkWins() {
        Telemetry telemetry = start(builder());
        try (Tracking tracking = telemetry.track("batch")) {
            tracking.metric("rows", 7).attribute("model", "llama-3");
            tracking.complete();
            tracking.fail(new IllegalStateException());
        }
        telemetry.track("lost").close();
        List<TelemetryRecord> records = written(4);
        assertThat(records.get(1).status()).isEqualTo(Status.COMPLETED);
        assertThat(records.get(1).metrics()).containsEntry("rows", 7.0).containsKey("duration_sec");
        assertThat(records.get(3).attributes()).containsEntry("error.type", "incomplete");
    }

    @Test
    @FaultRow(
            number = 19,
            injected = "NaN, infinities, null, blank names",
            expected = "mended or counted by reason, never thrown")
    void badInputIsMendedOrCountedAndNeverThrown() {
        Telemetry telemetry = start(builder());
        telemetry.emit((String) null, 1.0);
        telemetry.emit(" ", 1.0);
        telemetry.emit((Map<String, Double>) null, Status.COMPLETED);
        telemetry.emit(Map.of());
        telemetry.event(null);
        telemetry.record().emit();
        telemetry.emit("loss", Double.NaN);
        telemetry.emit("loss", (Double) null);
        telemetry
                .record()
                .metric("a", 1)
                .metric("b", Double.POSITIVE_INFINITY)
                .metric(null, 2)
                .emit();
        telemetry.emit("line\nbreak \"quoted\"", 1.0);
        telemetry.record().event("\uD800half").message("nul\0").emit();
        telemetry.record().message("x".repeat(1_000_000)).emit();
        telemetry.record().event("future").timestamp(Instant.MAX).emit();
        telemetry
                .record()
                .event("login")
                .attribute("apiKey", "sk-1")
                .attribute("max_tokens", 9)
                .emit();
        List<TelemetryRecord> records = written(9);
        StoreStatus status = status();
        assertThat(status.accepted()).isEqualTo(14);
        assertThat(status.dropped()).containsOnly(Map.entry("invalid", 5L));
        assertThat(status.normalised())
                .containsOnly(
                        Map.entry("invalid-value", 3L),
                        Map.entry("invalid-name", 1L),
                        Map.entry("invalid-text", 2L),
                        Map.entry("oversize", 1L),
                        Map.entry("invalid-time", 1L),
                        Map.entry("masked", 1L));
        assertThat(records.get(0).status()).isEqualTo(Status.COMPLETED);
        assertThat(records.get(1).metrics()).isEmpty();
        assertThat(records.get(1).attributes()).containsOnly(Map.entry("invalid_metrics", "loss"));
        assertThat(records.get(3).metrics()).containsOnly(Map.entry("a", 1.0));
        assertThat(records.get(3).attributes()).containsOnly(Map.entry("invalid_metrics", "b"));
        assertThat(records.get(4).metrics()).containsOnlyKeys("line\nbreak \"quoted\"");
        assertThat(records.get(5).event()).isEqualTo("\uFFFDhalf");
        assertThat(records.get(5).message()).isEqualTo("nul\uFFFD");
        assertThat(records.get(6).message()).hasSize(64 * 1024).endsWith("\u2026");
        assertThat(records.get(7).timestamp()).isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
        assertThat(records.get(8).attributes())
                .containsOnly(Map.entry("apiKey", "******"), Map.entry("max_tokens", "9"));
    }

    @Test
    @FaultRow(number = 18, injected = "4 emitters race the close, 100 times", expected = "accounting exact")
    void everyRecordIsAccountedForWhileEmittersRaceTheClose() throws Exception {
        for (int round = 0; round < 100; round++) {
            ScriptedStore target = new ScriptedStore();
            RecordingTelemetry racing = new DefaultTelemetryFactory(List.of(target), List.of(), List.of())
                    .assemble(builder().settings());
            AtomicLong emitted = new AtomicLong();
            CountDownLatch go = new CountDownLatch(1);
            List<Thread> emitters = Stream.generate(() -> new Thread(() -> {
                        awaitQuietly(go);
                        for (int i = 0; i < 500; i++) {
                            racing.emit("n", i);
                            emitted.incrementAndGet();
                        }
                    }))
                    .limit(4)
                    .toList();
            emitters.forEach(Thread::start);
            go.countDown();
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(round * 10L));
            racing.close();
            for (Thread emitter : emitters) {
                emitter.join();
            }
            StoreStatus status = racing.stores().get(0);
            assertThat(status.accepted()).isEqualTo(emitted.get());
            assertThat(status.written() + status.dropped().getOrDefault("shutdown", 0L))
                    .isEqualTo(emitted.get());
            assertThat(status.written()).isEqualTo(target.records().size());
            assertThat(status.queued()).isZero();
        }
    }

    @Test
    void aFullQueueDropsAndCounts() {
        this.store.gate = new CountDownLatch(1);
        Telemetry telemetry = start(builder().queue(queue(16, WhenFull.DROP)));
        for (int i = 0; i < 20_000; i++) {
            telemetry.emit("n", i);
        }
        StoreStatus status = status();
        assertThat(status.accepted()).isEqualTo(20_000);
        assertThat(status.dropped().get("queue-full")).isPositive();
        assertAccounted(status);
        assertThat(status.degraded()).isNotNull();
        this.store.gate.countDown();
        assertThat(telemetry.flush(PATIENCE)).isTrue();
        assertThat(status().queued()).isZero();
        assertThat(this.store.records()).hasSize((int) status().written());
    }

    @Test
    @FaultRow(number = 15, injected = "an interrupted caller", expected = "flag kept, accounting exact")
    void aFullQueueMayBlockButOnlyForAWhileAndKeepsTheInterrupt() {
        this.store.gate = new CountDownLatch(1);
        Telemetry telemetry = start(builder().queue(queue(16, WhenFull.BLOCK)));
        // The writer may hold a batch of 16 while it waits for the store; those and 16 more find room.
        await().until(() -> {
            telemetry.emit("n", 1);
            return status().dropped().containsKey("queue-full");
        });
        Thread.currentThread().interrupt();
        telemetry.emit("n", 1);
        assertThat(Thread.interrupted()).isTrue();
        assertAccounted(status());
    }

    @Test
    void largeRecordsAreBoundedInBytes() {
        this.store.gate = new CountDownLatch(1);
        Telemetry telemetry =
                start(builder().queue(new TelemetrySettings.Queue(1 << 16, 1 << 20, WhenFull.DROP, Duration.ZERO)));
        String message = "x".repeat(10_000_000);
        for (int i = 0; i < 1000; i++) {
            telemetry.record().message(message).emit();
        }
        StoreStatus status = status();
        // A message is cut to 64 Ki characters: eight of them fill a mebibyte, some are with the writer already.
        assertThat(status.queued()).isLessThan(200);
        assertThat(status.dropped().get("queue-full")).isGreaterThan(800);
        this.store.gate.countDown();
        assertThat(telemetry.flush(PATIENCE)).isTrue();
        assertThat(status().normalised()).containsEntry("oversize", status().written());
        assertThat(this.store.records().get(0).message()).hasSize(TextField.MESSAGE.maxLength());
    }

    @Test
    void aDurableEmitIsAcknowledgedOnceTheStoreHasSynced() throws Exception {
        Telemetry telemetry = start(builder());
        AtomicInteger syncs = new AtomicInteger();
        telemetry
                .record()
                .metric("loss", 0.1)
                .emitDurably()
                .thenRun(() -> syncs.set(this.store.syncs))
                .get();
        assertThat(syncs.get()).isPositive();
    }

    @Test
    void manyDurableEmittersShareCommits() throws Exception {
        this.store.gate = new CountDownLatch(1);
        Telemetry telemetry = start(builder());
        List<CompletableFuture<Void>> kept = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            kept.add(telemetry.record().metric("n", i).emitDurably());
        }
        this.store.gate.countDown();
        CompletableFuture.allOf(kept.toArray(CompletableFuture[]::new)).get();
        assertThat(this.store.syncs).isLessThan(1000);
        assertThat(this.store.records()).hasSize(10_000);
    }

    @Test
    void aDurableEmitThatIsDroppedFailsWithTheReason() {
        this.store.gate = new CountDownLatch(1);
        Telemetry telemetry = start(builder().queue(queue(2, WhenFull.DROP)));
        List<CompletableFuture<Void>> kept = Stream.generate(
                        () -> telemetry.record().metric("n", 1).emitDurably())
                .limit(20)
                .toList();
        CompletableFuture<Void> last = kept.get(19);
        assertThatThrownBy(last::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RecordDroppedException.class,
                        (ex) -> assertThat(ex.reason()).isEqualTo("queue-full"));
    }

    @Test
    void aDurableEmitIsOverAtOnceWhereNothingIsKept() {
        CountDownLatch listening = new CountDownLatch(1);
        PipelineListener slow = new PipelineListener() {
            @Override
            public void onRecord(TelemetryRecord record) {
                awaitQuietly(listening);
            }
        };
        this.telemetry = new DefaultTelemetryFactory(List.of(), List.of(slow), List.of())
                .assemble(builder().settings());
        assertThat(this.telemetry.record().metric("n", 1).emitDurably()).isCompleted();
        assertThat(status().accepted()).isEqualTo(1);
        listening.countDown();
    }

    @Test
    void numbersAndMapsThatThrowDisturbNobody() {
        Telemetry telemetry = start(builder());
        Number broken = new Number() {
            private static final long serialVersionUID = 1L;

            @Override
            public int intValue() {
                return 0;
            }

            @Override
            public long longValue() {
                return 0;
            }

            @Override
            public float floatValue() {
                return 0;
            }

            @Override
            public double doubleValue() {
                throw new IllegalStateException("injected");
            }
        };
        Map<String, Integer> strange = new HashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public int size() {
                throw new IllegalStateException("injected");
            }
        };
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        endless.add(new Object() {
            @Override
            public String toString() {
                return toString() + "";
            }
        });
        telemetry.emit("a", broken);
        telemetry.emit(strange, Status.COMPLETED);
        telemetry.record().event("e").attribute("endless", endless).emit();
        try (Tracking tracking = telemetry.track("t")) {
            tracking.metric("rows", (Integer) null).metric("broken", broken).metric("fine", Integer.valueOf(1));
        }
        Telemetry.disabled().emit("a", broken);
        List<TelemetryRecord> records = written(5);
        assertThat(records.get(0).attributes()).containsEntry("invalid_metrics", "a");
        assertThat(records.get(2).attributes()).containsEntry("endless", "java.util.ArrayList");
        assertThat(records.get(4).metrics()).containsEntry("fine", 1.0).doesNotContainKeys("rows", "broken");
        assertThat(records.get(4).attributes()).containsEntry("invalid_metrics", "rows,broken");
    }

    @Test
    void aLongStatusIsCutAndALongPatienceIsForEver() {
        Telemetry telemetry = start(builder().closeTimeout(Duration.ofSeconds(Long.MAX_VALUE)));
        Status status = Status.of("s".repeat(100_000));
        telemetry.emit("n", 1, status);
        telemetry.emit(Map.of("n", 1), status);
        telemetry.event("e", status);
        assertThat(telemetry.flush(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        assertThat(telemetry.flush(Duration.ofSeconds(-1))).isNotNull();
        assertThat(this.store.records())
                .hasSize(3)
                .allSatisfy((record) ->
                        assertThat(record.status().value()).hasSize(Limits.NAME).endsWith("\u2026"));
        assertThat(status().normalised()).containsExactly(Map.entry("oversize", 3L));
    }

    @Test
    void whatIsEmittedInACallbackOfAnAcknowledgementIsRecorded() throws Exception {
        Telemetry telemetry = start(builder());
        telemetry
                .record()
                .metric("a", 1)
                .emitDurably()
                .thenRun(() -> telemetry.emit("b", 2))
                .get();
        assertThat(written(2).get(1).metrics()).containsKey("b");
    }

    @Test
    void aPlainEmitIsSyncedWithinASecondThoughNothingFollows() {
        Telemetry telemetry = start(builder());
        telemetry.emit("n", 1);
        await().atMost(Duration.ofSeconds(5)).until(() -> this.store.syncs == 1);
    }

    @Test
    void aLockedStoreIsTriedAgainUntilItWorks() {
        AtomicBoolean locked = new AtomicBoolean(true);
        this.store.script = (batch) -> {
            if (locked.get()) {
                throw new StoreException(StoreException.Remedy.RETRY, "database is locked", null);
            }
        };
        Telemetry telemetry = start(builder());
        telemetry.emit("n", 1);
        await().until(() -> status().degraded() != null);
        assertThat(status().degraded().reason()).contains("locked");
        locked.set(false);
        assertThat(telemetry.flush(PATIENCE)).isTrue();
        assertThat(this.store.records()).hasSize(1);
        assertThat(this.store.opened).isEqualTo(1);
        assertThat(status().degraded()).isNull();
    }

    @Test
    void aMovedFileIsReopenedAndTheBatchComesAgain() {
        AtomicInteger failures = new AtomicInteger(1);
        this.store.script = (batch) -> {
            if (!batch.isEmpty() && failures.getAndDecrement() > 0) {
                throw new StoreException(StoreException.Remedy.REOPEN, "the file was moved", null);
            }
        };
        Telemetry telemetry = start(builder());
        telemetry.emit("n", 1);
        assertThat(telemetry.flush(PATIENCE)).isTrue();
        assertThat(this.store.opened).isEqualTo(2);
        assertThat(this.store.records()).hasSize(1);
    }

    @Test
    @FaultRow(
            number = 22,
            injected = "1 of 10,000 records refused by a scripted store",
            expected = "9,999 written, 1 put aside with its reason")
    void onePoisonousRecordIsPutAsideAndTheOthersAreKept() {
        this.store.gate = new CountDownLatch(1);
        this.store.script = (batch) -> {
            if (batch.stream().anyMatch((record) -> record.metrics().containsValue(4711.0))) {
                throw new StoreException(StoreException.Remedy.RECORD, "too big", null);
            }
        };
        Telemetry telemetry = start(builder());
        for (int i = 0; i < 10_000; i++) {
            telemetry.emit("n", i);
        }
        this.store.gate.countDown();
        assertThat(telemetry.flush(PATIENCE)).isFalse();
        assertThat(this.store.records())
                .hasSize(9_999)
                .extracting(TelemetryRecord::id)
                .isSorted();
        assertThat(this.store.rejected).containsExactly("too big");
        assertThat(status().dropped()).containsExactly(Map.entry("rejected", 1L));
        assertAccounted(status());
    }

    @Test
    void aStoreThatOnlyThrowsIsGivenTimeThenSearchedForTheCulprit() {
        this.store.script = (batch) -> {
            if (batch.stream().anyMatch((record) -> record.metrics().containsValue(13.0))) {
                throw new IllegalStateException("no luck");
            }
        };
        this.store.gate = new CountDownLatch(1);
        Telemetry telemetry = start(builder());
        for (int i = 0; i < 100; i++) {
            telemetry.emit("n", i);
        }
        this.store.gate.countDown();
        await().until(() -> status().written() == 99);
        // A record is rejected after all others of its batch were written.
        await().untilAsserted(() -> assertThat(this.store.rejected).containsExactly("no luck"));
    }

    @Test
    @FaultRow(
            number = 17,
            injected = "a listener and a store that emit on the writer's thread",
            expected = "no recursion, counted as reentrant")
    void whatTheWriterCausesItselfDoesNotComeRoundAgain() {
        Telemetry[] telemetry = {null};
        this.listeners.add(new PipelineListener() {
            @Override
            public void onRecord(TelemetryRecord record) {
                telemetry[0].emit("listener", 1);
            }
        });
        this.store.afterWrite = (batch) -> telemetry[0].event("log appender");
        telemetry[0] = start(builder());
        telemetry[0].emit("n", 1);
        assertThat(telemetry[0].flush(PATIENCE)).isTrue();
        assertThat(this.store.records()).hasSize(1);
        assertThat(status().dropped().get("reentrant")).isGreaterThanOrEqualTo(2);
        assertAccounted(status());
    }

    @Test
    @FaultRow(number = 15, injected = "an interrupted writer", expected = "the writer lives on")
    void anInterruptedWriterGoesOn() {
        Telemetry telemetry = start(builder());
        Thread writer = Thread.getAllStackTraces().keySet().stream()
                .filter((thread) -> thread.getName().equals("telemetry-writer"))
                .findFirst()
                .orElseThrow();
        writer.interrupt();
        telemetry.emit("n", 1);
        assertThat(telemetry.flush(PATIENCE)).isTrue();
        assertThat(writer.isAlive()).isTrue();
    }

    @Test
    void closeKeepsItsTimeLimitAndCountsTheRest() {
        this.store.gate = new CountDownLatch(1);
        Telemetry telemetry = start(builder().closeTimeout(Duration.ofMillis(200)));
        for (int i = 0; i < 1000; i++) {
            telemetry.emit("n", i);
        }
        // The gate stays shut, so this returns because of its time limit alone.
        telemetry.close();
        telemetry.emit("late", 1);
        StoreStatus status = status();
        assertThat(status.accepted()).isEqualTo(1001);
        assertThat(status.dropped()).containsExactly(Map.entry("shutdown", 1001L));
        this.store.gate.countDown();
        await().until(() -> this.store.closed > 0);
        assertThat(status().written()).isZero();
        assertAccounted(status());
    }

    @Test
    void severalStoresAreCountedEachAndOneThatFailsDoesNotHoldUpTheOther() {
        ScriptedStore broken = new ScriptedStore();
        broken.script = (batch) -> {
            throw new StoreException(StoreException.Remedy.RETRY, "disk full", null);
        };
        this.telemetry = new DefaultTelemetryFactory(List.of(this.store, broken), List.of(), List.of())
                .assemble(builder().closeTimeout(Duration.ofMillis(100)).settings());
        for (int i = 0; i < 50_000; i++) {
            this.telemetry.emit("n", i);
        }
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        List<StoreStatus> stores = this.telemetry.stores();
        assertThat(stores.get(0).written() + stores.get(0).dropped().getOrDefault("queue-full", 0L))
                .isEqualTo(50_000);
        assertThat(stores.get(0).degraded()).isNull();
        assertThat(stores.get(1).written()).isZero();
        assertThat(stores.get(1).degraded()).isNotNull();
        stores.forEach(ScriptedPipeline::assertAccounted);
    }

    @Test
    void aBackendThatDoesNotExistIsSaidAndItsRecordsAreCounted() {
        this.telemetry = new DefaultTelemetryFactory()
                .assemble(builder().backend("mongo").settings());
        this.telemetry.emit("n", 1);
        await().until(() -> this.telemetry.stores().get(0).queued() == 0);
        StoreStatus status = this.telemetry.stores().get(0);
        assertThat(status.dropped()).containsExactly(Map.entry("store-failed", 1L));
        assertThat(status.degraded().reason())
                .startsWith("telemetry.backend=mongo")
                .contains("none");
    }

    @Test
    @FaultRow(
            number = 10,
            injected = "a clock that goes backwards",
            expected = "order by sequence, durations from nanoTime")
    void recordsCarryTheTimeOfTheClockAndKeepTheOrderOfTheSequence() {
        AtomicLong millis = new AtomicLong(1_000_000);
        Clock backwards = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis.getAndAdd(-1000));
            }
        };
        Telemetry telemetry = start(builder().clock(backwards));
        for (int i = 0; i < 10; i++) {
            telemetry.emit("n", i);
        }
        List<TelemetryRecord> records = written(10);
        assertThat(records)
                .extracting((record) -> record.metrics().get("n"))
                .containsExactlyElementsOf(
                        Stream.iterate(0.0, (n) -> n + 1).limit(10).toList());
        assertThat(records).extracting(TelemetryRecord::id).isSorted();
        assertThat(records).extracting(TelemetryRecord::timestamp).isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    @Test
    void contributorsSayOnWhoseBehalfAndTheRecordItselfWins() {
        AtomicReference<String> tenant = new AtomicReference<>("acme");
        this.contributors.add((attributes) -> {
            attributes.accept("tenant", tenant.get());
            attributes.accept("model", "default");
        });
        this.contributors.add((attributes) -> {
            throw new IllegalStateException("no session");
        });
        Telemetry telemetry = start(builder());
        telemetry.emit("a", 1);
        telemetry.emit(Map.of("b", 2));
        telemetry.record().event("c").attribute("model", "llama-3").emit();
        Tracking tracking = telemetry.track("d");
        tenant.set("whoever comes next on this thread");
        tracking.complete();
        List<TelemetryRecord> records = written(5);
        assertThat(records)
                .allSatisfy((record) -> assertThat(record.attributes()).containsEntry("tenant", "acme"));
        assertThat(records.get(2).attributes()).containsEntry("model", "llama-3");
        assertThat(((PipelineView) telemetry).stores().get(0).normalised().get(Reasons.CONTRIBUTOR_FAILED))
                .isBetween(4L, 5L);
    }

    @Test
    void numbersThatChangeAfterTheEmitDoNotChangeTheRecord() {
        Telemetry telemetry = start(builder());
        Map<String, Integer> metrics = new HashMap<>(Map.of("a", 1));
        telemetry.emit(metrics);
        metrics.put("a", 2);
        assertThat(written(1).get(0).metrics()).containsEntry("a", 1.0);
    }

    private TelemetryBuilder builder() {
        return Telemetry.builder()
                .backend("none")
                .command("test")
                .closeTimeout(Duration.ofSeconds(5))
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)));
    }

    private static TelemetrySettings.Queue queue(int capacity, WhenFull whenFull) {
        return new TelemetrySettings.Queue(capacity, 1 << 20, whenFull, Duration.ofMillis(50));
    }

    private RecordingTelemetry start(TelemetryBuilder builder) {
        this.telemetry = new DefaultTelemetryFactory(List.of(this.store), this.listeners, this.contributors)
                .assemble(builder.settings());
        return this.telemetry;
    }

    private List<TelemetryRecord> written(int count) {
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(this.store.records()).hasSize(count);
        return this.store.records();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
