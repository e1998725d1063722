package org.cloudmesh.ai.telemetry.pipeline;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names that a recorder has met. Each is kept by stores, their readers and meters for as long as the process runs, so there
 * is a bound to them, and an identifier in a name would make one for each record. Used by the writer alone.
 */
final class NameLimiter {

    /** So many names there are; more than a person could look at. */
    static final int MOST = 10_000;

    // A few nanoseconds for a name that was just seen, instead of a look into the set.
    private final @Nullable String[] recent = new String[1 << 12];

    private final Set<String> known = new HashSet<>();

    /** Returns whether the name was admitted, as far as that can be told at once. */
    boolean isRecent(String name) {
        return name.equals(this.recent[slot(name)]);
    }

    /** Returns whether there is room for a name, one that is valid. */
    boolean admit(String name) {
        if (isRecent(name)) {
            return true;
        }
        if (!this.known.contains(name)) {
            if (this.known.size() == MOST) {
                return false;
            }
            this.known.add(name);
        }
        this.recent[slot(name)] = name;
        return true;
    }

    private int slot(String name) {
        return name.hashCode() & this.recent.length - 1;
    }
}
