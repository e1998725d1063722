package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloudmesh.ai.telemetry.Internal;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.pipeline.PipelineListener;

/**
 * Feeds the metrics of records to meter registries: metric {@code loss} becomes the distribution summary
 * {@code telemetry.loss} with the tags {@code command}, {@code status} and {@code event}. Runs on the writer's thread,
 * so that emit does not pay for it.
 */
@Internal
public final class MeterBridge implements PipelineListener, MeterBinder {

    // Records of the start-up come before registries are ready; so many wait for them.
    private static final int EARLY = 1024;

    private final int maxMeters;

    private final List<RegistryBridge> registries = new CopyOnWriteArrayList<>();

    private List<TelemetryRecord> early = new ArrayList<>();

    /**
     * Creates a bridge without a registry.
     *
     * @param maxMeters how many meters it registers with each registry at most
     */
    public MeterBridge(int maxMeters) {
        this.maxMeters = maxMeters;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.registries.add(new RegistryBridge(registry, this.maxMeters));
    }

    @Override
    public void onRecord(TelemetryRecord record) {
        if (this.registries.isEmpty()) {
            if (this.early.size() < EARLY) {
                this.early.add(record);
            }
            return;
        }
        if (!this.early.isEmpty()) {
            List<TelemetryRecord> records = this.early;
            this.early = new ArrayList<>();
            records.forEach(this::feed);
        }
        feed(record);
    }

    private void feed(TelemetryRecord record) {
        for (RegistryBridge registry : this.registries) {
            registry.feed(record);
        }
    }
}
