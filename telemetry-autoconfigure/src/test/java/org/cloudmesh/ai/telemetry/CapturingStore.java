package org.cloudmesh.ai.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** A user's own store that keeps what is written for a test to look at. */
public final class CapturingStore implements TelemetryStore {

    private final List<TelemetryRecord> records = new CopyOnWriteArrayList<>();

    /** Returns a recorder that writes to this store alone. */
    public Telemetry recorder() {
        return new DefaultTelemetryFactory(List.of(this), List.of(), List.of())
                .assemble(Telemetry.builder()
                        .backend("none")
                        .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                        .settings());
    }

    /** Returns all that was emitted, in that order. */
    public List<TelemetryRecord> records(Telemetry telemetry) {
        telemetry.flush(Duration.ofSeconds(10));
        return this.records.stream()
                .sorted(Comparator.comparingLong(TelemetryRecord::sequence))
                .toList();
    }

    /** Returns all that was emitted once there are so many; some are emitted on threads of a client's own. */
    public List<TelemetryRecord> records(Telemetry telemetry, int count) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(records(telemetry)).hasSize(count));
        return records(telemetry);
    }

    /** Returns the records that do not say that something started. */
    public List<TelemetryRecord> ends(Telemetry telemetry) {
        return records(telemetry).stream()
                .filter((record) -> !record.status().equals(Status.STARTED))
                .toList();
    }

    /** Forgets what was written. */
    public void clear() {
        this.records.clear();
    }

    @Override
    public String name() {
        return "capturing";
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) {
        this.records.addAll(batch);
    }
}
