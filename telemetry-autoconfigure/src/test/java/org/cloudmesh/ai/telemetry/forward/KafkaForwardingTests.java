package org.cloudmesh.ai.telemetry.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.kafka.KafkaStoreFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Store and forward to a real broker in this JVM. */
class KafkaForwardingTests {

    @TempDir
    private Path directory;

    private RecordingTelemetry start(String servers, Duration closeTimeout) {
        TelemetryBuilder builder = Fleet.builder(this.directory.resolve("telemetry.db"))
                .backend("kafka")
                .run("r1")
                .closeTimeout(closeTimeout);
        Map<String, Object> producer = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        return new DefaultTelemetryFactory(
                        List.of(),
                        List.of(new KafkaStoreFactory(() -> producer, "telemetry", "pod-1")),
                        List.of(),
                        List.of())
                .assemble(builder.settings());
    }

    @Test
    void sendsOneObjectARecordAndGoesOnWhenABrokerComes() throws Exception {
        try (RecordingTelemetry telemetry = start("127.0.0.1:1", Duration.ofSeconds(1))) {
            for (int i = 0; i < 100; i++) {
                telemetry.emit("n", i);
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Fleet.await(() -> Fleet.status(telemetry, "kafka").degraded() != null, "it is degraded");
        }
        TestKitNodes nodes = new TestKitNodes.Builder()
                .setCombined(true)
                .setNumControllerNodes(1)
                .setNumBrokerNodes(1)
                .build();
        // Spring Kafka's own broker for tests was compiled against an older Kafka.
        try (KafkaClusterTestKit broker = new KafkaClusterTestKit.Builder(nodes)
                .setConfigProp("offsets.topic.replication.factor", "1")
                .setConfigProp("default.replication.factor", "1")
                .build()) {
            broker.format();
            broker.startup();
            broker.waitForReadyBrokers();
            try (RecordingTelemetry telemetry = start(broker.bootstrapServers(), Duration.ofSeconds(20))) {
                telemetry.emit("n", 100);
                Fleet.await(() -> Fleet.isThrough(telemetry, "kafka"), "all was sent");
                assertThat(Fleet.status(telemetry, "kafka").forward().sent()).isEqualTo(101);
            }
            Map<String, Double> values = new LinkedHashMap<>();
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            broker.bootstrapServers(),
                            ConsumerConfig.GROUP_ID_CONFIG,
                            "test",
                            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                            "earliest"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                consumer.subscribe(List.of("telemetry"));
                Fleet.await(
                        () -> {
                            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                                assertThat(record.key()).isEqualTo("pod-1/r1");
                                Map<String, Object> fields = RecordJson.read(record.value());
                                assertThat(fields).containsKeys("id", "timestamp", "command", "status", "user");
                                values.put(
                                        fields.get("id").toString(),
                                        ((Number) ((Map<?, ?>) fields.get("metrics")).get("n")).doubleValue());
                            }
                            return values.size() == 101;
                        },
                        "101 records came");
            }
            assertThat(values.values()).doesNotHaveDuplicates();
        }
    }
}
