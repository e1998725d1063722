package org.cloudmesh.ai.telemetry.store.otlp;

import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/** Makes stores that hand records on as OpenTelemetry's log records, under the name {@code otlp}. */
public final class OtlpStoreFactory implements StoreFactory {

    private final Supplier<LogRecordExporter> exporter;

    private final boolean owned;

    private final Resource resource;

    private final @Nullable String node;

    /**
     * Creates a factory.
     *
     * @param exporter asked when the store is opened; what it throws is told as the reason why records wait
     * @param owned whether the exporter is shut down with the store
     * @param resource what records come from
     * @param node name of this machine; null for the pod's or the host's name
     */
    public OtlpStoreFactory(
            Supplier<LogRecordExporter> exporter, boolean owned, Resource resource, @Nullable String node) {
        this.exporter = exporter;
        this.owned = owned;
        this.resource = resource;
        this.node = node;
    }

    @Override
    public String backend() {
        return "otlp";
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return new OtlpStore(this.exporter, this.owned, this.resource, this.node);
    }
}
