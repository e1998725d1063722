package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.Nullable;

/** Makes stores of one backend. Implementations are found through {@link java.util.ServiceLoader}. */
public interface StoreFactory {

    /** Returns the name that {@code telemetry.backend} chooses it by. */
    String backend();

    /** Returns the extension of the default file, for example {@code db}; null for a backend without a default file. */
    default @Nullable String extension() {
        return null;
    }

    /**
     * Returns the rank of this backend where none is named: the one with the greatest number is taken of those of which
     * no library is missing. With 0 it is only taken when it is named.
     */
    default int preference() {
        return 0;
    }

    /** Returns which library is missing from the class path; null when none is. */
    default @Nullable String missing() {
        return null;
    }

    /** Returns whether the store is on another machine: records reach it by way of a local file. */
    default boolean remote() {
        return false;
    }

    /** Makes a store. No I/O happens before {@link TelemetryStore#open()}. */
    TelemetryStore create(StoreSettings settings);
}
