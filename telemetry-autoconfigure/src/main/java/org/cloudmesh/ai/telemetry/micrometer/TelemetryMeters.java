package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.Internal;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.pipeline.PipelineListener;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.jspecify.annotations.Nullable;

/**
 * All meters of a recorder: those of its records, of its pipeline and of the machine. Listens to the pipeline for the
 * first and for the times of its batches, {@link PipelineMeter#WRITE}. Closing removes the meters of the machine.
 * Thread-safe.
 */
@Internal
public final class TelemetryMeters implements MeterBinder, PipelineListener, AutoCloseable {

    private final Supplier<? extends PipelineView> pipeline;

    private final @Nullable MeterBridge bridge;

    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

    private @Nullable SystemMetrics system;

    /**
     * Creates meters that are in no registry yet.
     *
     * @param pipeline asked for when the first registry is bound: it is built with its listeners, and so after this
     * @param bridge feeds the metrics of records to registries; null for not at all
     */
    public TelemetryMeters(Supplier<? extends PipelineView> pipeline, @Nullable MeterBridge bridge) {
        this.pipeline = pipeline;
        this.bridge = bridge;
    }

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        if (this.bridge != null) {
            this.bridge.bindTo(registry);
        }
        this.registries.add(registry);
        PipelineView pipeline = this.pipeline.get();
        new PipelineMetrics(pipeline).bindTo(registry);
        if (this.system == null) {
            this.system = new SystemMetrics(pipeline.context());
        }
        this.system.bindTo(registry);
    }

    @Override
    public void onRecord(TelemetryRecord record) {
        if (this.bridge != null) {
            this.bridge.onRecord(record);
        }
    }

    @Override
    public void onWrite(String backend, int records, long nanos) {
        for (MeterRegistry registry : this.registries) {
            registry.timer(PipelineMeter.WRITE.meterName(), "backend", backend).record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public synchronized void close() {
        if (this.system != null) {
            this.system.close();
        }
    }
}
