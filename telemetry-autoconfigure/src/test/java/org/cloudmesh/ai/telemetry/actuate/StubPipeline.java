package org.cloudmesh.ai.telemetry.actuate;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.memory.MemoryStoreFactory;

/** A recorder whose state a test chooses, over a store in memory. */
class StubPipeline implements PipelineView {

    final TelemetryStore store = new MemoryStoreFactory()
            .create(new StoreSettings(null, TelemetrySettings.Retention.defaults(), Clock.systemUTC()));

    volatile RecordSource source = this.store.source();

    volatile List<StoreStatus> stores = List.of(status("memory", true, null));

    private final List<TelemetryRecord> batch = new ArrayList<>();

    private final Map<Origin, Long> sequences = new java.util.HashMap<>();

    static StoreStatus status(String backend, boolean answers, StoreStatus.Degraded degraded) {
        return new StoreStatus(
                backend,
                null,
                0,
                answers,
                10,
                7,
                Map.of("queue-full", 2L),
                Map.of("invalid-value", 1L),
                1,
                degraded,
                null);
    }

    /** Begins a record of that origin, so many microseconds after {@link Records#START}. */
    TelemetryRecord.Builder record(Origin origin, long micros) {
        return TelemetryRecord.builder(origin, this.sequences.merge(origin, 1L, Long::sum), Records.START + micros);
    }

    StubPipeline add(TelemetryRecord.Builder record) {
        this.batch.add(record.build());
        return this;
    }

    void write() {
        try {
            this.store.write(this.batch, false);
        } catch (StoreException ex) {
            throw new IllegalStateException(ex);
        }
        this.batch.clear();
    }

    @Override
    public Origin origin() {
        return Records.origin("cc", "host", "run-now");
    }

    @Override
    public List<StoreStatus> stores() {
        return this.stores;
    }

    @Override
    public RecordSource source() {
        return this.source;
    }

    @Override
    public ContextSource context() {
        return new ContextSource() {
            @Override
            public Map<String, Object> system() {
                return Records.system(12.5);
            }
        };
    }
}
