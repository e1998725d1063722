package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.logs.v1.LogRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.forward.KafkaBroker;
import org.cloudmesh.ai.telemetry.forward.OtlpReceiver;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What reaches each remote store of texts and numbers that are hard to carry: what the local file has. */
class RemoteTextTests {

    private static final int LARGE = 64 << 10;

    @TempDir
    private Path directory;

    /** The parts of a record that a person gives. */
    private record Told(String event, String status, String message, Map<String, Object> attributes, Object metrics) {}

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(Records.NASTY_TEXTS);
        texts.add("nul \0 in \0\0 it");
        texts.add("\ud83d half \udc00 and \ud83d");
        texts.add("x".repeat(LARGE));
        texts.add("é".repeat(LARGE));
        return texts;
    }

    @Test
    @FaultRow(
            number = 41,
            injected = "NUL, lone surrogates, NaN, infinities, the corpus of row 20 and texts of 64 kB, to PostgreSQL, "
                    + "Kafka and OTLP over gRPC at once",
            expected = "each has what the local file has, none is dead-lettered")
    void eachRemoteStoreHasWhatTheLocalFileHas(TestReporter reporter) throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        List<String> texts = texts();
        Map<String, Told> local = new TreeMap<>();
        Map<String, Told> postgres = new TreeMap<>();
        Map<String, Told> otlp = new TreeMap<>();
        Map<String, Told> kafka = new TreeMap<>();
        try (KafkaBroker broker = KafkaBroker.begin();
                OtlpReceiver receiver = OtlpReceiver.grpc()) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            TelemetryAutoConfiguration.class,
                            TelemetryFleetAutoConfiguration.class,
                            KafkaAutoConfiguration.class))
                    .withPropertyValues(
                            "telemetry.backend=jdbc,kafka,otlp",
                            "telemetry.context.enabled=false",
                            "telemetry.path=" + this.directory.resolve("telemetry.db"),
                            "telemetry.jdbc.url=" + server.url(database),
                            "telemetry.jdbc.username=telemetry",
                            "spring.kafka.bootstrap-servers=" + broker.servers(),
                            "telemetry.otlp.endpoint=" + receiver.endpoint(),
                            "telemetry.otlp.transport=grpc")
                    .run((context) -> {
                        RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                        for (String text : texts) {
                            telemetry
                                    .record()
                                    .event(text)
                                    .status(Status.of(text))
                                    .message(text)
                                    .attribute("text", text)
                                    .attribute(text, "key")
                                    .metric("good", 0.1 + 0.2)
                                    .metric("largest", Double.MAX_VALUE)
                                    .metric("smallest", -Double.MIN_VALUE)
                                    .metric("nan", Double.NaN)
                                    .metric("infinite", Double.NEGATIVE_INFINITY)
                                    .emit();
                        }
                        for (String remote : List.of("jdbc", "kafka", "otlp")) {
                            Awaitility.await(remote)
                                    .atMost(Duration.ofSeconds(60))
                                    .until(() -> Fleet.isThrough(telemetry, remote));
                            assertThat(Fleet.status(telemetry, remote).written())
                                    .isEqualTo(texts.size());
                            assertThat(Fleet.status(telemetry, remote).dropped())
                                    .isEmpty();
                        }
                        assertThat(Fleet.isExact(telemetry)).isTrue();
                        local.putAll(read(telemetry.source("sqlite")));
                        postgres.putAll(read(telemetry.source("jdbc")));
                    });
            broker.read("telemetry", texts.size()).forEach((message) -> {
                Map<String, Object> fields = RecordJson.read(message.value());
                kafka.put(
                        (String) fields.get("id"),
                        new Told(
                                (String) fields.get("event"),
                                (String) fields.get("status"),
                                (String) fields.get("message"),
                                attributes(fields.get("attributes")),
                                fields.get("metrics")));
            });
            receiver.records().forEach((log) -> add(otlp, log));
        }
        assertThat(local).hasSize(texts.size());
        assertThat(local.values().iterator().next().attributes().toString()).contains("invalid_metrics");
        assertThat(postgres).isEqualTo(local);
        assertThat(kafka).isEqualTo(local);
        assertThat(otlp).isEqualTo(local);
        assertThat(this.directory.resolve("telemetry.db.dead-letter.jsonl")).doesNotExist();
        reporter.publishEntry("seen", "%d records in each of four, alike".formatted(local.size()));
    }

    private static Map<String, Told> read(RecordSource source) {
        Map<String, Told> told = new HashMap<>();
        for (TelemetryRecord record :
                source.page(RecordFilter.ALL, null, 100, Deadline.none()).records()) {
            told.put(
                    record.id(),
                    new Told(
                            record.event(),
                            record.status().value(),
                            record.message(),
                            new TreeMap<>(record.attributes()),
                            new TreeMap<>(record.metrics())));
        }
        return told;
    }

    private static Map<String, Object> attributes(Object map) {
        Map<String, Object> attributes = new TreeMap<>();
        ((Map<?, ?>) map).forEach((key, value) -> attributes.put((String) key, value));
        return attributes;
    }

    private static void add(Map<String, Told> told, LogRecord log) {
        Map<String, Object> attributes = new TreeMap<>(OtlpReceiver.attributes(log.getAttributesList()));
        Map<String, Object> metrics = new TreeMap<>();
        attributes.forEach((name, value) -> {
            if (value instanceof Double) {
                metrics.put(name, value);
            }
        });
        String id = (String) attributes.remove("telemetry.id");
        String status = (String) attributes.remove("telemetry.status");
        attributes.keySet().removeIf((name) -> name.startsWith("telemetry.") || metrics.containsKey(name));
        told.put(
                id,
                new Told(
                        log.getEventName(),
                        status,
                        log.hasBody() ? log.getBody().getStringValue() : null,
                        attributes,
                        metrics));
    }
}
