package org.cloudmesh.ai.telemetry.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Meters of a machine whose readings the test sets. */
@ExtendWith(OutputCaptureExtension.class)
class SystemMetricsTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private final Source source = new Source();

    @Test
    void cardsThatAreFoundLaterBecomeMetersInOpenTelemetrysUnits(CapturedOutput output) {
        try (SystemMetrics metrics = new SystemMetrics(this.source)) {
            metrics.bindTo(this.registry);
            assertThat(this.registry.getMeters()).isEmpty();
            this.source.read(reading(card("GPU-a", 96.0, 71.0, null), card("GPU-b", null, 48.0, 62.5)));
            assertThat(gauge("hw.gpu.utilization", "GPU-a")).isEqualTo(0.96);
            assertThat(gauge("hw.gpu.memory.usage", "GPU-a")).isEqualTo(10.0);
            assertThat(gauge("hw.gpu.memory.limit", "GPU-b")).isEqualTo(80.0);
            assertThat(gauge("hw.temperature", "GPU-b")).isEqualTo(48.0);
            assertThat(gauge("hw.temperature", "cpu")).isEqualTo(55.0);
            assertThat(gauge("hw.power", "GPU-b")).isEqualTo(62.5);
            assertThat(gauge("hw.power", "GPU-a")).isNaN();
            assertThat(this.registry
                            .get("hw.gpu.utilization")
                            .tag("hw.id", "GPU-a")
                            .gauge()
                            .getId()
                            .getTags())
                    .extracting(Object::toString)
                    .containsExactly(
                            "tag(hw.id=GPU-a)", "tag(hw.model=A100)", "tag(hw.type=gpu)", "tag(hw.vendor=NVIDIA)");
        }
    }

    @Test
    void metersOfOneNameHaveTheSameTagKeys() {
        try (SystemMetrics metrics = new SystemMetrics(this.source)) {
            this.source.read(reading(card("GPU-a", 96.0, 71.0, null)));
            metrics.bindTo(this.registry);
            assertThat(this.registry.find("hw.temperature").gauges())
                    .hasSize(2)
                    .allSatisfy(gauge -> assertThat(gauge.getId().getTags())
                            .extracting(tag -> tag.getKey())
                            .containsExactly("hw.id", "hw.model", "hw.type", "hw.vendor"));
        }
    }

    @Test
    void aFigureThatIsUnknownForNowIsNotANumber() {
        try (SystemMetrics metrics = new SystemMetrics(this.source)) {
            metrics.bindTo(this.registry);
            this.source.read(reading(card("GPU-a", 96.0, 71.0, null)));
            this.source.read(reading(card("GPU-a", null, 71.0, null)));
            assertThat(gauge("hw.gpu.utilization", "GPU-a")).isNaN();
            this.source.read(reading());
            assertThat(gauge("hw.temperature", "GPU-a")).isNaN();
        }
    }

    @Test
    void theMachineIsMeteredBesideBootsOwnBinders() {
        try (SystemMetrics metrics = new SystemMetrics(this.source)) {
            this.source.read(reading());
            metrics.bindTo(this.registry);
            assertThat(this.registry.get("system.memory.usage").gauge().value()).isEqualTo(4096.0);
            assertThat(this.registry.get("system.memory.limit").gauge().getId().getBaseUnit())
                    .isEqualTo("bytes");
            assertThat(this.registry.getMeters())
                    .extracting(meter -> meter.getId().getName())
                    .containsExactlyInAnyOrder("system.memory.usage", "system.memory.limit", "hw.temperature");
        }
    }

    @Test
    void closingTakesTheMetersAway() {
        SystemMetrics metrics = new SystemMetrics(this.source);
        metrics.bindTo(this.registry);
        this.source.read(reading(card("GPU-a", 96.0, 71.0, 30.0)));
        Meter other = this.registry.counter("other");
        metrics.close();
        this.source.read(reading(card("GPU-b", 96.0, 71.0, 30.0)));
        assertThat(this.registry.getMeters()).containsExactly(other);
    }

    private double gauge(String name, String id) {
        return this.registry.get(name).tag("hw.id", id).gauge().value();
    }

    private static Map<String, Object> reading(Map<?, ?>... cards) {
        return Map.of(
                "cpu",
                "Some CPU",
                "memory_used",
                4096L,
                "memory_total",
                8192L,
                "temperature",
                55.0,
                "gpus",
                List.of(cards));
    }

    private static Map<String, Object> card(String id, Double percent, Double temperature, Double power) {
        Map<String, Object> card = new HashMap<>();
        card.put("id", id);
        card.put("model", "A100");
        card.put("vendor", "NVIDIA");
        card.put("memory_total", 80L);
        card.put("memory_used", 10L);
        card.put("percent", percent);
        card.put("temperature", temperature);
        card.put("power", power);
        return card;
    }

    private static final class Source implements ContextSource {

        private Map<String, Object> system;

        private Runnable listener = () -> {};

        void read(Map<String, Object> system) {
            this.system = system;
            this.listener.run();
        }

        @Override
        public Map<String, Object> system() {
            return this.system;
        }

        @Override
        public void onConstantsChange(Runnable listener) {
            this.listener = listener;
        }
    }
}
