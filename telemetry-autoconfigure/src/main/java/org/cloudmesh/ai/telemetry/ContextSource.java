package org.cloudmesh.ai.telemetry;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives each record the state of the machine and of the process at its moment. Called on the threads of applications,
 * so it must answer at once, from memory: whoever implements it samples in the background.
 */
public interface ContextSource extends AutoCloseable {

    /** Knows nothing. */
    ContextSource NONE = new ContextSource() {};

    /** Begins sampling, off the caller's thread. Called once. */
    default void start() {}

    /**
     * Returns the reading in force in the fields of the record's {@code system} object; null before the first one. The
     * map is immutable, and the same instance until the next reading.
     */
    default @Nullable Map<String, @Nullable Object> system() {
        return null;
    }

    /**
     * Returns what of the reading does not change while the process runs, for records of an earlier time: the figures
     * of that moment are unknown and null. The map is immutable, and the same instance until it changes.
     */
    default @Nullable Map<String, @Nullable Object> constants() {
        return null;
    }

    /**
     * Returns {@link #constants()}, waiting for the first reading where there is none yet. Called off the threads that
     * emit.
     *
     * @param timeout how long to wait at most
     * @return what is known then; null when nothing is ever known
     */
    default @Nullable Map<String, @Nullable Object> awaitConstants(Duration timeout) {
        return constants();
    }

    /** Returns who runs the process: {@code name}, {@code host}, {@code pid}. */
    default Map<String, @Nullable Object> user() {
        return Map.of();
    }

    /**
     * Has the listener called whenever {@link #constants()} have changed, for example because a graphics card was
     * found. It runs on the thread that samples, so it must be quick; what it throws is ignored.
     */
    default void onConstantsChange(Runnable listener) {}

    /**
     * Has the listener given each reading once it is in force; the first ones, in which much is not known yet, may be
     * left out. It runs on the thread that samples, so it must be quick; what it throws is ignored.
     */
    default void onReading(ReadingListener listener) {}

    /** Stops sampling. */
    @Override
    default void close() {}

    /** Is given readings. */
    @FunctionalInterface
    interface ReadingListener {

        /**
         * Takes a reading.
         *
         * @param micros when it was made, microseconds since 1970
         * @param system fields of the record's {@code system} object; immutable
         */
        void onReading(long micros, Map<String, @Nullable Object> system);
    }
}
