package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the backend otlp. */
@ConfigurationProperties("telemetry.otlp")
public class TelemetryOtlpProperties {

    /** URL that takes log records, for example http://collector:4318/v1/logs. By default Spring Boot's own for logs. */
    private @Nullable String endpoint;

    /** How the endpoint is spoken to. */
    private Transport transport = Transport.HTTP;

    /** Headers that go with each call to the endpoint. */
    private Map<String, String> headers = new LinkedHashMap<>();

    public @Nullable String getEndpoint() {
        return this.endpoint;
    }

    public void setEndpoint(@Nullable String endpoint) {
        this.endpoint = endpoint;
    }

    public Transport getTransport() {
        return this.transport;
    }

    public void setTransport(Transport transport) {
        this.transport = transport;
    }

    public Map<String, String> getHeaders() {
        return this.headers;
    }

    public void setHeaders(Map<String, String> headers) {
        this.headers = headers;
    }

    /** Ways to speak OTLP. */
    public enum Transport {

        /** Protobuf over HTTP. */
        HTTP,

        /** The gRPC service. */
        GRPC
    }
}
