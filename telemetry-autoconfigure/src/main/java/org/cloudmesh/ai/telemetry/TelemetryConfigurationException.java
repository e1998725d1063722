package org.cloudmesh.ai.telemetry;

import org.jspecify.annotations.Nullable;

/** Says which setting cannot work, why, and what would. */
public class TelemetryConfigurationException extends RuntimeException {

    private final String property;

    private final @Nullable Object value;

    private final String reason;

    private final String action;

    /**
     * Creates an exception.
     *
     * @param property the setting, as it is written in {@code application.yml}
     * @param value its value
     * @param reason why that cannot work
     * @param action what to do about it
     * @param cause what was seen, or null
     */
    public TelemetryConfigurationException(
            String property, @Nullable Object value, String reason, String action, @Nullable Throwable cause) {
        super(property + "=" + value + ": " + reason + ". " + action, cause);
        this.property = property;
        this.value = value;
        this.reason = reason;
        this.action = action;
    }

    /** Returns the setting, as it is written in {@code application.yml}. */
    public String property() {
        return this.property;
    }

    /** Returns the value of the setting. */
    public @Nullable Object value() {
        return this.value;
    }

    /** Returns why that cannot work. */
    public String reason() {
        return this.reason;
    }

    /** Returns what to do about it. */
    public String action() {
        return this.action;
    }
}
