package org.cloudmesh.ai.telemetry.store.rollup;

import org.jspecify.annotations.Nullable;

/** The names that a record, or records that agree in them, go by. */
public interface Labels {

    /** Returns which program. */
    String command();

    /** Returns which start of it, if known. */
    @Nullable
    String run();

    /** Returns which machine of a fleet; null where only one is known of. */
    default @Nullable String node() {
        return null;
    }

    /** Returns the status. */
    String status();

    /** Returns the event, if any. */
    @Nullable
    String event();

    /** Returns the value of an attribute; null when there is none of that key. */
    @Nullable
    String attribute(String key);

    /** Returns whether there is a metric whose name matches. */
    boolean has(NamePattern metric);
}
