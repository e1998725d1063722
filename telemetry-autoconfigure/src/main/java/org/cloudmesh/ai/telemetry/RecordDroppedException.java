package org.cloudmesh.ai.telemetry;

/** Says why a record that was to be kept durably was lost. */
public class RecordDroppedException extends RuntimeException {

    private final String reason;

    /**
     * Creates an exception.
     *
     * @param reason the reason as it is counted in {@code dropped{reason}}, for example {@code queue-full}
     */
    public RecordDroppedException(String reason) {
        super("The record was dropped: " + reason);
        this.reason = reason;
    }

    /** Returns the reason as it is counted in {@code dropped{reason}}. */
    public String reason() {
        return this.reason;
    }
}
