package org.cloudmesh.ai.telemetry.store.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.NodeName;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * Hands records to a topic, one JSON object each. All replicas have a batch before it counts as kept, and a producer
 * that sends one twice is found out by the broker; a batch that failed in part comes again as a whole, so a reader
 * tells records by their id. Each wait has a limit: Kafka's own would hold the thread for a minute, and a record for
 * two.
 */
final class KafkaStore implements TelemetryStore {

    private static final int BLOCK_MILLIS = 5_000;

    private static final int REQUEST_MILLIS = 8_000;

    private static final int DELIVERY_MILLIS = 15_000;

    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final Supplier<Map<String, Object>> settings;

    private final String topic;

    private final @Nullable String node;

    private final Clock clock;

    private @Nullable Producer<byte[], byte[]> producer;

    KafkaStore(Supplier<Map<String, Object>> settings, String topic, @Nullable String node, Clock clock) {
        this.settings = settings;
        this.topic = topic;
        this.node = node;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public void open() throws StoreException {
        close();
        try {
            Map<String, Object> settings = new HashMap<>(this.settings.get());
            settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
            settings.remove(ProducerConfig.RETRIES_CONFIG);
            settings.remove(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION);
            settings.put(ProducerConfig.ACKS_CONFIG, "all");
            settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
            settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS);
            settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
            settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
            settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
            this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        } catch (RuntimeException ex) {
            throw failure(ex);
        }
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        Producer<byte[], byte[]> producer = this.producer;
        if (producer == null) {
            throw new StoreException(Remedy.REOPEN, "there is no producer yet", null);
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BLOCK_MILLIS + DELIVERY_MILLIS);
        try {
            List<Future<?>> sent = new ArrayList<>(batch.size());
            for (TelemetryRecord record : batch) {
                Future<?> future =
                        producer.send(new ProducerRecord<>(this.topic, null, time(record), key(record), value(record)));
                if (future.isDone()) {
                    // Without a broker each call takes its time limit and returns its failure.
                    future.get();
                }
                sent.add(future);
            }
            for (Future<?> future : sent) {
                future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (ExecutionException ex) {
            throw failure(ex.getCause() == null ? ex : ex.getCause());
        } catch (TimeoutException ex) {
            throw new StoreException(Remedy.REOPEN, "Kafka did not answer within its time limit", ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new StoreException(Remedy.RETRY, "interrupted while Kafka was to answer", ex);
        } catch (RuntimeException ex) {
            throw failure(ex);
        }
    }

    /** Brokers refuse times that are ahead by more than an hour; the JSON has the record's own. */
    private long time(TelemetryRecord record) {
        return Math.min(record.timestampMicros() / 1000, this.clock.millis());
    }

    private byte[] key(TelemetryRecord record) {
        String run = record.origin().run();
        return (NodeName.of(this.node, record.origin()) + "/" + (run == null ? "" : run))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(TelemetryRecord record) {
        return RecordJson.write(record).getBytes(StandardCharsets.UTF_8);
    }

    private StoreException failure(Throwable cause) {
        Remedy remedy = Remedy.REOPEN;
        if (cause instanceof RecordTooLargeException) {
            remedy = Remedy.RECORD;
        } else if (cause instanceof RetriableException && !(cause instanceof InvalidConfigurationException)) {
            remedy = Remedy.RETRY;
        }
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new StoreException(remedy, "Kafka does not take records for " + this.topic + ": " + message, cause);
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> producer = this.producer;
        this.producer = null;
        if (producer != null) {
            producer.close(CLOSE);
        }
    }
}
