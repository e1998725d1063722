package org.cloudmesh.ai.telemetry;

/** What plain emits survive. Durable emits and flush always reach the disk. */
public enum Durability {

    /** Any crash of the process; a power loss may cost the last second. */
    RELAXED,

    /** A power loss too: each batch is synced before it counts as written. */
    FULL
}
