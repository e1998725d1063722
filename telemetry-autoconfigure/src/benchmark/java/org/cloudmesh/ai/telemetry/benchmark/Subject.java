package org.cloudmesh.ai.telemetry.benchmark;

/** What a caller calls. */
interface Subject extends AutoCloseable {

    /** Makes the call that is measured; the argument varies the values. */
    void call(int i);

    /** Waits until nothing of earlier calls is on its way. */
    default void settle() {}

    @Override
    default void close() throws Exception {}
}
