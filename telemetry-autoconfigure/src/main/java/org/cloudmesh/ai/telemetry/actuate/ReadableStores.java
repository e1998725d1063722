package org.cloudmesh.ai.telemetry.actuate;

import java.util.List;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;

/** Finds the store that answers a request: the one that {@code store=} names, else the default. Thread-safe. */
final class ReadableStores {

    private final PipelineView pipeline;

    private final StoreFailures failures;

    ReadableStores(PipelineView pipeline, StoreFailures failures) {
        this.pipeline = pipeline;
        this.failures = failures;
    }

    TelemetryReader reader(Parameters parameters) {
        return reader(chosen(parameters.text(Parameters.STORE)));
    }

    TelemetryReader reader(@Nullable String store) {
        return new TelemetryReader(source(store));
    }

    RecordSource source(Parameters parameters) {
        return source(chosen(parameters.text(Parameters.STORE)));
    }

    /** Returns the name, once there is such a store. */
    @Nullable
    String chosen(@Nullable String store) {
        if (store != null && this.pipeline.source(store) == null) {
            List<String> known = this.failures.stores(this.pipeline).stream()
                    .map(StoreStatus::backend)
                    .distinct()
                    .toList();
            if (!known.contains(store)) {
                throw Problem.badParameter(
                        Parameters.STORE,
                        store,
                        "accepted is a backend of this application: " + String.join(", ", known));
            }
        }
        return store;
    }

    private RecordSource source(@Nullable String store) {
        RecordSource source = store == null ? this.pipeline.source() : this.pipeline.source(store);
        if (source == null) {
            throw Problem.notFound(
                    store == null
                            ? "No backend of this application can be read; queries need one such as sqlite, jsonl or memory"
                            : "The backend '" + store + "' cannot be read");
        }
        return source;
    }
}
