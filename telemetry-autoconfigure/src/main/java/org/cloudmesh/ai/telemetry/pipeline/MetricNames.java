package org.cloudmesh.ai.telemetry.pipeline;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many distinct metric names a recorder makes: dictionaries, catalogues, aggregates and meters all grow with
 * them, and an identifier in a name makes one for each record. Used by the writer alone.
 */
final class MetricNames {

    /** So many names there are; more than a person could look at. */
    static final int MOST = 10_000;

    // A few nanoseconds for a name that was just seen, instead of a look into the set.
    private final @Nullable String[] recent = new String[1 << 12];

    private final Set<String> known = new HashSet<>();

    /** Returns whether a name may be a metric's. */
    boolean admit(String name) {
        int slot = name.hashCode() & this.recent.length - 1;
        if (name.equals(this.recent[slot])) {
            return true;
        }
        if (!this.known.contains(name)) {
            if (this.known.size() == MOST) {
                return false;
            }
            this.known.add(name);
        }
        this.recent[slot] = name;
        return true;
    }
}
