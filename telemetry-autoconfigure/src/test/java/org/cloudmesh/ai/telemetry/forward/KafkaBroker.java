package org.cloudmesh.ai.telemetry.forward;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/**
 * A real broker of Kafka in this JVM, on loopback and a free port, with a controller of its own. It makes topics as
 * they are asked for. Its caller closes it before the JVM ends: Kafka's test kit deletes the broker's directory as the
 * JVM goes down, and a broker that still runs and misses its directory halts the JVM with an exit code of 1.
 */
public final class KafkaBroker implements AutoCloseable {

    private final KafkaClusterTestKit cluster;

    private KafkaBroker(KafkaClusterTestKit cluster) {
        this.cluster = cluster;
    }

    public static KafkaBroker begin() throws Exception {
        TestKitNodes nodes = new TestKitNodes.Builder()
                .setNumControllerNodes(1)
                .setNumBrokerNodes(1)
                .build();
        // Spring Kafka's own broker for tests was compiled against an older Kafka.
        KafkaClusterTestKit cluster = new KafkaClusterTestKit.Builder(nodes)
                .setConfigProp("offsets.topic.replication.factor", "1")
                .setConfigProp("default.replication.factor", "1")
                .build();
        cluster.format();
        cluster.startup();
        cluster.waitForReadyBrokers();
        return new KafkaBroker(cluster);
    }

    public String servers() {
        return this.cluster.bootstrapServers();
    }

    /** Takes the broker away; the controller stays. */
    public void stop() {
        this.cluster.brokers().values().forEach((broker) -> broker.shutdown());
    }

    /** Brings the broker back, with all that it kept. */
    public void start() {
        this.cluster.brokers().values().forEach((broker) -> broker.startup());
    }

    @Override
    public void close() throws Exception {
        this.cluster.close();
    }

    /** Reads a topic from its beginning until there are so many different records; one may be there twice. */
    public List<ConsumerRecord<String, String>> read(String topic, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        Set<Object> ids = new HashSet<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            // Without a group, which takes a new broker long.
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map((partition) -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Fleet.await(
                    () -> {
                        consumer.poll(Duration.ofMillis(200)).forEach((record) -> {
                            records.add(record);
                            ids.add(RecordJson.read(record.value()).get("id"));
                        });
                        return ids.size() >= count;
                    },
                    count + " records came to " + topic);
        }
        return records;
    }
}
