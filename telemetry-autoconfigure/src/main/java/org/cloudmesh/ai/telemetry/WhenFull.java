package org.cloudmesh.ai.telemetry;

/** What emit does when the queue is full. */
public enum WhenFull {

    /** Drops the record and counts it as {@code queue-full}. */
    DROP,

    /**
     * Waits for room, within a time limit; then drops. Never waits on a Reactor non-blocking thread nor on the writer's
     * own thread, nor for a record that is larger than the whole queue may be. An interrupt does not end the wait.
     */
    BLOCK
}
