package org.cloudmesh.ai.telemetry.store;

import java.time.Duration;

/**
 * Settles which of the programs that share a store does what all of them see to be due, such as telling of an alert.
 * Thread-safe.
 */
@FunctionalInterface
public interface Claims {

    /** Of a store that nobody shares. */
    Claims ALONE = (name, state, within) -> true;

    /**
     * Reports a change that calls for something to be done once.
     *
     * @param name what changed
     * @param state what it changed to
     * @param within how far apart the programs may see the same change
     * @return whether it is for the caller to do: nobody else reported this state within that time
     * @throws QueryException when the store cannot tell
     */
    boolean claim(String name, String state, Duration within);
}
