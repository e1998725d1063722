package org.cloudmesh.ai.telemetry.pipeline;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of one sort that a recorder has met, numbered from 1. Each is kept by stores, their readers and meters for as
 * long as the process runs, so there is a bound to them, and an identifier in a name would make one for each record. A
 * name has at most {@link Limits#NAME} characters, so the number bounds the bytes too. Used by the writer alone.
 */
final class NameLimiter {

    /** So many metrics there are, and as many events; more than a person could look at. */
    static final int MOST = 10_000;

    /** So many statuses there are: an answer lists no more. */
    static final int MOST_STATUSES = 1_000;

    /** So many keys of attributes there are. */
    static final int MOST_KEYS = 1_000;

    private final int most;

    // A few nanoseconds for a name that was just seen, instead of a look into the map.
    private final @Nullable String[] recent;

    private final int[] recentNumbers;

    private final Map<String, Integer> known = new HashMap<>();

    NameLimiter(int most) {
        this.most = most;
        int slots = Integer.highestOneBit(most);
        this.recent = new String[slots];
        this.recentNumbers = new int[slots];
    }

    /** Returns the number of a name that was just seen; 0 for any other. */
    int recent(String name) {
        int slot = slot(name);
        return name.equals(this.recent[slot]) ? this.recentNumbers[slot] : 0;
    }

    /** Returns the number of a name, one that is valid; 0 when there is no room for it. */
    int admit(String name) {
        int recent = recent(name);
        if (recent > 0) {
            return recent;
        }
        Integer number = this.known.get(name);
        if (number == null) {
            if (this.known.size() == this.most) {
                return 0;
            }
            number = this.known.size() + 1;
            this.known.put(name, number);
        }
        int slot = slot(name);
        this.recent[slot] = name;
        this.recentNumbers[slot] = number;
        return number;
    }

    private int slot(String name) {
        return name.hashCode() & this.recent.length - 1;
    }
}
