package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.Nullable;

/** A store could not do what was asked; {@link Remedy} says how to recover. */
public class StoreException extends Exception {

    /** How to recover. */
    public enum Remedy {

        /** The same call later, on the same store: it is locked or full. */
        RETRY,

        /** {@link TelemetryStore#open()} and the same call: the file was moved, damaged or unreadable. */
        REOPEN,

        /** Another path: the file is not ours. Asking again may help after someone moved it. */
        REFUSED,

        /** To leave a record out: one of the batch cannot be stored at all. */
        RECORD,

        /** Nothing: the store can never work as it is configured. */
        NONE
    }

    private final Remedy remedy;

    /** Creates an exception. */
    public StoreException(Remedy remedy, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** Returns how to recover. */
    public Remedy remedy() {
        return this.remedy;
    }

    /** Returns what a failure of a store means, for people. */
    public static String reason(Throwable cause) {
        String message = cause.getMessage();
        // The message of an error, such as the name of a native method, says little without its class.
        return message == null || cause instanceof Error
                ? cause.getClass().getSimpleName() + (message == null ? "" : ": " + message)
                : message;
    }
}
