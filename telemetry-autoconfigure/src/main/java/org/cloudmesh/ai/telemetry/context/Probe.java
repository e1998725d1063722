package org.cloudmesh.ai.telemetry.context;

/** Reads one part of the machine. Used by the sampler's thread alone. */
interface Probe extends AutoCloseable {

    /** One in this many readings also reads what hardly changes or is expensive to read. */
    int RARELY = 10;

    /** Read by the first reading alone. */
    int ONCE = Integer.MAX_VALUE;

    /** Returns a word for the log. */
    String name();

    /** Returns in which readings this probe takes part: every one, or once in so many. Its fields stand in between. */
    default int every() {
        return 1;
    }

    /** Returns whether the very first reading must not wait for this probe, as it needs long to get ready. */
    default boolean slowStart() {
        return false;
    }

    /**
     * Puts the fields that could be read; others stay unknown.
     *
     * @throws Exception when nothing could be read: none of the fields of this call then counts
     */
    void read(Reading reading) throws Exception;

    @Override
    default void close() {}
}
