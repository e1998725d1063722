package org.cloudmesh.ai.telemetry.store;

import org.cloudmesh.ai.telemetry.Origin;
import org.jspecify.annotations.Nullable;

/**
 * State of a recorder, for a store that several recorders share.
 *
 * @param origin of the recorder
 * @param accepted records handed in
 * @param dropped records lost, for whatever reason
 * @param behind records in the local file that the shared store does not have yet
 * @param degraded what is wrong; null when nothing is
 */
public record NodeReport(
        Origin origin,
        long accepted,
        long dropped,
        long behind,
        @Nullable String degraded) {}
