package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says which calls have begun and not yet ended. Thread-safe. */
@FunctionalInterface
public interface CallsInFlight {

    /** Knows of no call. */
    CallsInFlight NONE = () -> new Snapshot(0, null);

    /** Returns what is under way now. */
    Snapshot inFlight();

    /**
     * What was under way at one time.
     *
     * @param count how many calls
     * @param oldest how long the oldest of them has been under way; null when there is none
     */
    record Snapshot(int count, @Nullable Duration oldest) {}
}
