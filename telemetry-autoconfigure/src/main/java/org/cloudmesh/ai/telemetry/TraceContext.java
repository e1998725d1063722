package org.cloudmesh.ai.telemetry;

import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace: that of tracked work, of a call, or of a request. What happens within it gets its trace, and what
 * has a span of its own gets it as parent.
 *
 * <p>Places are bound to threads, in a stack, whose top is {@link #current()}. An owner may take its binding out of the
 * middle of the stack, as scopes of several libraries need not close in order. Nothing here knows a tracer: callers say
 * what the tracer says. A tracer's trace counts. Work that began outside any span has a trace of its own, and takes
 * over the first one that a tracer begins within it; further ones are told in the same trace, so that the work stays
 * their parent.
 *
 * <p>Thread-safe; a binding concerns the calling thread.
 */
public final class TraceContext {

    /** Key of the place in contexts that travel between threads: Micrometer's, Reactor's. */
    public static final String KEY = "org.cloudmesh.ai.telemetry.trace";

    private static final ThreadLocal<@Nullable Binding> BOUND = new ThreadLocal<>();

    private static final HexFormat HEX = HexFormat.of();

    private final @Nullable TraceContext enclosing;

    private final boolean recorded;

    /** The tracer's span that was current when this began; what lies in the same span lies in this. */
    private final @Nullable String tracerSpanId;

    private Trace trace;

    private @Nullable String spanId;

    private @Nullable String parentSpanId;

    private volatile boolean ended;

    private TraceContext(
            @Nullable TraceContext enclosing,
            boolean recorded,
            Trace trace,
            @Nullable String parentSpanId,
            @Nullable String tracerSpanId) {
        this.enclosing = enclosing;
        this.recorded = recorded;
        this.trace = trace;
        this.parentSpanId = parentSpanId;
        this.tracerSpanId = tracerSpanId;
    }

    /** Returns the innermost place that encloses the current thread; null when there is none. */
    public static @Nullable TraceContext current() {
        for (Binding bound = BOUND.get(); bound != null; bound = bound.below) {
            TraceContext place = bound.place;
            if (!bound.untilEnd) {
                return place;
            }
            // What enclosed work by hand is bound below it, if it still is; elsewhere it came along.
            while (place != null && place.ended) {
                place = place == bound.owner ? null : place.enclosing;
            }
            if (place != null) {
                return place;
            }
        }
        return null;
    }

    /**
     * Begins something that is recorded and has a span of its own.
     *
     * @param enclosing what it lies in; null for nothing but the tracer's span
     * @param tracerTraceId the trace of the tracer's current span; null where there is none
     * @param tracerSpanId that span
     */
    public static TraceContext begin(
            @Nullable TraceContext enclosing, @Nullable String tracerTraceId, @Nullable String tracerSpanId) {
        if (enclosing != null && (tracerTraceId == null || enclosing.contains(tracerTraceId))) {
            String parent = enclosing.recorded ? enclosing.spanId() : tracerSpanId;
            return new TraceContext(enclosing, true, enclosing.trace(), parent, tracerSpanId);
        }
        return new TraceContext(null, true, new Trace(tracerTraceId), tracerSpanId, tracerSpanId);
    }

    /** Begins a trace with something that is not recorded itself, such as a request. */
    public static TraceContext root() {
        return new TraceContext(null, false, new Trace(null), null, null);
    }

    /**
     * Binds a place to the current thread until {@link #unbind(Object)}, also after its end; null hides what encloses
     * the thread.
     *
     * @param owner who undoes it
     */
    public static void bind(@Nullable TraceContext place, Object owner) {
        BOUND.set(new Binding(place, owner, false, pruned(BOUND.get())));
    }

    /**
     * Binds a place to the current thread until its end or {@link #unbind(Object)}.
     *
     * @param owner who undoes it; the place itself where only its end is sure to come
     */
    public static void bindUntilEnd(TraceContext place, Object owner) {
        BOUND.set(new Binding(place, owner, true, pruned(BOUND.get())));
    }

    /** Takes the owner's latest binding off the current thread, if it has one there. */
    public static void unbind(Object owner) {
        Binding bound = BOUND.get();
        if (bound == null) {
            return;
        }
        Binding left = bound.without(owner);
        if (left == null) {
            BOUND.remove();
        } else if (left != bound) {
            BOUND.set(left);
        }
    }

    /** Moves this place to where its library says it belongs. */
    public synchronized void move(String traceId, String spanId, @Nullable String parentSpanId) {
        if (!this.trace.is(traceId)) {
            this.trace = new Trace(traceId);
        }
        this.spanId = spanId;
        this.parentSpanId = parentSpanId;
    }

    /**
     * Notes which span a tracer has given this very place: the nearest recorded one that encloses it stays the parent.
     */
    public void traced(String traceId, String spanId, @Nullable String parentSpanId) {
        TraceContext above = this.enclosing;
        if (above != null && above.recorded && above.contains(traceId)) {
            synchronized (this) {
                this.spanId = spanId;
            }
        } else {
            move(traceId, spanId, parentSpanId);
        }
    }

    /** Returns the trace: 32 hexadecimal digits. */
    public String traceId() {
        return trace().id();
    }

    /** Returns the span: 16 hexadecimal digits. */
    public synchronized String spanId() {
        String id = this.spanId;
        if (id == null) {
            id = random();
            this.spanId = id;
        }
        return id;
    }

    /** Returns the span that encloses this one; null at the root. */
    public synchronized @Nullable String parentSpanId() {
        return this.parentSpanId;
    }

    /** Returns whether there is a record of this span: what is not recorded gives its trace alone. */
    public boolean isRecorded() {
        return this.recorded;
    }

    /** Returns whether a trace of the tracer's is told in this one; the first that is asked of becomes this one. */
    public boolean contains(String tracerTraceId) {
        return trace().contains(tracerTraceId);
    }

    /** Returns whether a tracer's span is the one that this began in, or its own: nothing lies between them. */
    public boolean isInnermost(@Nullable String tracerSpanId) {
        return Objects.equals(tracerSpanId, this.tracerSpanId) || spanId().equals(tracerSpanId);
    }

    /**
     * Returns whether a recorded place encloses this one with no span of a tracer between them but the one that it
     * began in.
     */
    public boolean isWithinRecorded(@Nullable String tracerParentId) {
        TraceContext above = this.enclosing;
        return above != null && above.recorded && (tracerParentId == null || above.isInnermost(tracerParentId));
    }

    /** Returns whether this is another place or lies within it. */
    public boolean isWithin(TraceContext other) {
        for (TraceContext place = this; place != null; place = place.enclosing) {
            if (place == other) {
                return true;
            }
        }
        return false;
    }

    /** Notes the end, for {@link #bindUntilEnd(TraceContext, Object)} on whatever threads. */
    public void end() {
        this.ended = true;
    }

    private synchronized Trace trace() {
        return this.trace;
    }

    /** Forgets work that ended on another thread than it began on. */
    private static @Nullable Binding pruned(@Nullable Binding bound) {
        Binding left = bound;
        while (left != null && left.place != null && left.place == left.owner && left.place.ended) {
            left = left.below;
        }
        return left;
    }

    private static String random() {
        return HEX.toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    /** A trace, shared by all places in it. */
    private static final class Trace {

        private @Nullable String id;

        private final boolean own;

        private boolean adopted;

        Trace(@Nullable String tracerTraceId) {
            this.id = tracerTraceId;
            this.own = tracerTraceId == null;
        }

        synchronized String id() {
            String known = this.id;
            if (known == null) {
                known = random() + random();
                this.id = known;
            }
            return known;
        }

        synchronized boolean contains(String tracerTraceId) {
            if (this.own && !this.adopted) {
                this.adopted = true;
                this.id = tracerTraceId;
            }
            return this.own || tracerTraceId.equals(this.id);
        }

        synchronized boolean is(String tracerTraceId) {
            return tracerTraceId.equals(this.id);
        }
    }

    /**
     * One entry of a thread's stack.
     *
     * @param place what encloses the thread; null for nothing
     * @param owner who bound it
     * @param untilEnd whether it counts only until the place has ended
     * @param below what was bound before
     */
    private record Binding(
            @Nullable TraceContext place,
            Object owner,
            boolean untilEnd,
            @Nullable Binding below) {

        @Nullable
        Binding without(Object other) {
            if (this.owner == other) {
                return this.below;
            }
            if (this.below == null) {
                return this;
            }
            Binding rest = this.below.without(other);
            return rest == this.below ? this : new Binding(this.place, this.owner, this.untilEnd, rest);
        }
    }
}
