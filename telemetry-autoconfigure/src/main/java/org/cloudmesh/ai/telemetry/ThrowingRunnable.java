package org.cloudmesh.ai.telemetry;

/**
 * Code without a result that may throw, for {@link Telemetry#track(String, ThrowingRunnable)}.
 *
 * @param <X> type of what it throws
 */
@FunctionalInterface
public interface ThrowingRunnable<X extends Throwable> {

    /** Runs the code. */
    void run() throws X;
}
