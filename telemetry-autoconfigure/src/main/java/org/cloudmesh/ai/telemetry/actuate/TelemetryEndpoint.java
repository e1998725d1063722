package org.cloudmesh.ai.telemetry.actuate;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.alert.AlertStatus;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Shows what was recorded. Over JMX this is the overview; {@link TelemetryEndpointWebExtension} answers over HTTP.
 * Nothing here writes. Thread-safe.
 */
@Endpoint(id = "telemetry")
public final class TelemetryEndpoint {

    private final PipelineView pipeline;

    private final CallsInFlight calls;

    private final Clock clock;

    private final Supplier<List<AlertStatus>> alerts;

    private final StoreFailures failures = new StoreFailures();

    /**
     * Creates an endpoint of a recorder whose records and calls are watched.
     *
     * @param pipeline the recorder
     * @param clock that times back from now are counted from
     * @param alerts returns how the rules stand
     * @param calls says what is under way
     */
    public TelemetryEndpoint(
            PipelineView pipeline, Clock clock, Supplier<List<AlertStatus>> alerts, CallsInFlight calls) {
        this.pipeline = pipeline;
        this.calls = calls;
        this.clock = clock;
        this.alerts = alerts;
    }

    /** Returns an overview of the chosen records. */
    @ReadOperation
    public Map<String, @Nullable Object> overview() {
        return queries().overview(Parameters.of(Map.of(), this.clock));
    }

    TelemetryQueries queries() {
        return new TelemetryQueries(
                this.pipeline, TelemetryReader.DEFAULT_TIMEOUT, this.failures, this.alerts, this.calls);
    }

    StoreFailures failures() {
        return this.failures;
    }

    Clock clock() {
        return this.clock;
    }
}
