package org.cloudmesh.ai.telemetry;

import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Makes what gives records the machine's state. Implementations are found through {@link java.util.ServiceLoader}. */
public interface ContextSourceFactory {

    /**
     * Makes a source. Nothing is sampled before {@link ContextSource#start()}.
     *
     * @param settings what is sampled
     * @param storeDirectory whose disk is watched; null for none
     * @param clock gives readings their time
     */
    ContextSource create(TelemetrySettings.Context settings, @Nullable Path storeDirectory, Clock clock);
}
