package org.cloudmesh.ai.telemetry;

/** What emit does when the queue is full. */
public enum WhenFull {

    /** Drops the record and counts it as {@code queue-full}. */
    DROP,

    /**
     * Waits for room, within a time limit; then drops. Never waits on a Reactor non-blocking thread nor on the writer's
     * own thread.
     */
    BLOCK
}
