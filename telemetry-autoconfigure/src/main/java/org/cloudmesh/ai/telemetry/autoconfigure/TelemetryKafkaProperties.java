package org.cloudmesh.ai.telemetry.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the backend kafka. */
@ConfigurationProperties("telemetry.kafka")
public class TelemetryKafkaProperties {

    /** Topic that takes the records. */
    private String topic = "telemetry";

    public String getTopic() {
        return this.topic;
    }

    public void setTopic(String topic) {
        this.topic = topic;
    }
}
