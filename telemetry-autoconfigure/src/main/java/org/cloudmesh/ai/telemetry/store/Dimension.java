package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.Nullable;

/**
 * What groups are made by.
 *
 * @param kind which part of a record
 * @param attribute the attribute's key, for {@link Kind#ATTRIBUTE} alone
 */
public record Dimension(Kind kind, @Nullable String attribute) {

    /** Parts of a record that groups can be made by. */
    public enum Kind {
        STATUS,
        COMMAND,
        EVENT,
        RUN,
        ATTRIBUTE
    }

    /** Returns the group that a part of a record makes. */
    public static Dimension of(Kind kind) {
        return new Dimension(kind, null);
    }

    /** Returns the groups that an attribute makes. */
    public static Dimension attribute(String key) {
        return new Dimension(Kind.ATTRIBUTE, key);
    }
}
