package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.context.ThreadLocalAccessor;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Carries the place in a trace to other threads wherever Micrometer's context propagation is used: Reactor's automatic
 * mode, Spring's task decorators, wrapped executors. Found by its service file. Thread-safe.
 *
 * <p>Clearing hides nothing: an observation's scope that the same snapshot restores may have been opened already.
 */
public final class TraceContextAccessor implements ThreadLocalAccessor<TraceContext> {

    /** Creates the accessor. */
    public TraceContextAccessor() {}

    @Override
    public Object key() {
        return TraceContext.KEY;
    }

    @Override
    public @Nullable TraceContext getValue() {
        return TraceContext.current();
    }

    @Override
    public void setValue(TraceContext place) {
        TraceContext.bind(place, this);
    }

    @Override
    public void setValue() {
        TraceContext.bind(TraceContext.current(), this);
    }

    @Override
    public void restore(TraceContext previous) {
        TraceContext.unbind(this);
    }

    @Override
    public void restore() {
        TraceContext.unbind(this);
    }
}
