package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.forward.OtlpReceiver;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.otlp.OtlpStoreFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.logging.OpenTelemetryLoggingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.logging.otlp.OtlpLoggingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.logging.otlp.OtlpLoggingConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** {@code telemetry.backend: otlp} in an application. */
@ExtendWith(OutputCaptureExtension.class)
class OtlpForwardingTests {

    @TempDir
    private Path directory;

    private ApplicationContextRunner runner(String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(TelemetryAutoConfiguration.class, TelemetryFleetAutoConfiguration.class))
                .withPropertyValues(
                        "telemetry.backend=otlp",
                        "telemetry.node=pod-1",
                        "telemetry.run=r1",
                        "telemetry.context.enabled=false",
                        "telemetry.close-timeout=1s",
                        "telemetry.path=" + this.directory.resolve("telemetry.db"))
                .withPropertyValues(properties);
    }

    private ApplicationContextRunner withBoot(String... properties) {
        return runner(properties)
                .withPropertyValues("spring.application.name=trainer")
                .withConfiguration(AutoConfigurations.of(
                        OpenTelemetrySdkAutoConfiguration.class,
                        OpenTelemetryLoggingAutoConfiguration.class,
                        OtlpLoggingAutoConfiguration.class));
    }

    private static OtlpReceiver receiver(String transport) throws IOException {
        return transport.equals("grpc") ? OtlpReceiver.grpc() : OtlpReceiver.http();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "grpc"})
    void sendsLogRecordsAndGoesOnWhenTheServerDoes(String transport) throws Exception {
        try (OtlpReceiver receiver = receiver(transport)) {
            receiver.refuse(true);
            withBoot(
                            "telemetry.otlp.endpoint=" + receiver.endpoint(),
                            "telemetry.otlp.transport=" + transport,
                            "telemetry.otlp.headers.authorization=Bearer secret")
                    .run((context) -> {
                        RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                        telemetry
                                .record()
                                .event("inference")
                                .metric("latency", 0.125)
                                .attribute("model", "llama-3")
                                .message("warm")
                                .status(Status.FAILED)
                                .timestamp(Instant.parse("2026-11-24T22:20:00.123456Z"))
                                .emit();
                        Fleet.await(() -> Fleet.status(telemetry, "otlp").degraded() != null, "it is degraded");
                        assertThat(Fleet.status(telemetry, "otlp").queued()).isEqualTo(1);
                        receiver.refuse(false);
                        Fleet.awaitThrough(telemetry, "otlp");
                        Fleet.await(() -> Fleet.status(telemetry, "otlp").degraded() == null, "it works again");
                        assertThat(Fleet.isExact(telemetry)).isTrue();
                    });
            assertThat(receiver.resources()).hasSize(1);
            assertThat(receiver.resources().get(0)).containsEntry("service.name", "trainer");
            assertThat(receiver.authorizations()).isNotEmpty().containsOnly("Bearer secret");
            LogRecord record = receiver.records().get(0);
            assertThat(record.getEventName()).isEqualTo("inference");
            assertThat(record.getBody().getStringValue()).isEqualTo("warm");
            assertThat(record.getTimeUnixNano()).isEqualTo(1_795_558_800_123_456_000L);
            assertThat(record.getSeverityText() + record.getSeverityNumber()).contains("ERROR");
            assertThat(OtlpReceiver.attributes(record.getAttributesList()))
                    .containsEntry("latency", 0.125)
                    .containsEntry("model", "llama-3")
                    .containsEntry("telemetry.node", "pod-1")
                    .containsEntry("telemetry.run", "r1")
                    .containsEntry("telemetry.status", "failed")
                    .containsKey("telemetry.id");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "grpc"})
    void takesTheEndpointOfSpringBoot(String transport) throws Exception {
        try (OtlpReceiver receiver = receiver(transport)) {
            withBoot(
                            "management.opentelemetry.logging.export.otlp.endpoint=" + receiver.endpoint(),
                            "management.opentelemetry.logging.export.otlp.transport=" + transport)
                    .run((context) -> sends(context.getBean(RecordingTelemetry.class)));
            assertThat(receiver.records()).hasSize(1);
        }
    }

    @Test
    void takesTheConnectionDetailsOfSpringBoot() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.http()) {
            withBoot()
                    .withBean(OtlpLoggingConnectionDetails.class, () -> (transport) -> receiver.endpoint())
                    .run((context) -> sends(context.getBean(RecordingTelemetry.class)));
            assertThat(receiver.records()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"http, 401", "grpc, UNAUTHENTICATED"})
    void tellsWhatTheReceiverAnswered(String transport, String answer) throws Exception {
        try (OtlpReceiver receiver = receiver(transport)) {
            receiver.deny(true);
            runner("telemetry.otlp.endpoint=" + receiver.endpoint(), "telemetry.otlp.transport=" + transport)
                    .run((context) -> {
                        RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                        telemetry.emit("loss", 0.5);
                        Fleet.await(() -> Fleet.status(telemetry, "otlp").degraded() != null, "it is degraded");
                        assertThat(Fleet.status(telemetry, "otlp").degraded().reason())
                                .contains("it answered " + answer, "Check telemetry.otlp.headers");
                        receiver.deny(false);
                        Fleet.awaitThrough(telemetry, "otlp");
                        assertThat(Fleet.status(telemetry, "otlp").dropped()).isEmpty();
                    });
            assertThat(receiver.records()).hasSize(1);
        }
    }

    @Test
    void sendsLessAtOnceToAReceiverThatTakesLess() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.http()) {
            receiver.limit(100_000);
            runner("telemetry.otlp.endpoint=" + receiver.endpoint()).run((context) -> {
                RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                for (int i = 0; i < 100; i++) {
                    telemetry
                            .record()
                            .metric("n", i)
                            .message("m".repeat(10_000))
                            .emit();
                }
                Fleet.awaitThrough(telemetry, "otlp");
                assertThat(Fleet.status(telemetry, "otlp").written()).isEqualTo(100);
                assertThat(Fleet.status(telemetry, "otlp").dropped()).isEmpty();
            });
            assertThat(receiver.records())
                    .extracting((record) ->
                            OtlpReceiver.attributes(record.getAttributesList()).get("n"))
                    .contains(0.0, 50.0, 99.0)
                    .hasSizeGreaterThanOrEqualTo(100);
        }
    }

    @Test
    void aRecordOfManyValuesArrivesWhole() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.http()) {
            runner("telemetry.otlp.endpoint=" + receiver.endpoint()).run((context) -> {
                RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                var record = telemetry.record().attribute("model", "llama-3").metric("model", 5);
                for (int i = 0; i < 100; i++) {
                    record.attribute("a" + i, "v").metric("m" + i, i);
                }
                record.emit();
                Fleet.awaitThrough(telemetry, "otlp");
            });
            assertThat(OtlpReceiver.attributes(receiver.records().get(0).getAttributesList()))
                    .containsKeys("telemetry.id", "a0", "a99", "m0", "m99")
                    .containsEntry("model", "llama-3")
                    .containsEntry("telemetry.metric.model", 5.0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "grpc"})
    void aRecordThatTheReceiverRefusesHoldsUpNoOther(String transport) throws Exception {
        try (OtlpReceiver receiver = receiver(transport)) {
            receiver.refuse("bad");
            runner("telemetry.otlp.endpoint=" + receiver.endpoint(), "telemetry.otlp.transport=" + transport)
                    .run((context) -> {
                        RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                        for (int i = 0; i < 20; i++) {
                            telemetry.event(i == 7 ? "bad" : "good");
                        }
                        Fleet.awaitThrough(telemetry, "otlp");
                        assertThat(Fleet.status(telemetry, "otlp").dropped()).isEqualTo(Map.of("rejected", 1L));
                        assertThat(Fleet.isExact(telemetry)).isTrue();
                    });
            assertThat(receiver.records().stream()
                            .map((record) -> OtlpReceiver.attributes(record.getAttributesList())
                                    .get("telemetry.id"))
                            .distinct())
                    .hasSize(19);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anExporterOfItsOwnIsShutDownWithTheStore(boolean owned) throws Exception {
        InMemoryExporter exporter = new InMemoryExporter();
        TelemetryStore store = new OtlpStoreFactory(() -> exporter, owned, Resource.empty(), null)
                .create(new StoreSettings(null, Retention.defaults(), Clock.systemUTC()));
        store.open();
        store.close();
        assertThat(exporter.shutDown).isEqualTo(owned);
    }

    private static final class InMemoryExporter implements LogRecordExporter {

        private boolean shutDown;

        @Override
        public CompletableResultCode export(Collection<LogRecordData> logs) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            this.shutDown = true;
            return CompletableResultCode.ofSuccess();
        }
    }

    private static void sends(RecordingTelemetry telemetry) {
        telemetry.emit("loss", 0.5);
        Fleet.awaitThrough(telemetry, "otlp");
    }

    @Test
    void sendsNothingUnasked() {
        withBoot().run((context) -> {
            RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
            telemetry.emit("loss", 0.5);
            Fleet.await(() -> Fleet.status(telemetry, "otlp").degraded() != null, "it is degraded");
            assertThat(Fleet.status(telemetry, "otlp").degraded().reason()).contains("telemetry.otlp.endpoint");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "grpc"})
    void warnsOnceWhenNobodyListens(String transport, CapturedOutput output) {
        runner("telemetry.otlp.endpoint=http://127.0.0.1:1/v1/logs", "telemetry.otlp.transport=" + transport)
                .run((context) -> {
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    telemetry.emit("loss", 0.5);
                    Fleet.await(() -> Fleet.status(telemetry, "otlp").forward().failed() >= 4, "four attempts failed");
                    StoreStatus status = Fleet.status(telemetry, "otlp");
                    assertThat(status.degraded()).isNotNull();
                    assertThat(status.queued()).isEqualTo(1);
                });
        List<String> lines = output.getAll()
                .lines()
                .filter((line) -> line.contains("WARN") || line.contains("SEVERE") || line.contains("ERROR"))
                .toList();
        assertThat(lines).singleElement().asString().contains("Records do not reach otlp");
    }

    @Test
    void saysWhatToAddWhenTheExporterIsMissing() {
        runner("telemetry.otlp.endpoint=http://127.0.0.1:1/v1/logs", "telemetry.fail-fast=true")
                .withClassLoader(new FilteredClassLoader("io.opentelemetry.exporter"))
                .run((context) -> {
                    assertThat(context).hasFailed();
                    assertThat(Failures.analysis(context.getStartupFailure()))
                            .contains(
                                    "io.opentelemetry:opentelemetry-exporter-otlp is not on the class path", "Add it");
                });
        runner().withClassLoader(new FilteredClassLoader("io.opentelemetry.exporter"))
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    telemetry.emit("loss", 0.5);
                    Map<String, StoreStatus> stores = Failures.stores(context);
                    assertThat(stores.get("sqlite").degraded()).isNull();
                    Fleet.await(() -> Failures.stores(context).get("otlp").degraded() != null, "otlp is degraded");
                });
    }
}
