package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.Nullable;

/** Says why a query has no answer. */
public class QueryException extends RuntimeException {

    /** Kinds of reason. */
    public enum Reason {

        /** It took too long, or nobody waited for it any more. */
        DEADLINE,

        /** The store cannot be read now. */
        UNAVAILABLE,

        /** The answer would take too much memory. */
        TOO_LARGE,

        /** The cursor is not one of this store's. */
        BAD_CURSOR
    }

    private final Reason reason;

    /** Creates an exception. */
    public QueryException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    static QueryException deadline() {
        return new QueryException(Reason.DEADLINE, "The query took too long; narrow the range or the filters", null);
    }

    /** Returns the kind of reason. */
    public Reason reason() {
        return this.reason;
    }
}
