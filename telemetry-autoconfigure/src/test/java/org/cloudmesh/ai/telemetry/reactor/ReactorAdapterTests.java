package org.cloudmesh.ai.telemetry.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class ReactorAdapterTests {

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    @AfterEach
    void close() {
        this.telemetry.close();
    }

    @Test
    void nothingEndsBeforeAMonoEnds() {
        Mono<String> answer = this.telemetry.track("ask", () -> Mono.just("yes"));
        assertThat(this.store.records(this.telemetry))
                .extracting(TelemetryRecord::status)
                .containsExactly(Status.STARTED);
        assertThat(answer.block()).isEqualTo("yes");
        TelemetryRecord end = end();
        assertThat(end.event()).isEqualTo("ask");
        assertThat(end.status()).isEqualTo(Status.COMPLETED);
        assertThat(end.metrics()).containsOnlyKeys("duration_sec");
    }

    @Test
    void anEmptyMonoCompletes() {
        assertThat(this.telemetry.track("ask", () -> Mono.empty()).block()).isNull();
        assertThat(end().status()).isEqualTo(Status.COMPLETED);
    }

    @Test
    void aFailureOfAMonoIsRecordedAndPassedOn() {
        Mono<String> answer = this.telemetry.track("ask", () -> Mono.error(new IllegalStateException("no")));
        assertThatThrownBy(answer::block).isInstanceOf(IllegalStateException.class);
        assertThat(end().status()).isEqualTo(Status.FAILED);
        assertThat(end().attributes().get("error.type")).contains("IllegalStateException");
    }

    @Test
    void aFluxTimesItsFirstElement() {
        Flux<Integer> numbers = this.telemetry.track("count", () -> Flux.range(1, 3));
        assertThat(numbers.collectList().block()).isEqualTo(List.of(1, 2, 3));
        assertThat(end().status()).isEqualTo(Status.COMPLETED);
        assertThat(end().metrics().get("first_element_sec"))
                .isLessThanOrEqualTo(end().metrics().get("duration_sec"));
    }

    @Test
    void whoeverCancelsAStreamCancelsTheWork() {
        Disposable subscription = this.telemetry
                .<Flux<Integer>, RuntimeException>track(
                        "count", () -> Flux.<Integer>never().startWith(1))
                .subscribe();
        subscription.dispose();
        assertThat(end().status()).isEqualTo(Status.CANCELLED);
        assertThat(end().metrics()).containsKey("first_element_sec");
    }

    @Test
    void theFirstSubscriptionToEndEndsTheWork() {
        Mono<String> answer = this.telemetry.track("ask", () -> Mono.just("yes"));
        answer.block();
        answer.block();
        assertThat(this.store.ends(this.telemetry)).hasSize(1);
    }

    @Test
    void theReactorContextPassesThroughAndNamesTheCaller() {
        Mono<String> answer = this.telemetry.track(
                "ask", () -> Mono.deferContextual((context) -> Mono.just(context.<String>get("question"))));
        String seen = answer.contextWrite(TelemetryAttributes.with("user", "ada"))
                .contextWrite(TelemetryAttributes.with("tenant", 7))
                .contextWrite((context) -> context.put("question", "why"))
                .block(Duration.ofSeconds(5));
        assertThat(seen).isEqualTo("why");
        assertThat(end().attributes()).containsEntry("user", "ada").containsEntry("tenant", "7");
    }

    @Test
    void aFluxOfAMoreSpecialTypeKeepsItsType() {
        ConnectableFlux<Integer> shared =
                this.telemetry.track("share", () -> Flux.range(1, 3).publish());
        assertThat(shared).isNotNull();
        assertThat(end().status()).isEqualTo(Status.COMPLETED);
    }

    private TelemetryRecord end() {
        assertThat(this.store.ends(this.telemetry)).hasSize(1);
        return this.store.ends(this.telemetry).get(0);
    }
}
