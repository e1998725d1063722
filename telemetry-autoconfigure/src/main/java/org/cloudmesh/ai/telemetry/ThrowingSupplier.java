package org.cloudmesh.ai.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Code that gives a result and may throw, for {@link Telemetry#track(String, ThrowingSupplier)}.
 *
 * @param <T> type of the result
 * @param <X> type of what it throws
 */
@FunctionalInterface
public interface ThrowingSupplier<T extends @Nullable Object, X extends Throwable> {

    /** Runs the code. */
    T get() throws X;
}
