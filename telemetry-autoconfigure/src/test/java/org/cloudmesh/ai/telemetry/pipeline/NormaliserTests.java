package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.junit.jupiter.api.Test;

class NormaliserTests {

    private final ReasonCounters counters = new ReasonCounters();

    private static final Origin ORIGIN = new Origin("t", "test", "run", Map.of());

    private final Normaliser normaliser = new Normaliser(
            ORIGIN,
            ContextSource.NONE,
            new MachineHistory(TelemetrySettings.Context.defaults(), ORIGIN, () -> null),
            Telemetry.builder().settings(),
            this.counters);

    @Test
    void whatIsFineStaysAsItIs() {
        TelemetryRecord record =
                rich("inference", Status.COMPLETED, Map.of("latency", 0.5), Map.of("model", "llama-3"));
        assertThat(record.event()).isEqualTo("inference");
        assertThat(record.status()).isSameAs(Status.COMPLETED);
        assertThat(record.metrics()).containsExactly(Map.entry("latency", 0.5));
        assertThat(record.attributes()).containsExactly(Map.entry("model", "llama-3"));
        assertThat(this.counters.snapshot()).isEmpty();
    }

    @Test
    void whatHasNothingValidIsNoRecord() {
        assertThat(single(null, null, 1)).isNull();
        assertThat(single(" ", Status.FAILED, 1)).isNull();
        assertThat(rich(" ", null, Map.of(), Map.of())).isNull();
        assertThat(rich(null, Status.FAILED, Map.of(), Map.of())).isNotNull();
    }

    @Test
    void aValueThatIsNoNumberLeavesItsNameBehind() {
        TelemetryRecord record =
                rich(null, null, metrics("a", Double.NaN, "b", 2.0, "c", Double.NEGATIVE_INFINITY), Map.of());
        assertThat(record.metrics()).containsExactly(Map.entry("b", 2.0));
        assertThat(record.attributes()).containsExactly(Map.entry("invalid_metrics", "a,c"));
        assertThat(this.counters.snapshot()).containsExactly(Map.entry("invalid-value", 2L));
    }

    @Test
    void eventsAndMetricsBeyondTheirNumberStandInAttributes() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(rich("event-" + i, null, Map.of("metric-" + i, 1.0), Map.of())
                            .attributes())
                    .isEmpty();
        }
        TelemetryRecord beyond = rich("one more", null, metrics("metric-7", 7.0, "another", 8.5), Map.of());
        assertThat(beyond.event()).isNull();
        assertThat(beyond.metrics()).containsExactly(Map.entry("metric-7", 7.0));
        assertThat(beyond.attributes())
                .containsOnly(Map.entry("further_event", "one more"), Map.entry("further_metrics", "another=8.5"));
        assertThat(rich("event-7", null, Map.of("metric-7", 1.0), Map.of()).attributes())
                .isEmpty();
        assertThat(this.counters.snapshot()).containsExactly(Map.entry("too-many-names", 2L));
    }

    @Test
    void statusesBeyondTheirNumberStandInAnAttribute() {
        for (int i = 0; i < NameLimiter.MOST_STATUSES; i++) {
            single("n", Status.of("status-" + i), 1);
        }
        TelemetryRecord beyond = single("n", Status.of("status-5000"), 1);
        assertThat(beyond.status()).isSameAs(Status.RECORDED);
        assertThat(beyond.attributes()).containsExactly(Map.entry("further_status", "status-5000"));
        assertThat(beyond.metrics()).containsOnlyKeys("n");
        assertThat(single("n", Status.FAILED, 1).status()).isSameAs(Status.FAILED);
        assertThat(single("n", Status.of("status-5"), 1).status()).isEqualTo(Status.of("status-5"));
        // The five that there always is room for are among the thousand.
        assertThat(this.counters.snapshot()).containsExactly(Map.entry("too-many-names", 6L));
    }

    @Test
    void keysBeyondTheirNumberStandInOneAttributeAndAreMaskedAllTheSame() {
        for (int i = 0; i < NameLimiter.MOST_KEYS; i++) {
            rich("e", null, Map.of(), Map.of("key-" + i, "value"));
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("key-3", "three");
        attributes.put("one-more", "1");
        attributes.put("db_password", "hunter2");
        TelemetryRecord beyond = rich("e", null, Map.of(), attributes);
        assertThat(beyond.attributes())
                .containsOnly(
                        Map.entry("key-3", "three"),
                        Map.entry("further_attributes", "one-more=1,db_password=" + Masking.MASK));
        assertThat(this.counters.snapshot()).containsOnly(Map.entry("too-many-names", 2L), Map.entry("masked", 1L));
    }

    @Test
    void setsOfMetricsBeyondTheirNumberKeepTheirFirstMetrics() {
        for (int i = 0; i < MetricSetLimiter.MOST; i++) {
            assertThat(rich(null, null, metrics("a", 1.0, "b-" + i, 2.0), Map.of())
                            .metrics())
                    .hasSize(2);
        }
        TelemetryRecord beyond = rich(null, null, metrics("a", 1.0, "b-1", 2.0, "c", 3.0), Map.of());
        assertThat(beyond.metrics()).containsExactly(Map.entry("a", 1.0), Map.entry("b-1", 2.0));
        assertThat(beyond.attributes()).containsExactly(Map.entry("further_metrics", "c=3.0"));
        TelemetryRecord unlike = rich(null, null, metrics("b-1", 2.0, "a", 1.0), Map.of());
        assertThat(unlike.metrics()).containsExactly(Map.entry("b-1", 2.0));
        assertThat(unlike.attributes()).containsExactly(Map.entry("further_metrics", "a=1.0"));
        assertThat(single("c", null, 3).metrics()).containsExactly(Map.entry("c", 3.0));
        assertThat(rich(null, null, metrics("a", 1.0, "b-1", 2.0), Map.of()).metrics())
                .hasSize(2);
        assertThat(this.counters.snapshot()).containsExactly(Map.entry("too-many-sets", 2L));
    }

    @Test
    void setsOfMetricsAreBoundedByTheNamesInThemToo() {
        for (int set = 0; set < 100; set++) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            for (int i = 0; i < 1_000; i++) {
                metrics.put("metric-" + (set * 10 + i), 1.0);
            }
            int expected = (set + 1) * 1_000 <= MetricSetLimiter.MOST_NAMES ? 1_000 : 1;
            assertThat(rich(null, null, metrics, Map.of()).metricCount()).isEqualTo(expected);
        }
    }

    private TelemetryRecord single(String name, Status status, double value) {
        return this.normaliser.normalise(new Entry(0, status, null, name, value));
    }

    private TelemetryRecord rich(
            String event, Status status, Map<String, Double> metrics, Map<String, String> attributes) {
        List<String> texts = new ArrayList<>();
        attributes.forEach((key, value) -> texts.addAll(Arrays.asList(key, value)));
        return this.normaliser.normalise(new Entry.Rich(
                0,
                status,
                null,
                event,
                metrics.keySet().toArray(String[]::new),
                metrics.values().stream().mapToDouble(Double::doubleValue).toArray(),
                texts.toArray(String[]::new),
                new String[0],
                Set.of(),
                true,
                null));
    }

    /** Returns metrics in this order. */
    private static Map<String, Double> metrics(Object... namesAndValues) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            metrics.put((String) namesAndValues[i], (Double) namesAndValues[i + 1]);
        }
        return metrics;
    }
}
