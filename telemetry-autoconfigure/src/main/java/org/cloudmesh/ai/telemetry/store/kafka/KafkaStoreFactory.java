package org.cloudmesh.ai.telemetry.store.kafka;

import java.util.Map;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/** Makes stores that hand records to a topic of Kafka, under the name {@code kafka}. */
public final class KafkaStoreFactory implements StoreFactory {

    private final Supplier<Map<String, Object>> producer;

    private final String topic;

    private final @Nullable String node;

    /**
     * Creates a factory.
     *
     * @param producer returns the settings of the application's producers; what it throws is told as the reason why
     *     records wait
     * @param topic takes the records
     * @param node name of this machine; null for the pod's or the host's name
     */
    public KafkaStoreFactory(Supplier<Map<String, Object>> producer, String topic, @Nullable String node) {
        this.producer = producer;
        this.topic = topic;
        this.node = node;
    }

    @Override
    public String backend() {
        return "kafka";
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return new KafkaStore(this.producer, this.topic, this.node, settings.clock());
    }
}
