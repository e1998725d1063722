package org.cloudmesh.ai.telemetry.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.store.otlp.OtlpStoreFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Store and forward to a server that takes OTLP over HTTP. */
class OtlpForwardingTests {

    @TempDir
    private Path directory;

    private final Queue<ExportLogsServiceRequest> requests = new ConcurrentLinkedQueue<>();

    private volatile int status = 503;

    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        this.server.createContext("/v1/logs", this::answer);
        this.server.start();
    }

    @AfterEach
    void stopServer() {
        this.server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        ExportLogsServiceRequest request = ExportLogsServiceRequest.parseFrom(exchange.getRequestBody());
        int status = this.status;
        if (status == 200) {
            this.requests.add(request);
        }
        exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Test
    void sendsLogRecordsAndGoesOnWhenTheServerDoes() throws Exception {
        String endpoint = "http://127.0.0.1:" + this.server.getAddress().getPort() + "/v1/logs";
        Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "trainer"));
        try (RecordingTelemetry telemetry = new DefaultTelemetryFactory(
                        List.of(),
                        List.of(new OtlpStoreFactory(
                                () -> OtlpHttpLogRecordExporter.builder()
                                        .setEndpoint(endpoint)
                                        .setRetryPolicy(null)
                                        .build(),
                                resource,
                                "pod-1")),
                        List.of(),
                        List.of())
                .assemble(Fleet.builder(this.directory.resolve("telemetry.db"))
                        .backend("otlp")
                        .run("r1")
                        .settings())) {
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
            this.status = 200;
            Fleet.await(() -> Fleet.isThrough(telemetry, "otlp"), "it was sent");
            assertThat(Fleet.isExact(telemetry)).isTrue();
        }
        ExportLogsServiceRequest request = this.requests.element();
        assertThat(attributes(request.getResourceLogs(0).getResource().getAttributesList()))
                .containsEntry("service.name", "trainer");
        LogRecord record = request.getResourceLogs(0).getScopeLogs(0).getLogRecords(0);
        assertThat(record.getEventName()).isEqualTo("inference");
        assertThat(record.getBody().getStringValue()).isEqualTo("warm");
        assertThat(record.getTimeUnixNano()).isEqualTo(1_795_558_800_123_456_000L);
        assertThat(attributes(record.getAttributesList()))
                .containsEntry("latency", 0.125)
                .containsEntry("model", "llama-3")
                .containsEntry("telemetry.node", "pod-1")
                .containsEntry("telemetry.run", "r1")
                .containsEntry("telemetry.status", "failed")
                .containsKey("telemetry.id");
    }

    private static Map<String, Object> attributes(List<KeyValue> list) {
        Map<String, Object> attributes = new HashMap<>();
        for (KeyValue pair : list) {
            AnyValue value = pair.getValue();
            attributes.put(pair.getKey(), value.hasDoubleValue() ? value.getDoubleValue() : value.getStringValue());
        }
        return attributes;
    }
}
