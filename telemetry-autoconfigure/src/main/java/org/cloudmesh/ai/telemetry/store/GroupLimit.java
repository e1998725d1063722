package org.cloudmesh.ai.telemetry.store;

import java.util.Map;

/** How many groups an answer may have: an attribute may have a value of its own in each record, more than a heap can bear. */
public final class GroupLimit {

    /** The greatest number of groups. */
    public static final int MOST = 50_000;

    private GroupLimit() {}

    /**
     * Goes on when there is room for one more group.
     *
     * @throws QueryException when there is none
     */
    public static void requireRoom(Map<?, ?> groups) {
        if (groups.size() >= MOST) {
            throw new QueryException(
                    QueryException.Reason.TOO_LARGE,
                    "There are more than " + MOST + " groups; narrow the range or the filters",
                    null);
        }
    }
}
