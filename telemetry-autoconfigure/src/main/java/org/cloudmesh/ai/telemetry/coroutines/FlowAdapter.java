package org.cloudmesh.ai.telemetry.coroutines;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import kotlin.ResultKt;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowCollector;
import kotlinx.coroutines.flow.SharedFlow;
import org.cloudmesh.ai.telemetry.AsyncAdapter;
import org.cloudmesh.ai.telemetry.Tracking;
import org.jspecify.annotations.Nullable;

/**
 * Ends work as the collection of its {@code Flow} ends: completed, failed, or cancelled, which is also what a collector
 * that takes only the first elements does. The first element is timed. As with Reactor, the first collection to end
 * ends the work, and a flow that nobody collects leaves it started. Shared flows, which never end, are left alone.
 *
 * <p>A suspending function is, to the JVM, one that takes a {@link Continuation} and returns either its result or the
 * marker {@code COROUTINE_SUSPENDED}; after the marker the result comes through the continuation. So an end is looked
 * for in both places.
 */
public final class FlowAdapter implements AsyncAdapter {

    /** Creates the adapter; fails to link where Kotlin's coroutines are missing, and is then left out. */
    public FlowAdapter() {
        Objects.requireNonNull(Flow.class);
    }

    @Override
    public boolean supports(Object result) {
        return result instanceof Flow && !(result instanceof SharedFlow);
    }

    @Override
    public Object adapt(Object result, Tracking tracking) {
        return new TrackedFlow<>((Flow<?>) result, tracking);
    }

    private static void fail(Tracking tracking, Throwable failure) {
        if (failure instanceof CancellationException) {
            tracking.cancel();
        } else {
            tracking.fail(failure);
        }
    }

    /**
     * A flow whose collection ends the work.
     *
     * @param flow what is collected
     * @param tracking the work
     */
    private record TrackedFlow<T>(Flow<T> flow, Tracking tracking) implements Flow<T> {

        @Override
        public @Nullable Object collect(FlowCollector<? super T> collector, Continuation<? super Unit> completion) {
            Tracking tracking = this.tracking;
            FlowCollector<T> timed = (value, continuation) -> {
                tracking.firstElement();
                return collector.emit(value, continuation);
            };
            Object result;
            try {
                result = this.flow.collect(timed, new EndingContinuation(completion, tracking));
            } catch (Throwable ex) {
                fail(tracking, ex);
                throw ex;
            }
            if (result != IntrinsicsKt.getCOROUTINE_SUSPENDED()) {
                tracking.complete();
            }
            return result;
        }
    }

    /**
     * Ends the work before it lets the collecting coroutine go on.
     *
     * @param next continuation of that coroutine
     * @param tracking the work
     */
    private record EndingContinuation(Continuation<? super Unit> next, Tracking tracking)
            implements Continuation<Unit> {

        @Override
        public CoroutineContext getContext() {
            return this.next.getContext();
        }

        @Override
        public void resumeWith(Object result) {
            try {
                ResultKt.throwOnFailure(result);
                this.tracking.complete();
            } catch (Throwable ex) {
                fail(this.tracking, ex);
            }
            this.next.resumeWith(result);
        }
    }
}
