package org.cloudmesh.ai.telemetry;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Ends tracked work as its code, or the asynchronous result of its code, ends. */
final class Trackings {

    private static final List<AsyncAdapter> ADAPTERS = adapters();

    private Trackings() {}

    @SuppressWarnings("unchecked")
    static <T extends @Nullable Object, X extends Throwable> T run(Tracking tracking, ThrowingSupplier<T, X> code)
            throws X {
        T result;
        TraceContext place = tracking.traceContext();
        if (place != null) {
            TraceContext.bind(place, code);
        }
        try {
            result = code.get();
        } catch (Throwable ex) {
            tracking.fail(ex);
            throw ex;
        } finally {
            if (place != null) {
                TraceContext.unbind(code);
                TraceContext.unbind(place);
            }
        }
        if (result instanceof CompletionStage<?> stage) {
            stage.whenComplete((value, error) -> end(tracking, error));
            return result;
        }
        if (result != null) {
            for (AsyncAdapter adapter : ADAPTERS) {
                if (adapter.supports(result)) {
                    return (T) adapter.adapt(result, tracking);
                }
            }
        }
        tracking.complete();
        return result;
    }

    private static void end(Tracking tracking, @Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause == null) {
            tracking.complete();
        } else if (cause instanceof CancellationException) {
            tracking.cancel();
        } else {
            tracking.fail(cause);
        }
    }

    private static List<AsyncAdapter> adapters() {
        List<AsyncAdapter> adapters = new ArrayList<>();
        Iterator<AsyncAdapter> found = ServiceLoader.load(AsyncAdapter.class, AsyncAdapter.class.getClassLoader())
                .iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return List.copyOf(adapters);
                }
                adapters.add(found.next());
            } catch (ServiceConfigurationError | LinkageError ex) {
                // The adapter's library is not on the class path, so no such result can come.
                continue;
            }
        }
    }
}
