package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.Reasons;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;

/** Registers the meters of {@link PipelineMeter} that are read from the pipeline when someone looks. Thread-safe. */
public final class PipelineMetrics implements MeterBinder {

    private final PipelineView pipeline;

    /** Creates a binder for a pipeline. */
    public PipelineMetrics(PipelineView pipeline) {
        this.pipeline = pipeline;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        List<StoreStatus> stores = this.pipeline.stores();
        for (int i = 0; i < stores.size(); i++) {
            bind(registry, i, Tags.of("backend", stores.get(i).backend()));
        }
    }

    private void bind(MeterRegistry registry, int store, Tags tags) {
        counter(
                registry,
                PipelineMeter.ACCEPTED,
                tags,
                (view) -> status(view, store).accepted());
        counter(
                registry,
                PipelineMeter.WRITTEN,
                tags,
                (view) -> status(view, store).written());
        for (String reason : Reasons.DROPPED) {
            counter(
                    registry,
                    PipelineMeter.DROPPED,
                    tags.and(reason(reason)),
                    (view) -> status(view, store).dropped().getOrDefault(reason, 0L));
        }
        for (String reason : Reasons.NORMALISED) {
            counter(
                    registry,
                    PipelineMeter.NORMALISED,
                    tags.and(reason(reason)),
                    (view) -> status(view, store).normalised().getOrDefault(reason, 0L));
        }
        Gauge.builder(
                        PipelineMeter.QUEUED.meterName(),
                        this.pipeline,
                        (view) -> status(view, store).queued())
                .tags(tags)
                .register(registry);
        Gauge.builder(
                        PipelineMeter.DEGRADED.meterName(),
                        this.pipeline,
                        (view) -> status(view, store).degraded() == null ? 0 : 1)
                .tags(tags)
                .register(registry);
    }

    private void counter(MeterRegistry registry, PipelineMeter meter, Tags tags, ToDoubleFunction<PipelineView> value) {
        FunctionCounter.builder(meter.meterName(), this.pipeline, value)
                .tags(tags)
                .register(registry);
    }

    private static StoreStatus status(PipelineView view, int store) {
        return view.stores().get(store);
    }

    private static Tag reason(String reason) {
        return Tag.of("reason", reason);
    }
}
