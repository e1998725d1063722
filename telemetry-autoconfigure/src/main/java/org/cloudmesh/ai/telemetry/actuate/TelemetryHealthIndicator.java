package org.cloudmesh.ai.telemetry.actuate;

import java.util.List;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells whether records reach the stores. UP, or {@link #DEGRADED} with the reason and since when. Spring Boot leaves a
 * status that it does not know out of the overall one and answers it with 200: a full disk of the recorder must not
 * take an application out of service. Thread-safe.
 */
public final class TelemetryHealthIndicator extends AbstractHealthIndicator {

    /** Records wait or are lost; the application itself is well. */
    public static final Status DEGRADED = new Status("DEGRADED");

    private final PipelineView pipeline;

    /** Creates an indicator of that recorder. */
    public TelemetryHealthIndicator(PipelineView pipeline) {
        super("The state of the telemetry is unknown");
        this.pipeline = pipeline;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        List<StoreStatus> stores;
        try {
            stores = this.pipeline.stores();
        } catch (RuntimeException | LinkageError ex) {
            // Down would take the application out of service.
            builder.status(DEGRADED).withDetail("reason", "The state of the stores is unknown: " + ex);
            return;
        }
        builder.up();
        for (StoreStatus store : stores) {
            if (store.degraded() != null) {
                builder.status(DEGRADED);
                PipelineStatus.degraded(store).forEach(builder::withDetail);
                break;
            }
        }
        PipelineStatus.of(stores).forEach(builder::withDetail);
    }
}
