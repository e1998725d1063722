package org.cloudmesh.ai.telemetry.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.ai.AiCall;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.Price;
import org.cloudmesh.ai.telemetry.ai.PriceTable;
import org.cloudmesh.ai.telemetry.ai.TokenCounts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An AI library that the starter does not know makes its records through public types alone. */
class OtherLibraryTests {

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    private final AiRecorder recorder = new AiRecorder(
            this.telemetry,
            new PriceTable(List.of(new Price("own-*", 1, 4, null, null, "USD"))),
            new TelemetryContextContributors(List.of((attributes) -> {
                attributes.accept("user", "ada");
                attributes.accept("trace_id", "0123456789abcdef0123456789abcdef");
                attributes.accept("span_id", "0123456789abcdef");
            })),
            null);

    @AfterEach
    void close() {
        this.telemetry.close();
    }

    @Test
    void aCallIsOneRecordWithItsCostAndItsPlace() {
        AiCall call = begin();
        call.content("gen_ai.input.messages", () -> "secret");
        call.usage(new TokenCounts()
                .input(200)
                .output(300)
                .reasoning(150)
                .total(650)
                .usage("gcp.gemini"));
        call.end();
        call.fail(new IllegalStateException("late"));
        call.end();
        TelemetryRecord record = only();
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics())
                .containsEntry("gen_ai.usage.input_tokens", 200.0)
                .containsEntry("gen_ai.usage.output_tokens", 450.0)
                .containsEntry("gen_ai.usage.reasoning.output_tokens", 150.0)
                .containsKey("gen_ai.client.operation.duration");
        assertThat(record.metrics().get("gen_ai.usage.cost")).isCloseTo(0.002, within(1e-12));
        assertThat(record.attributes())
                .containsEntry("user", "ada")
                .containsEntry("trace_id", "0123456789abcdef0123456789abcdef")
                .containsEntry("parent_span_id", "0123456789abcdef")
                .doesNotContainKeys("gen_ai.input.messages", "gen_ai.usage.unavailable");
        assertThat(record.attributes().get("span_id")).matches("[0-9a-f]{16}").isNotEqualTo("0123456789abcdef");
    }

    @Test
    void whatCannotBeKnownIsNamed() {
        AiCall unpriced = begin();
        unpriced.attribute("gen_ai.response.model", "other");
        unpriced.attribute("gen_ai.request.model", "other");
        unpriced.usage(new TokenCounts().input(5).output(6).usage("own"));
        unpriced.end();
        assertThat(only().attributes()).containsEntry("gen_ai.usage.unavailable", "price");
        this.store.clear();
        AiCall contradictory = begin();
        contradictory.usage(
                new TokenCounts().input(5).output(6).cacheRead(7).reasoning(9).usage("own"));
        contradictory.end();
        assertThat(only().attributes()).containsEntry("gen_ai.usage.unavailable", "cached,usage");
        assertThat(only().metrics()).containsOnlyKeys("gen_ai.client.operation.duration");
    }

    @Test
    void aFailureTellsTheCauseThatSaysMost() {
        AiCall call = begin();
        call.fail(new RuntimeException("prompt", new java.io.IOException(new ConnectException("refused"))));
        call.end();
        assertThat(only().status()).isEqualTo(Status.FAILED);
        assertThat(only().attributes())
                .containsEntry("error.type", "java.net.ConnectException")
                .doesNotContainKey("http.response.status_code");
    }

    @Test
    void callsInFlightAreSeenAndForgottenOnesAreAbandoned() {
        AiCall kept = begin();
        begin();
        assertThat(this.recorder.inFlight().count()).isPositive();
        assertThat(this.recorder.inFlight().oldest()).isPositive();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return this.store.records(this.telemetry).size() == 1;
        });
        assertThat(only().status()).isEqualTo(Status.CANCELLED);
        assertThat(only().attributes()).containsEntry("error.type", "abandoned");
        assertThat(this.recorder.inFlight().count()).isEqualTo(1);
        kept.end();
        assertThat(this.recorder.inFlight().count()).isZero();
        assertThat(this.recorder.inFlight().oldest()).isNull();
    }

    @Test
    void whatIsInFlightAtTheEndIsAbandoned() {
        AiCall call = begin();
        this.recorder.close();
        call.end();
        assertThat(only().attributes()).containsEntry("error.type", "abandoned");
    }

    private AiCall begin() {
        AiCall call = this.recorder.begin("gen_ai.client.operation");
        call.attribute("gen_ai.provider.name", "own");
        call.attribute("gen_ai.request.model", "own-model");
        return call;
    }

    private TelemetryRecord only() {
        assertThat(this.store.records(this.telemetry)).hasSize(1);
        return this.store.records(this.telemetry).get(0);
    }
}
