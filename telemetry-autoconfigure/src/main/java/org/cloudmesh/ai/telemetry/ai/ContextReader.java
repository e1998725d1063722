package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;

/** Reads one kind of observation. */
interface ContextReader {

    boolean supports(Observation.Context context);

    /** Is told that such an observation begins on this thread. */
    default void begin() {}

    /** Returns whether the observation is of a stream whose chunks may be timed. */
    default boolean streams(Observation.Context context) {
        return false;
    }

    /** Tells the call what the observation knows at its end; the error, the duration and the trace are told already. */
    void read(Observation.Context context, AiCall call);

    /** Returns the name of the metric that holds the duration. */
    default String durationName(Observation.Context context) {
        return context.getName() + ".duration";
    }
}
