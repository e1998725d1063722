package org.cloudmesh.ai.telemetry.actuate;

import java.time.Clock;
import java.util.Map;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Shows what was recorded. Over JMX this is the overview; {@link TelemetryEndpointWebExtension} answers over HTTP. Nothing
 * here writes. Thread-safe.
 */
@Endpoint(id = "telemetry")
public final class TelemetryEndpoint {

    private final PipelineView pipeline;

    private final Clock clock;

    private final StoreFailures failures = new StoreFailures();

    /**
     * Creates an endpoint.
     *
     * @param pipeline the recorder
     * @param clock that times back from now are counted from
     */
    public TelemetryEndpoint(PipelineView pipeline, Clock clock) {
        this.pipeline = pipeline;
        this.clock = clock;
    }

    /** Returns what there is, at a glance. */
    @ReadOperation
    public Map<String, @Nullable Object> overview() {
        return queries().overview(Parameters.of(Map.of(), this.clock));
    }

    TelemetryQueries queries() {
        return new TelemetryQueries(this.pipeline, TelemetryReader.DEFAULT_TIMEOUT, this.failures);
    }

    StoreFailures failures() {
        return this.failures;
    }

    Clock clock() {
        return this.clock;
    }
}
