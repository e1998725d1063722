package org.cloudmesh.ai.telemetry.pipeline;

import org.cloudmesh.ai.telemetry.TelemetryRecord;

/**
 * Is shown what the writer does, on the writer's thread. Must be quick and must not block; what it throws is logged
 * once and ignored.
 */
public interface PipelineListener {

    /**
     * Is shown each valid record, once however many stores there are; one that was emitted as unmetered is not shown.
     */
    default void onRecord(TelemetryRecord record) {}

    /**
     * Is told of a batch that a store has kept.
     *
     * @param backend name of the store
     * @param records how many
     * @param nanos how long it took
     */
    default void onWrite(String backend, int records, long nanos) {}
}
