package org.cloudmesh.ai.telemetry;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Says on whose behalf the current thread works, for example user, tenant or feature, as attributes of records. They
 * never become tags of meters. Called on the threads of applications for each record, so it must answer at once, from
 * memory. What it throws is swallowed and counted.
 */
@FunctionalInterface
public interface TelemetryContextContributor {

    /**
     * Adds attributes. Those that the record already has stay as they are.
     *
     * @param attributes takes keys and values; a null value is left out
     */
    void contribute(BiConsumer<String, @Nullable Object> attributes);
}
