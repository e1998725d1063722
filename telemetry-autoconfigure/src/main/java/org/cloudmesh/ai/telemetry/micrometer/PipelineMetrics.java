package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.Reasons;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the meters of {@link PipelineMeter} that are read from the pipeline when someone looks. Thread-safe. */
final class PipelineMetrics implements MeterBinder {

    private static final Logger logger = LoggerFactory.getLogger(PipelineMetrics.class);

    private final PipelineView pipeline;

    /** Creates a binder for a pipeline. */
    public PipelineMetrics(PipelineView pipeline) {
        this.pipeline = pipeline;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        List<StoreStatus> stores;
        try {
            stores = this.pipeline.stores();
        } catch (RuntimeException | LinkageError ex) {
            // Thrown on, it would end the application's start.
            logger.warn("The meters of telemetry's pipeline are missing", ex);
            return;
        }
        for (int i = 0; i < stores.size(); i++) {
            Tags tags = Tags.of("backend", stores.get(i).backend());
            bind(registry, i, tags);
            if (stores.get(i).forward() != null) {
                bindForward(registry, i, tags);
            }
        }
    }

    private void bind(MeterRegistry registry, int store, Tags tags) {
        counter(registry, tags, new Figure(PipelineMeter.ACCEPTED, store, ""));
        counter(registry, tags, new Figure(PipelineMeter.WRITTEN, store, ""));
        for (String reason : Reasons.DROPPED) {
            counter(registry, tags.and("reason", reason), new Figure(PipelineMeter.DROPPED, store, reason));
        }
        for (String reason : Reasons.NORMALISED) {
            counter(registry, tags.and("reason", reason), new Figure(PipelineMeter.NORMALISED, store, reason));
        }
        gauge(registry, tags, new Figure(PipelineMeter.QUEUED, store, ""));
        gauge(registry, tags, new Figure(PipelineMeter.DEGRADED, store, ""));
    }

    private void bindForward(MeterRegistry registry, int store, Tags tags) {
        gauge(registry, tags, new Figure(PipelineMeter.FORWARD_BEHIND, store, ""));
        counter(registry, tags, new Figure(PipelineMeter.FORWARD_SENT, store, ""));
        counter(registry, tags, new Figure(PipelineMeter.FORWARD_FAILED, store, ""));
        gauge(registry, tags, new Figure(PipelineMeter.FORWARD_LAG, store, ""));
    }

    private void counter(MeterRegistry registry, Tags tags, Figure figure) {
        FunctionCounter.builder(figure.meter.meterName(), this.pipeline, figure)
                .tags(tags)
                .register(registry);
    }

    private void gauge(MeterRegistry registry, Tags tags, Figure figure) {
        Gauge.builder(figure.meter.meterName(), this.pipeline, figure)
                .tags(tags)
                .register(registry);
    }

    /**
     * What one meter shows. One class for all of them, since each lambda is a class that an application's start waits
     * for.
     *
     * @param meter which figure
     * @param store index of the store
     * @param reason of records dropped or mended; empty for other figures
     */
    private record Figure(PipelineMeter meter, int store, String reason) implements ToDoubleFunction<PipelineView> {

        @Override
        public double applyAsDouble(PipelineView pipeline) {
            StoreStatus status;
            try {
                status = pipeline.stores().get(this.store);
            } catch (RuntimeException | LinkageError ex) {
                // A registry would log it at each scrape, or fail the whole of it.
                return Double.NaN;
            }
            return switch (this.meter) {
                case ACCEPTED -> status.accepted();
                case WRITTEN -> status.written();
                case DROPPED -> status.dropped().getOrDefault(this.reason, 0L);
                case NORMALISED -> status.normalised().getOrDefault(this.reason, 0L);
                case QUEUED -> status.queued();
                case DEGRADED -> status.degraded() == null ? 0 : 1;
                case FORWARD_BEHIND -> forward(status).behind();
                case FORWARD_SENT -> forward(status).sent();
                case FORWARD_FAILED -> forward(status).failed();
                case FORWARD_LAG -> forward(status).lag();
                case WRITE, METERS_SKIPPED -> throw new IllegalStateException("no figure of the pipeline's");
            };
        }

        private static StoreStatus.Forward forward(StoreStatus status) {
            return Objects.requireNonNull(status.forward());
        }
    }
}
