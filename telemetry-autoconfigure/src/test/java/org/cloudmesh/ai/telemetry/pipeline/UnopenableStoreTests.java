package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A store that throws whatever comes to its mind when it is opened, asked or closed. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class UnopenableStoreTests {

    private final ScriptedStore store = new ScriptedStore();

    private final AtomicInteger attempts = new AtomicInteger();

    private RecordingTelemetry telemetry;

    @AfterEach
    void close() {
        if (this.telemetry != null) {
            this.telemetry.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unchecked", "link", "checked"})
    @FaultRow(
            number = 43,
            injected = "a store whose opening, size and close throw UncheckedIOException or UnsatisfiedLinkError",
            expected = "degraded with the reason, one WARN, figures answer, stops at once")
    void isDegradedWithOneWarningAndStopsAtOnce(String kind, CapturedOutput output) {
        fail(kind);
        this.telemetry = assemble(builder());
        this.telemetry.emit("n", 1);
        await().until(() -> this.attempts.get() >= 5);
        StoreStatus status = this.telemetry.stores().get(0);
        assertThat(status.degraded().reason()).contains("injected");
        assertThat(status.bytes()).isZero();
        assertThat(status.queued()).isEqualTo(1);
        // An hour is what it may take.
        this.telemetry.close();
        assertThat(this.telemetry.stores().get(0).dropped()).containsExactly(Map.entry("shutdown", 1L));
        assertThat(warnings(output))
                .satisfiesExactlyInAnyOrder(
                        (line) -> assertThat(line).contains("does not keep records: ", "injected"),
                        (line) -> assertThat(line).contains("could not be closed"),
                        (line) -> assertThat(line).contains("1 records are lost"));
    }

    @Test
    void stopsAtOnceWhenNothingWasEmitted() {
        fail("link");
        this.telemetry = assemble(builder());
        await().until(() -> this.attempts.get() >= 1);
        this.telemetry.close();
        assertThat(this.telemetry.stores().get(0).accepted()).isZero();
    }

    @Test
    void isWaitedForWhileItIsLocked() {
        this.store.opening = () -> {
            if (this.attempts.incrementAndGet() < 8) {
                throw new StoreException(Remedy.RETRY, "locked", null);
            }
        };
        this.telemetry = assemble(builder());
        this.telemetry.emit("n", 1);
        this.telemetry.close();
        assertThat(this.store.records()).hasSize(1);
    }

    @Test
    void failsTheStartWhenThatIsWanted() {
        fail("link");
        assertThatThrownBy(() -> assemble(builder().failFast(true)))
                .isInstanceOf(TelemetryConfigurationException.class)
                .hasMessageContaining("injected");
        assertThat(this.store.closed).isEqualTo(1);
    }

    @Test
    @FaultRow(number = 48, injected = "100 emits after the close", expected = "counted as shutdown, one log line")
    void whatComesAfterTheCloseIsCountedAndSaidOnce(CapturedOutput output) {
        this.telemetry = assemble(builder());
        this.telemetry.close();
        for (int i = 0; i < 100; i++) {
            this.telemetry.emit("n", i);
        }
        assertThat(this.telemetry.stores().get(0).dropped()).containsExactly(Map.entry("shutdown", 100L));
        assertThat(warnings(output)).singleElement().asString().contains("Telemetry is closed");
    }

    private void fail(String kind) {
        this.store.opening = () -> {
            this.attempts.incrementAndGet();
            switch (kind) {
                case "unchecked" -> throw new UncheckedIOException("injected", new IOException());
                case "link" -> throw new UnsatisfiedLinkError("injected");
                default -> throw new StoreException(Remedy.REOPEN, "injected", null);
            }
        };
        this.store.closing = () -> {
            throw new UncheckedIOException("injected", new IOException());
        };
        this.store.size = () -> {
            throw new UncheckedIOException("injected", new IOException());
        };
    }

    private static List<String> warnings(CapturedOutput output) {
        return output.toString()
                .lines()
                .filter((line) -> line.contains("WARN") && line.contains(".pipeline."))
                .toList();
    }

    private TelemetryBuilder builder() {
        return Telemetry.builder()
                .backend("none")
                .closeTimeout(Duration.ofHours(1))
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)));
    }

    private RecordingTelemetry assemble(TelemetryBuilder builder) {
        return new DefaultTelemetryFactory(List.of(this.store), List.of(), List.of()).assemble(builder.settings());
    }
}
