package org.cloudmesh.ai.telemetry.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A start of a program on one machine of a fleet, and what it last said of itself.
 *
 * @param node name of the machine
 * @param command which program
 * @param run which start of it, if known
 * @param started when it began, in microseconds since 1970
 * @param lastSeen when it was last heard of, in microseconds since 1970
 * @param records of it that are kept here
 * @param dropped records that it lost; null when it did not say
 * @param degraded what is wrong there; null when nothing is
 * @param behind records that it has yet to send; null when it did not say
 * @param process what the ids of its records begin with, up to their last hyphen
 * @param system the machine as its newest record has it; empty when that is not known
 */
public record FleetNode(
        String node,
        String command,
        @Nullable String run,
        long started,
        long lastSeen,
        long records,
        @Nullable Long dropped,
        @Nullable String degraded,
        @Nullable Long behind,
        String process,
        Map<String, ?> system) {}
