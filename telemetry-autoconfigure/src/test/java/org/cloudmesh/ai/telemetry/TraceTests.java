package org.cloudmesh.ai.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What records say of their place in a trace, without Spring and without a tracer. */
class TraceTests {

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    @AfterEach
    void close() {
        this.telemetry.close();
        assertThat(TraceContext.current()).isNull();
    }

    @Test
    void whatNothingEnclosesHasNoPlace() {
        this.telemetry.emit("accuracy", 0.9);
        assertThat(this.store.records(this.telemetry).get(0).attributes()).isEmpty();
    }

    @Test
    void trackedWorkIsTheParentOfWorkWithin() throws Exception {
        this.telemetry.track("outer", () -> {
            this.telemetry.track("inner", () -> this.telemetry.emit("rows", 1));
            this.telemetry.emit(Map.of("tokens", 2), Status.RECORDED);
            this.telemetry.event("milestone");
        });
        Map<String, String> outer = end("outer");
        Map<String, String> inner = end("inner");
        assertThat(outer.get("trace_id")).matches("[0-9a-f]{32}").isEqualTo(inner.get("trace_id"));
        assertThat(outer.get("span_id")).matches("[0-9a-f]{16}");
        assertThat(outer).doesNotContainKey("parent_span_id");
        assertThat(inner).containsEntry("parent_span_id", outer.get("span_id"));
        assertThat(inner.get("span_id")).isNotEqualTo(outer.get("span_id"));
        assertThat(within("rows")).containsEntry("span_id", inner.get("span_id"));
        assertThat(within("tokens"))
                .containsEntry("span_id", outer.get("span_id"))
                .containsEntry("trace_id", outer.get("trace_id"));
        assertThat(this.store.records(this.telemetry))
                .allSatisfy(
                        (record) -> assertThat(record.attributes()).containsEntry("trace_id", outer.get("trace_id")));
    }

    @Test
    void workByHandEnclosesItsThreadUntilItEnds() {
        try (Tracking batch = this.telemetry.track("batch")) {
            this.telemetry.emit("rows", 1);
            batch.complete();
            this.telemetry.emit("after", 1);
        }
        assertThat(within("rows")).containsEntry("span_id", end("batch").get("span_id"));
        assertThat(within("after")).isEmpty();
    }

    @Test
    void workThatEndsOnAnotherThreadEnclosesNothingAnyMore() throws Exception {
        Tracking handed = this.telemetry.track("handed");
        Thread other = new Thread(handed::complete);
        other.start();
        other.join();
        this.telemetry.emit("later", 1);
        this.telemetry.track("next", () -> {});
        assertThat(within("later")).isEmpty();
        assertThat(end("next")).doesNotContainKey("parent_span_id");
    }

    @Test
    void aRecordsOwnPlaceWins() throws Exception {
        this.telemetry.track(
                "work",
                () -> this.telemetry
                        .record()
                        .metric("elsewhere", 1)
                        .attribute("trace_id", "of-another-system")
                        .emit());
        assertThat(within("elsewhere")).containsExactly(Map.entry("trace_id", "of-another-system"));
    }

    @Test
    void anExecutorThatCarriesContextsCarriesThePlace() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            ExecutorService carrying = ContextExecutorService.wrap(
                    threads, () -> ContextSnapshotFactory.builder().build().captureAll());
            this.telemetry.track("work", () -> {
                carrying.submit(() -> this.telemetry.emit("rows", 1)).get();
            });
            threads.submit(() -> this.telemetry.emit("unrelated", 1)).get();
        } finally {
            threads.shutdown();
        }
        assertThat(within("rows")).containsEntry("span_id", end("work").get("span_id"));
        assertThat(within("unrelated")).isEmpty();
    }

    @Test
    void reactorsSchedulersCarryThePlace() {
        this.telemetry
                .track("answer", () -> Mono.fromCallable(this::call).subscribeOn(Schedulers.boundedElastic()))
                .block();
        assertThat(end("call")).containsEntry("parent_span_id", end("answer").get("span_id"));
    }

    @Test
    void aFluxEnclosesWhatItsElementsDoOnOtherThreads() {
        this.telemetry
                .track(
                        "answer",
                        () -> Flux.range(1, 3)
                                .publishOn(Schedulers.parallel())
                                .flatMap((i) -> Mono.fromCallable(this::call).subscribeOn(Schedulers.boundedElastic())))
                .blockLast();
        assertThat(this.store.records(this.telemetry).stream()
                        .filter((record) ->
                                "call".equals(record.event()) && record.status().equals(Status.COMPLETED)))
                .hasSize(3)
                .allSatisfy((record) -> assertThat(record.attributes())
                        .containsEntry("parent_span_id", end("answer").get("span_id")));
    }

    @Test
    void automaticPropagationCarriesThePlaceIntoEachOperator() {
        Hooks.enableAutomaticContextPropagation();
        try {
            this.telemetry
                    .track(
                            "answer",
                            () -> Mono.just(1)
                                    .publishOn(Schedulers.parallel())
                                    .map((i) -> call())
                                    .publishOn(Schedulers.single())
                                    .doOnNext((i) -> this.telemetry.emit("rows", i)))
                    .block();
        } finally {
            Hooks.disableAutomaticContextPropagation();
        }
        assertThat(end("call")).containsEntry("parent_span_id", end("answer").get("span_id"));
        assertThat(within("rows")).containsEntry("span_id", end("answer").get("span_id"));
    }

    private int call() {
        return this.telemetry.track("call", () -> 1);
    }

    private Map<String, String> end(String event) {
        return this.store.ends(this.telemetry).stream()
                .filter((record) -> event.equals(record.event()))
                .findFirst()
                .orElseThrow()
                .attributes();
    }

    private Map<String, String> within(String metric) {
        List<TelemetryRecord> records = this.store.records(this.telemetry).stream()
                .filter((record) -> record.metrics().containsKey(metric))
                .toList();
        return records.get(0).attributes();
    }
}
