package org.cloudmesh.ai.telemetry.coroutines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import kotlinx.coroutines.flow.StateFlowKt;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kotlin's own flows, collected as a coroutine does. */
class FlowAdapterTests {

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    @AfterEach
    void close() {
        this.telemetry.close();
    }

    @Test
    void theWorkEndsWhenTheFlowIsCollected() throws Exception {
        Flow<Integer> flow = this.telemetry.track("ask", () -> FlowKt.asFlow(List.of(1, 2, 3)));
        assertThat(this.store.records(this.telemetry))
                .extracting(TelemetryRecord::status)
                .containsExactly(Status.STARTED);
        assertThat(list(flow)).containsExactly(1, 2, 3);
        TelemetryRecord end = end();
        assertThat(end.status()).isEqualTo(Status.COMPLETED);
        assertThat(end.metrics()).containsOnlyKeys("duration_sec", "first_element_sec");
    }

    @Test
    void aFlowThatSuspendsIsMeasuredToItsEnd() throws Exception {
        Flow<Integer> flow = this.telemetry.track(
                "ask",
                () -> FlowKt.onEach(
                        FlowKt.asFlow(List.of(1, 2, 3)), (value, continuation) -> DelayKt.delay(50, continuation)));
        assertThat(list(flow)).containsExactly(1, 2, 3);
        TelemetryRecord end = end();
        assertThat(end.status()).isEqualTo(Status.COMPLETED);
        assertThat(end.metrics().get("duration_sec")).isGreaterThan(0.14);
        assertThat(end.metrics().get("first_element_sec"))
                .isBetween(0.04, end.metrics().get("duration_sec"));
    }

    @Test
    void aFailureIsRecordedAndPassedOn() {
        Flow<Integer> failing = this.telemetry.track(
                "ask",
                () -> FlowKt.onEach(FlowKt.asFlow(List.of(1)), (value, continuation) -> {
                    throw new IllegalStateException("broken");
                }));
        assertThatThrownBy(() -> list(failing)).hasMessage("broken");
        TelemetryRecord end = end();
        assertThat(end.status()).isEqualTo(Status.FAILED);
        assertThat(end.attributes()).containsEntry("error.type", "java.lang.IllegalStateException");
    }

    @Test
    void whoTakesOnlyTheFirstElementsCancels() throws Exception {
        Flow<Integer> flow = this.telemetry.track(
                "ask", () -> FlowKt.asFlow(IntStream.range(0, 100).boxed().toList()));
        assertThat(list(FlowKt.take(flow, 2))).containsExactly(0, 1);
        assertThat(end().status()).isEqualTo(Status.CANCELLED);
    }

    @Test
    void aCancelledFlowIsCancelled() {
        Flow<Integer> flow = this.telemetry.track(
                "ask",
                () -> FlowKt.onEach(FlowKt.asFlow(List.of(1)), (value, continuation) -> {
                    throw new CancellationException("gone");
                }));
        assertThatThrownBy(() -> list(flow)).isInstanceOf(CancellationException.class);
        assertThat(end().status()).isEqualTo(Status.CANCELLED);
    }

    @Test
    void aSharedFlowIsHandedOnAsItIs() {
        Object state = StateFlowKt.MutableStateFlow(1);
        assertThat(this.telemetry.<Object, RuntimeException>track("ask", () -> state))
                .isSameAs(state);
        assertThat(end().status()).isEqualTo(Status.COMPLETED);
    }

    private static <T> List<T> list(Flow<T> flow) throws InterruptedException {
        return List.copyOf(BuildersKt.<List<? extends T>>runBlocking(
                EmptyCoroutineContext.INSTANCE,
                (scope, continuation) -> FlowKt.toList(flow, new ArrayList<>(), continuation)));
    }

    private TelemetryRecord end() {
        List<TelemetryRecord> records = this.store.records(this.telemetry);
        return records.get(records.size() - 1);
    }
}
