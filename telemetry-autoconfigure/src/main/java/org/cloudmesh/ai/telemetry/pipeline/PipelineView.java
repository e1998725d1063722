package org.cloudmesh.ai.telemetry.pipeline;

import java.util.List;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.jspecify.annotations.Nullable;

/** What a running recorder shows of itself. Thread-safe. */
public interface PipelineView {

    /** Returns where the records of this process come from. */
    Origin origin();

    /** Returns the state of each store, in the order of configuration; the first readable one answers queries. */
    List<StoreStatus> stores();

    /** Returns what answers queries; null when no store can be read. */
    @Nullable
    RecordSource source();

    /** Returns what answers queries from the backend of that name; null when there is none or it cannot be read. */
    default @Nullable RecordSource source(String backend) {
        return stores().stream().anyMatch((store) -> store.backend().equals(backend) && store.answers())
                ? source()
                : null;
    }

    /** Returns what gives records the machine's state. */
    ContextSource context();
}
