package org.cloudmesh.ai.telemetry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * State of the work that a record speaks of. The constants cover the life of a call; {@link #of(String)} admits any
 * other word, so the set is open. Immutable and equal by {@link #value()}.
 *
 * <p>The success rate counts {@link #COMPLETED} against {@link #COMPLETED} and {@link #FAILED}; all other statuses are
 * neither.
 */
public final class Status {

    /** Work has begun. */
    public static final Status STARTED = new Status("started");

    /** Work ended as intended. */
    public static final Status COMPLETED = new Status("completed");

    /** Work ended with an error. */
    public static final Status FAILED = new Status("failed");

    /** Work was given up by whoever asked for it. */
    public static final Status CANCELLED = new Status("cancelled");

    /** A plain observation, neither begun nor ended: the status of records that name none. */
    public static final Status RECORDED = new Status("recorded");

    private final String value;

    private Status(String value) {
        this.value = value;
    }

    /**
     * Returns the status of that name, in lower case and without surrounding blanks.
     *
     * @param value the name; null or blank gives {@link #RECORDED}
     * @return the constant where there is one, else a status of its own
     */
    public static Status of(@Nullable String value) {
        String name = value == null ? "" : value.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "", "recorded" -> RECORDED;
            case "started" -> STARTED;
            case "completed" -> COMPLETED;
            case "failed" -> FAILED;
            case "cancelled" -> CANCELLED;
            default -> new Status(name);
        };
    }

    /** Returns the name as it is stored, for example {@code completed}. */
    public String value() {
        return this.value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Status status && status.value.equals(this.value));
    }

    @Override
    public int hashCode() {
        return this.value.hashCode();
    }

    @Override
    public String toString() {
        return this.value;
    }
}
