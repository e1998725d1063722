package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.Nullable;

/**
 * How many records agree in command, run, status and event.
 *
 * @param command which program
 * @param run which start of it, if known
 * @param status their status
 * @param event their event, if any
 * @param count how many
 * @param first time of the first, in microseconds since 1970
 * @param last time of the last, in microseconds since 1970
 */
public record RecordGroup(
        String command,
        @Nullable String run,
        String status,
        @Nullable String event,
        long count,
        long first,
        long last) {}
