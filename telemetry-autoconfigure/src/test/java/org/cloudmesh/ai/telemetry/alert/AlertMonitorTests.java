package org.cloudmesh.ai.telemetry.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.Claims;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Rules over a real SQLite file: when they fire and end, and who is told. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AlertMonitorTests {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private static final RecordFilter ALERTS =
            RecordFilter.builder().event(AlertMonitor.EVENT).build();

    @TempDir
    Path directory;

    private final List<TelemetryAlertEvent> heard = new ArrayList<>();

    private Instant now = NOON;

    private Consumer<TelemetryAlertEvent> listener = this.heard::add;

    private Claims claims = Claims.ALONE;

    private Runnable beforeReading = () -> {};

    private @Nullable Telemetry telemetry;

    @AfterEach
    void close() {
        if (this.telemetry != null) {
            this.telemetry.close();
        }
    }

    @Test
    void aSumAboveItsThresholdFiresOnceAndEndsOnce(CapturedOutput output) {
        AlertMonitor monitor = monitor(rule("spend", "cost", AlertAggregate.SUM, AlertWindow.of(hour()), 10, true));
        emit("cost", 6, NOON.minusSeconds(60));
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.OK);
        emit("cost", 6, NOON.minusSeconds(50));
        assertThat(evaluated(monitor))
                .containsExactly(new AlertStatus("spend", AlertState.FIRING, NOON, 12.0, 10, null));
        this.now = NOON.plusSeconds(60);
        assertThat(evaluated(monitor))
                .containsExactly(new AlertStatus("spend", AlertState.FIRING, NOON, 12.0, 10, null));
        this.now = NOON.plus(hour());
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.OK);

        assertThat(this.heard).extracting(TelemetryAlertEvent::firing).containsExactly(true, false);
        List<TelemetryRecord> records = records();
        assertThat(records).extracting(TelemetryRecord::status).containsExactly(Status.COMPLETED, Status.FAILED);
        assertThat(records.get(1).metrics()).containsEntry("value", 12.0).containsEntry("threshold", 10.0);
        assertThat(records.get(1).attributes()).containsEntry("alert", "spend");
        assertThat(output)
                .containsOnlyOnce("Alert spend fires: 12.0, sum of cost")
                .containsOnlyOnce("Alert spend ended");
    }

    @Test
    void eachGroupFiresOnItsOwn() {
        AlertMonitor monitor = monitor(new AlertRule(
                "budget",
                "cost",
                AlertAggregate.SUM,
                AlertWindow.today(),
                10,
                true,
                Dimension.attribute("tenant"),
                RecordFilter.ALL,
                null));
        emit("cost", 50, NOON.minus(Duration.ofDays(1)), "tenant", "acme");
        emit("cost", 4, NOON.minusSeconds(60), "tenant", "acme");
        emit("cost", 40, NOON.minusSeconds(60), "tenant", "globex");
        assertThat(evaluated(monitor))
                .extracting(AlertStatus::key, AlertStatus::state, AlertStatus::value)
                .containsExactlyInAnyOrder(tuple("acme", AlertState.OK, 4.0), tuple("globex", AlertState.FIRING, 40.0));
        assertThat(records().get(0).attributes()).containsEntry("key", "globex");
        assertThat(monitor.firing("budget")).isEqualTo(1);

        this.now = NOON.plus(Duration.ofDays(1));
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.UNKNOWN);
        assertThat(this.heard).extracting(TelemetryAlertEvent::firing).containsExactly(true, false);
    }

    @Test
    void theDayBeginsAtMidnightOfTheZone() {
        AlertMonitor monitor = monitor(
                ZoneId.of("Asia/Tokyo"), rule("spend", "cost", AlertAggregate.SUM, AlertWindow.today(), 1, true));
        emit("cost", 5, Instant.parse("2026-11-24T14:59:59Z"));
        emit("cost", 7, Instant.parse("2026-11-24T15:00:00Z"));
        assertThat(evaluated(monitor)).extracting(AlertStatus::value).containsExactly(7.0);
    }

    @Test
    void aSuccessRateLeavesTheRecordsOfAlertsOut() {
        AlertMonitor monitor =
                monitor(rule("success", null, AlertAggregate.SUCCESS_RATE, AlertWindow.of(hour()), 0.9, false));
        for (int i = 0; i < 10; i++) {
            emit("latency", 1, NOON.minusSeconds(60), i < 8 ? Status.COMPLETED : Status.FAILED);
        }
        assertThat(evaluated(monitor)).extracting(AlertStatus::value).containsExactly(0.8);
        emitAlert();
        this.now = NOON.plusSeconds(60);
        assertThat(evaluated(monitor)).extracting(AlertStatus::value).containsExactly(0.8);
    }

    /** Emits what the monitor does when an alert fires, at a time within the windows. */
    private void emitAlert() {
        telemetry()
                .record()
                .event(AlertMonitor.EVENT)
                .metric("value", 50)
                .metric("threshold", 10)
                .status(Status.FAILED)
                .timestamp(NOON.minusSeconds(60))
                .emit();
    }

    @Test
    void noRuleLooksAtTheRecordsOfAlerts() {
        AlertMonitor monitor = monitor(
                rule("records", null, AlertAggregate.COUNT, AlertWindow.of(hour()), 100, true),
                rule("count", "value", AlertAggregate.COUNT, AlertWindow.of(hour()), 100, true),
                rule("p95", "value", AlertAggregate.P95, AlertWindow.of(hour()), 100, true),
                rule("success", "threshold", AlertAggregate.SUCCESS_RATE, AlertWindow.of(hour()), 0.1, false));
        emitAlert();
        assertThat(evaluated(monitor)).extracting(AlertStatus::value).containsExactly(0.0, null, null, null);
        emit("value", 0.5, NOON.minusSeconds(60));
        emit("threshold", 1, NOON.minusSeconds(60));
        assertThat(evaluated(monitor)).extracting(AlertStatus::value).containsExactly(2.0, 1.0, 0.5, 1.0);
    }

    @Test
    void aSuccessRateByGroupCountsTheMetricsRecords() {
        AlertMonitor monitor = monitor(new AlertRule(
                "success",
                "latency",
                AlertAggregate.SUCCESS_RATE,
                AlertWindow.of(hour()),
                0.5,
                false,
                Dimension.attribute("tenant"),
                RecordFilter.ALL,
                null));
        emit("latency", 1, NOON.minusSeconds(60), Status.COMPLETED, "tenant", "acme");
        emit("latency", 1, NOON.minusSeconds(60), Status.FAILED, "tenant", "globex");
        assertThat(evaluated(monitor))
                .filteredOn((alert) -> alert.state() == AlertState.FIRING)
                .extracting(AlertStatus::key, AlertStatus::value)
                .containsExactly(tuple("globex", 0.0));
    }

    @Test
    void aMetricThatNobodyRecordedYetIsUnknown() {
        AlertMonitor monitor =
                monitor(rule("silence", "heartbeat", AlertAggregate.COUNT, AlertWindow.of(hour()), 1, false));
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.UNKNOWN);
        emit("heartbeat", 1, NOON.minus(Duration.ofDays(1)));
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.FIRING);
    }

    @Test
    void firingOutlivesARestart() {
        AlertRule rule = rule("slow", "latency", AlertAggregate.P95, AlertWindow.of(hour()), 1, true);
        AlertMonitor monitor = monitor(rule);
        emit("latency", 5, NOON.minusSeconds(60));
        evaluated(monitor);
        close();

        AlertMonitor restarted = monitor(rule);
        assertThat(evaluated(restarted)).extracting(AlertStatus::state).containsExactly(AlertState.FIRING);
        assertThat(this.heard).hasSize(1);
        this.now = NOON.plus(Duration.ofHours(2));
        evaluated(restarted);
        assertThat(this.heard).extracting(TelemetryAlertEvent::firing).containsExactly(true, false);
        assertThat(this.heard.get(1).value()).isNull();
    }

    @Test
    @FaultRow(number = 40, injected = "a webhook that answers 500, then 204", expected = "told again, no alert lost")
    void aWebhookIsToldOnceAndAgainWhenItFailed() throws IOException {
        AtomicInteger requests = new AtomicInteger();
        List<String> bodies = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", (exchange) -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(requests.incrementAndGet() == 1 ? 500 : 204, -1);
            exchange.close();
        });
        server.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
            AlertMonitor monitor = monitor(new AlertRule(
                    "slow",
                    "latency",
                    AlertAggregate.MAX,
                    AlertWindow.of(hour()),
                    1,
                    true,
                    null,
                    RecordFilter.ALL,
                    address));
            emit("latency", 5, NOON.minusSeconds(60));
            evaluated(monitor);
            await().until(() -> bodies.size() == 2);
            assertThat(bodies.get(1))
                    .contains("\"alert\":\"slow\"", "\"state\":\"firing\"", "\"value\":5.0", "\"threshold\":1.0");
        } finally {
            server.stop(0);
        }
    }

    @Test
    @FaultRow(
            number = 40,
            injected = "a webhook that takes calls and does not answer, told of two alerts",
            expected = "both alerts are recorded and told to listeners meanwhile; the end does not wait")
    void aWebhookThatDoesNotAnswerHoldsNothingUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            URI address = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/hook");
            AlertMonitor monitor = monitor(hooked("slow", 1, address), hooked("slower", 2, address));
            emit("latency", 5, NOON.minusSeconds(60));
            long start = System.nanoTime();
            assertThat(evaluated(monitor))
                    .extracting(AlertStatus::state)
                    .containsExactly(AlertState.FIRING, AlertState.FIRING);
            assertThat(records()).hasSize(2);
            assertThat(this.heard).hasSize(2);
            monitor.close();
            // The call itself is given up after ten seconds.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    private static AlertRule hooked(String name, double threshold, URI webhook) {
        return new AlertRule(
                name,
                "latency",
                AlertAggregate.MAX,
                AlertWindow.of(hour()),
                threshold,
                true,
                null,
                RecordFilter.ALL,
                webhook);
    }

    @Test
    @FaultRow(
            number = 40,
            injected = "a webhook whose port is closed",
            expected = "the alert is recorded, nothing waits, one WARN without the address's path")
    void aWebhookThatIsAwayHoldsNothingUp(CapturedOutput output) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        AlertMonitor monitor = monitor(new AlertRule(
                "slow",
                "latency",
                AlertAggregate.MAX,
                AlertWindow.of(hour()),
                1,
                true,
                null,
                RecordFilter.ALL,
                URI.create("http://127.0.0.1:" + port + "/secret-token")));
        emit("latency", 5, NOON.minusSeconds(60));
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.FIRING);
        assertThat(records()).hasSize(1);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> output.getAll().contains("The webhook of the alert slow at 127.0.0.1 was not told"));
        assertThat(output).doesNotContain("secret-token");
    }

    @Test
    void anErrorOfAListenerKeepsNoRuleFromBeingEvaluated(CapturedOutput output) {
        this.listener = (change) -> {
            throw new NoClassDefFoundError("com/example/Pager");
        };
        AlertMonitor monitor = monitor(
                rule("slow", "latency", AlertAggregate.MAX, AlertWindow.of(hour()), 1, true),
                rule("slower", "latency", AlertAggregate.MAX, AlertWindow.of(hour()), 2, true));
        emit("latency", 5, NOON.minusSeconds(60));
        assertThat(evaluated(monitor))
                .extracting(AlertStatus::state)
                .containsExactly(AlertState.FIRING, AlertState.FIRING);
        assertThat(output)
                .contains("A listener to the alert slow failed", "A listener to the alert slower failed")
                .contains("com/example/Pager");
    }

    @Test
    void anErrorOfAStoreDoesNotEndEvaluation(CapturedOutput output) {
        AlertMonitor monitor = monitor(rule("slow", "latency", AlertAggregate.MAX, AlertWindow.of(hour()), 1, true));
        emit("latency", 5, NOON.minusSeconds(60));
        this.beforeReading = () -> {
            throw new NoClassDefFoundError("com/example/Driver");
        };
        evaluated(monitor);
        assertThat(output).contains("The alert slow could not be evaluated", "com/example/Driver");
        this.beforeReading = () -> {};
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.FIRING);
    }

    @Test
    void aClaimThatFailsKeepsNoChangeFromBeingTold() {
        this.claims = (name, state, within) -> {
            throw new IllegalStateException("the pool is closed");
        };
        AlertMonitor monitor = monitor(latencyByTenant());
        emit("latency", 5, NOON.minusSeconds(60), "tenant", "acme");
        emit("latency", 5, NOON.minusSeconds(60), "tenant", "globex");
        evaluated(monitor);
        assertThat(this.heard).extracting(TelemetryAlertEvent::key).containsExactlyInAnyOrder("acme", "globex");
        assertThat(records()).hasSize(2);
    }

    @Test
    void aChangeThatCannotBeToldKeepsNoOtherFromBeingTold(CapturedOutput output) {
        this.claims = (name, state, within) -> {
            if (name.endsWith("acme")) {
                throw new AssertionError("no claim");
            }
            return true;
        };
        AlertMonitor monitor = monitor(latencyByTenant());
        emit("latency", 5, NOON.minusSeconds(60), "tenant", "globex");
        emit("latency", 5, NOON.minusSeconds(60), "tenant", "acme");
        emit("latency", 5, NOON.minusSeconds(60), "tenant", "initech");
        evaluated(monitor);
        assertThat(this.heard).extracting(TelemetryAlertEvent::key).containsExactlyInAnyOrder("globex", "initech");
        assertThat(records()).hasSize(2);
        assertThat(output).containsOnlyOnce("A change of the alert slow could not be told");
    }

    private static AlertRule latencyByTenant() {
        return new AlertRule(
                "slow",
                "latency",
                AlertAggregate.MAX,
                AlertWindow.of(hour()),
                1,
                true,
                Dimension.attribute("tenant"),
                RecordFilter.ALL,
                null);
    }

    @Test
    void whileAStoreFailsAnAlertIsUnknownAndDoesNotEnd() {
        AlertMonitor monitor = monitor(rule("slow", "latency", AlertAggregate.MAX, AlertWindow.of(hour()), 1, true));
        emit("latency", 5, NOON.minusSeconds(60));
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.FIRING);
        this.beforeReading = () -> {
            throw new IllegalStateException("the store is broken");
        };
        this.now = NOON.plusSeconds(60);
        assertThat(evaluated(monitor))
                .containsExactly(new AlertStatus("slow", AlertState.UNKNOWN, NOON.plusSeconds(60), null, 1, null));
        this.beforeReading = () -> {};
        assertThat(evaluated(monitor)).extracting(AlertStatus::state).containsExactly(AlertState.FIRING);
        assertThat(this.heard).extracting(TelemetryAlertEvent::firing).containsExactly(true);
    }

    @Test
    void rulesThatCannotWorkSayWhy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rule("r", null, AlertAggregate.SUM, AlertWindow.today(), 1, true))
                .withMessageContaining("needs a metric");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rule("r", "m", AlertAggregate.SUM, AlertWindow.of(Duration.ZERO), 1, true))
                .withMessageContaining("window");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rule("r", "m", AlertAggregate.SUM, AlertWindow.today(), Double.NaN, true))
                .withMessageContaining("finite");
    }

    private static Duration hour() {
        return Duration.ofHours(1);
    }

    private static AlertRule rule(
            String name,
            @Nullable String metric,
            AlertAggregate aggregate,
            AlertWindow window,
            double threshold,
            boolean above) {
        return new AlertRule(name, metric, aggregate, window, threshold, above, null, RecordFilter.ALL, null);
    }

    private AlertMonitor monitor(AlertRule... rules) {
        return monitor(ZoneId.of("UTC"), rules);
    }

    private AlertMonitor monitor(ZoneId zone, AlertRule... rules) {
        Telemetry telemetry = Telemetry.builder()
                .backend("sqlite")
                .path(this.directory.resolve("telemetry.db").toString())
                .build();
        this.telemetry = telemetry;
        return new AlertMonitor(
                List.of(rules),
                telemetry,
                reader(),
                ((PipelineView) telemetry).origin().command(),
                (name, state, within) -> this.claims.claim(name, state, within),
                (change) -> this.listener.accept(change),
                new TestClock(zone));
    }

    private TelemetryReader reader() {
        return new TelemetryReader(() -> {
            this.beforeReading.run();
            return ((PipelineView) telemetry()).source();
        });
    }

    private Telemetry telemetry() {
        return Objects.requireNonNull(this.telemetry);
    }

    private void emit(String metric, double value, Instant at, String... attributes) {
        emit(metric, value, at, Status.COMPLETED, attributes);
    }

    private void emit(String metric, double value, Instant at, Status status, String... attributes) {
        var record = telemetry().record().metric(metric, value).status(status).timestamp(at);
        for (int i = 0; i < attributes.length; i += 2) {
            record.attribute(attributes[i], attributes[i + 1]);
        }
        record.emit();
    }

    private List<AlertStatus> evaluated(AlertMonitor monitor) {
        assertThat(telemetry().flush(Duration.ofSeconds(20))).isTrue();
        monitor.evaluate();
        assertThat(telemetry().flush(Duration.ofSeconds(20))).isTrue();
        return monitor.alerts();
    }

    private List<TelemetryRecord> records() {
        return reader().records(ALERTS, null, 100).records();
    }

    /** Shows the test's own time. */
    private final class TestClock extends Clock {

        private final ZoneId zone;

        TestClock(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return this.zone;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return new TestClock(zone);
        }

        @Override
        public Instant instant() {
            return AlertMonitorTests.this.now;
        }
    }
}
