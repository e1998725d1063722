package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** Reads one kind of observation. */
interface ContextReader {

    boolean supports(Observation.Context context);

    /** Tells the call what is asked for, as such an observation begins on this thread. */
    default void begin(Observation.Context context, AiCall call) {}

    /** Returns whether the observation is of a stream whose chunks may be timed. */
    default boolean streams(Observation.Context context) {
        return false;
    }

    /** Returns the operation when the observation is of a model's call and says all of it; null for any other. */
    default @Nullable String modelOperation() {
        return null;
    }

    /**
     * Tells the call what the observation knows at its end; the error, the duration and the trace are told already.
     *
     * @param tap what was seen of the stream; null when the call streams nothing
     */
    void read(Observation.Context context, AiCall call, @Nullable StreamTap tap);

    /** Returns the name of the metric that holds the duration. */
    default String durationName(Observation.Context context) {
        return context.getName() + ".duration";
    }
}
