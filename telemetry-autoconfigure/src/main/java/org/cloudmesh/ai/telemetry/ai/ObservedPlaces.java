package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import io.micrometer.observation.transport.ReceiverContext;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Where observations stand in a trace. A recorded one has a place of its own; any other hands on the place of what
 * encloses it, and at the root begins a trace. The place stays in the observation's context and is bound to each thread
 * on which a scope of the observation is opened.
 */
final class ObservedPlaces {

    private ObservedPlaces() {}

    /**
     * Returns what encloses an observation that begins: the innermost of its parent and of what encloses the thread. A
     * parent that the thread is not within was named by its library, which knows better. A request from elsewhere
     * begins anew.
     */
    static @Nullable TraceContext enclosing(Observation.Context context) {
        Observation.Context parent = TraceIds.parent(context);
        TraceContext above = parent == null ? null : place(parent);
        if (above == null && context instanceof ReceiverContext) {
            return null;
        }
        TraceContext thread = TraceContext.current();
        return thread != null && (above == null || thread.isWithin(above)) ? thread : above;
    }

    /** Gives an observation that is not recorded its place. */
    static void begin(Observation.Context context) {
        TraceContext enclosing = enclosing(context);
        context.put(
                Placed.class, enclosing == null ? new Placed(TraceContext.root(), true) : new Placed(enclosing, false));
    }

    /** Gives an observation that is recorded its place. */
    static void begin(Observation.Context context, TraceContext place) {
        context.put(Placed.class, new Placed(place, true));
    }

    /** Returns the place of an observation, as its tracer has it; null when it began unseen. */
    static @Nullable TraceContext place(Observation.Context context) {
        Placed placed = context.get(Placed.class);
        if (placed == null) {
            return null;
        }
        // Asked late: at the start, the tracer may come after us.
        TraceIds traced = placed.own ? TraceIds.traced(context) : null;
        if (traced != null) {
            placed.place.traced(traced.traceId(), traced.spanId(), traced.parentSpanId());
        }
        return placed.place;
    }

    static void scopeOpened(Observation.Context context) {
        TraceContext place = place(context);
        if (place == null) {
            return;
        }
        // Work within the observation may have been carried to this thread before.
        TraceContext thread = TraceContext.current();
        TraceContext.bind(thread != null && thread.isWithin(place) ? thread : place, context);
    }

    /**
     * What an observation's context keeps.
     *
     * @param place the place
     * @param own whether it is the observation's own, not that of what encloses it
     */
    private record Placed(TraceContext place, boolean own) {}
}
