package org.cloudmesh.ai.telemetry;

/**
 * Ties tracked work to an asynchronous result whose type the API does not know. Implementations are found through
 * {@link java.util.ServiceLoader}; one whose library is missing is left out.
 */
public interface AsyncAdapter {

    /** Returns whether this adapter knows the type of the result. */
    boolean supports(Object result);

    /**
     * Returns a result that ends the work as it ends itself: completed, failed or cancelled.
     *
     * @param result what the tracked code returned
     * @param tracking the work, already begun
     * @return an object of the same type that the caller uses instead
     */
    Object adapt(Object result, Tracking tracking);
}
