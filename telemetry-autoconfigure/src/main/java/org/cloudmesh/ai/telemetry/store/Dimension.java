package org.cloudmesh.ai.telemetry.store;

import java.util.Objects;
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

    /** Returns what a record, or records that agree in it, have there; null when they have nothing. */
    @Nullable
    String of(Labels labels) {
        return switch (this.kind) {
            case STATUS -> labels.status();
            case COMMAND -> labels.command();
            case EVENT -> labels.event();
            case RUN -> labels.run();
            case ATTRIBUTE -> labels.attribute(Objects.requireNonNull(this.attribute));
        };
    }

    /** Returns the groups that an attribute makes. */
    public static Dimension attribute(String key) {
        return new Dimension(Kind.ATTRIBUTE, key);
    }
}
