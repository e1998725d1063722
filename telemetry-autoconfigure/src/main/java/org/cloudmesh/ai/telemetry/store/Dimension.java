package org.cloudmesh.ai.telemetry.store;

import java.util.Locale;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.rollup.Labels;
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
        NODE,
        ATTRIBUTE
    }

    private static final String ATTRIBUTE = "attribute.";

    /** How a dimension is written. */
    public static final String FORMS = "status, command, event, run, node, attribute.NAME";

    /**
     * Returns the dimension that is written so, or null when none is.
     *
     * @param text one of {@link #FORMS}
     */
    public static @Nullable Dimension parse(String text) {
        if (text.startsWith(ATTRIBUTE) && text.length() > ATTRIBUTE.length()) {
            return attribute(text.substring(ATTRIBUTE.length()));
        }
        for (Kind kind : Kind.values()) {
            if (kind != Kind.ATTRIBUTE && kind.name().toLowerCase(Locale.ROOT).equals(text)) {
                return of(kind);
            }
        }
        return null;
    }

    /** Returns the group that a part of a record makes. */
    public static Dimension of(Kind kind) {
        return new Dimension(kind, null);
    }

    /** Returns what a record, or records that agree in it, have there; null when they have nothing. */
    public @Nullable String of(Labels labels) {
        return switch (this.kind) {
            case STATUS -> labels.status();
            case COMMAND -> labels.command();
            case EVENT -> labels.event();
            case RUN -> labels.run();
            case NODE -> labels.node();
            case ATTRIBUTE -> labels.attribute(Objects.requireNonNull(this.attribute));
        };
    }

    /** Returns what a record has there; null when it has nothing, and for the node, which the store alone knows. */
    public @Nullable String of(TelemetryRecord record) {
        return switch (this.kind) {
            case STATUS -> record.status().value();
            case COMMAND -> record.origin().command();
            case EVENT -> record.event();
            case RUN -> record.origin().run();
            case NODE -> null;
            case ATTRIBUTE -> record.attributes().get(Objects.requireNonNull(this.attribute));
        };
    }

    /** Returns the groups that an attribute makes. */
    public static Dimension attribute(String key) {
        return new Dimension(Kind.ATTRIBUTE, key);
    }
}
