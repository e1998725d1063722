package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.pipeline.PipelineListener;

/** Times the batches that stores keep as {@link PipelineMeter#WRITE}. Thread-safe. */
public final class WriteTimer implements PipelineListener, MeterBinder {

    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

    @Override
    public void bindTo(MeterRegistry registry) {
        this.registries.add(registry);
    }

    @Override
    public void onWrite(String backend, int records, long nanos) {
        for (MeterRegistry registry : this.registries) {
            registry.timer(PipelineMeter.WRITE.meterName(), "backend", backend).record(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
