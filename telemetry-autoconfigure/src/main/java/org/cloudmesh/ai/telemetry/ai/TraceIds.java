package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationView;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import org.jspecify.annotations.Nullable;

/**
 * Which span a tracer has given an observation.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits
 * @param parentSpanId 16 hexadecimal digits; null at the root
 */
record TraceIds(String traceId, String spanId, @Nullable String parentSpanId) {

    private static final boolean TRACING = isPresent("io.micrometer.tracing.handler.TracingObservationHandler");

    /** Returns what the tracer has given an observation; null without a tracer. */
    static @Nullable TraceIds traced(Observation.Context context) {
        return TRACING ? Traced.of(context) : null;
    }

    /** Returns the context of the parent; null at the root, and beneath observations that are switched off. */
    static Observation.@Nullable Context parent(Observation.Context context) {
        ObservationView parent = context.getParentObservation();
        if (parent == null || (parent instanceof Observation observation && observation.isNoop())) {
            return null;
        }
        return parent.getContextView() instanceof Observation.Context parentContext ? parentContext : null;
    }

    static boolean isPresent(String className) {
        try {
            Class.forName(className, false, TraceIds.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError ex) {
            return false;
        }
    }

    /** Apart, so that nothing of the tracing library is loaded where it is missing. */
    private static final class Traced {

        static @Nullable TraceIds of(Observation.Context context) {
            TracingContext tracing = context.get(TracingContext.class);
            Span span = tracing == null ? null : tracing.getSpan();
            return span == null || span.isNoop()
                    ? null
                    : new TraceIds(
                            span.context().traceId(),
                            span.context().spanId(),
                            span.context().parentId());
        }
    }
}
