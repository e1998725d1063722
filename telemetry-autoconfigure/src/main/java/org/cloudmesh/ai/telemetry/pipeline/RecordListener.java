package org.cloudmesh.ai.telemetry.pipeline;

import org.cloudmesh.ai.telemetry.TelemetryRecord;

/**
 * Is shown each valid record before stores are, on the writer's thread, once however many stores there are. Must be quick
 * and must not block; what it throws is logged once in a while and ignored.
 */
@FunctionalInterface
public interface RecordListener {

    /** Is shown a record; one that was emitted as unmetered is not shown. */
    void onRecord(TelemetryRecord record);
}
