package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.forward.KafkaBroker;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** {@code telemetry.backend: kafka} in an application, with a real broker. */
class KafkaForwardingTests {

    @AutoClose
    private static KafkaBroker broker;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = KafkaBroker.begin();
    }

    private ApplicationContextRunner runner(String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TelemetryAutoConfiguration.class,
                        TelemetryFleetAutoConfiguration.class,
                        KafkaAutoConfiguration.class))
                .withPropertyValues(
                        "telemetry.backend=kafka",
                        "telemetry.node=pod-1",
                        "telemetry.run=r1",
                        "telemetry.context.enabled=false",
                        "telemetry.close-timeout=2s",
                        "telemetry.path=" + this.directory.resolve("telemetry.db"))
                .withPropertyValues(properties);
    }

    private static double number(ConsumerRecord<String, String> record) {
        Object metrics = RecordJson.read(record.value()).get("metrics");
        return ((Number) ((Map<?, ?>) metrics).get("n")).doubleValue();
    }

    /** Returns a number for each id; a record that came twice has one id. */
    private static Map<Object, Double> numbers(List<ConsumerRecord<String, String>> records) {
        Map<Object, Double> numbers = new HashMap<>();
        records.forEach((record) -> numbers.put(RecordJson.read(record.value()).get("id"), number(record)));
        return numbers;
    }

    @Test
    void sendsOneObjectARecordThroughTheApplicationsSettings() {
        runner(
                        "telemetry.kafka.topic=audit",
                        "spring.kafka.bootstrap-servers=" + broker.servers(),
                        "spring.kafka.producer.acks=0",
                        "spring.kafka.producer.transaction-id-prefix=orders-",
                        "spring.kafka.producer.properties.compression.type=gzip")
                .run((context) -> {
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    telemetry.emit("n", 1);
                    Fleet.awaitThrough(telemetry, "kafka");
                    assertThat(Fleet.status(telemetry, "kafka").written()).isEqualTo(1);
                    assertThat(Fleet.isExact(telemetry)).isTrue();
                });
        ConsumerRecord<String, String> record = broker.read("audit", 1).get(0);
        assertThat(record.key()).isEqualTo("pod-1/r1");
        assertThat(RecordJson.read(record.value()))
                .containsKeys("id", "timestamp", "command", "status", "user")
                .containsEntry("run", "r1");
        assertThat(number(record)).isEqualTo(1);
    }

    @Test
    void aRecordOfTheFutureHoldsUpNoOther() {
        Instant later = Instant.now().plus(Duration.ofDays(400));
        runner("telemetry.kafka.topic=future", "spring.kafka.bootstrap-servers=" + broker.servers())
                .run((context) -> {
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    telemetry.record().metric("n", 1).timestamp(later).emit();
                    telemetry.emit("n", 2);
                    Fleet.awaitThrough(telemetry, "kafka");
                    assertThat(Fleet.status(telemetry, "kafka").written()).isEqualTo(2);
                });
        assertThat(broker.read("future", 2))
                .extracting((record) -> RecordJson.read(record.value()).get("timestamp"))
                .anySatisfy((time) ->
                        assertThat(Instant.parse(time.toString())).isCloseTo(later, within(1, ChronoUnit.MICROS)));
    }

    @Test
    @FaultRow(
            number = 31,
            injected = "no broker, then one that goes away under load and comes back",
            expected = "degraded and behind meanwhile, emit and the local file as ever, goes on within 5 s after, no "
                    + "id is missing")
    void aBrokerGoesAwayAndComesBack(TestReporter reporter) {
        String topic = "telemetry.kafka.topic=away";
        runner(topic, "spring.kafka.bootstrap-servers=127.0.0.1:1").run((context) -> {
            RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
            for (int i = 0; i < 100; i++) {
                telemetry.emit("n", i);
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Awaitility.await("one record's time limit is enough to know")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Fleet.status(telemetry, "kafka").forward().failed() > 0);
            assertThat(Fleet.status(telemetry, "kafka").degraded().reason())
                    .contains("Kafka does not take records for away");
            assertThat(Fleet.status(telemetry, "kafka").queued()).isEqualTo(100);
        });
        AtomicLong healed = new AtomicLong();
        runner(topic, "spring.kafka.bootstrap-servers=" + broker.servers()).run((context) -> {
            RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
            telemetry.emit("n", 100);
            Fleet.awaitThrough(telemetry, "kafka");
            assertThat(Fleet.status(telemetry, "kafka").forward().sent()).isEqualTo(101);
            broker.stop();
            try {
                long longest = 0;
                for (int i = 101; i < 5000; i++) {
                    long start = System.nanoTime();
                    telemetry.emit("n", i);
                    longest = Math.max(longest, System.nanoTime() - start);
                }
                assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
                assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(2));
                // Kafka holds the forwarder up meanwhile.
                assertThat(Fleet.status(telemetry, "kafka").forward().behind()).isGreaterThanOrEqualTo(4899);
                assertThat(Fleet.status(telemetry, "kafka").forward().lag()).isPositive();
                Fleet.await(() -> Fleet.status(telemetry, "kafka").degraded() != null, "it is degraded");
                assertThat(Fleet.status(telemetry, "sqlite").degraded()).isNull();
                assertThat(Fleet.isExact(telemetry)).isTrue();
            } finally {
                broker.start();
            }
            long started = System.nanoTime();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Fleet.status(telemetry, "kafka").degraded() == null);
            healed.set(Duration.ofNanos(System.nanoTime() - started).toMillis());
            Fleet.awaitThrough(telemetry, "kafka");
            assertThat(Fleet.status(telemetry, "kafka").written()).isEqualTo(4900);
            assertThat(Fleet.isExact(telemetry)).isTrue();
        });
        List<ConsumerRecord<String, String>> records = broker.read("away", 5000);
        assertThat(numbers(records).values()).hasSize(5000).doesNotHaveDuplicates();
        reporter.publishEntry(
                "seen", "5,000 ids, %d messages; healed %d ms after".formatted(records.size(), healed.get()));
    }

    /** An application's interceptor that records each message, its own thread's and Kafka's. */
    public static final class Recording implements ProducerInterceptor<Object, Object> {

        private static final AtomicReference<Telemetry> TELEMETRY = new AtomicReference<>();

        private static final AtomicLong CAUSED = new AtomicLong();

        private static void emit(String what) {
            Telemetry telemetry = TELEMETRY.get();
            if (telemetry != null) {
                telemetry.event(what);
                CAUSED.incrementAndGet();
            }
        }

        @Override
        public ProducerRecord<Object, Object> onSend(ProducerRecord<Object, Object> record) {
            emit("sent");
            return record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
            emit("acknowledged");
            emit("acknowledged " + new TopicPartition("t", 0));
        }

        @Override
        public void close() {
            // Nothing is held.
        }

        @Override
        public void configure(Map<String, ?> settings) {
            // Nothing is to be set.
        }
    }

    @Test
    @FaultRow(
            number = 17,
            injected = "a producer interceptor that emits on the forwarder's thread and on Kafka's, three times a "
                    + "message",
            expected = "no feedback: refused as reentrant, exactly")
    void whatSendingCausesIsNotSent() {
        runner(
                        "telemetry.kafka.topic=reentrant",
                        "spring.kafka.bootstrap-servers=" + broker.servers(),
                        "spring.kafka.producer.properties.interceptor.classes=" + Recording.class.getName())
                .run((context) -> {
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    Recording.TELEMETRY.set(telemetry);
                    for (int i = 0; i < 100; i++) {
                        telemetry.emit("n", i);
                    }
                    Fleet.awaitThrough(telemetry, "kafka");
                    StoreStatus status = Fleet.status(telemetry, "kafka");
                    assertThat(status.written()).isEqualTo(100);
                    assertThat(Recording.CAUSED.get()).isGreaterThanOrEqualTo(300);
                    assertThat(status.dropped()).containsExactly(Map.entry("reentrant", Recording.CAUSED.get()));
                    Recording.TELEMETRY.set(null);
                });
    }

    @Test
    void saysWhatToAddWhenSpringKafkaIsMissing() {
        runner("telemetry.fail-fast=true")
                .withClassLoader(new FilteredClassLoader("org.springframework.kafka"))
                .run((context) -> assertThat(Failures.analysis(context.getStartupFailure()))
                        .contains(
                                "org.springframework.boot:spring-boot-starter-kafka is not on the class path",
                                "Add it"));
    }

    @Test
    void saysWhatToAddWithoutAProducer() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(TelemetryAutoConfiguration.class, TelemetryFleetAutoConfiguration.class))
                .withPropertyValues(
                        "telemetry.backend=kafka",
                        "telemetry.fail-fast=true",
                        "telemetry.path=" + this.directory.resolve("telemetry.db"))
                .run((context) -> assertThat(Failures.analysis(context.getStartupFailure()))
                        .contains("there is no ProducerFactory", "spring.kafka.bootstrap-servers"));
    }

    @Test
    void nothingOfItIsThereWithoutTheName() {
        runner("spring.kafka.bootstrap-servers=127.0.0.1:1", "telemetry.backend=sqlite")
                .run((context) -> assertThat(context).doesNotHaveBean("telemetryKafkaStoreFactory"));
    }
}
