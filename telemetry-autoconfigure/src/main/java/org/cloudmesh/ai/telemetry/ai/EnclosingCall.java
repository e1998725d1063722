package org.cloudmesh.ai.telemetry.ai;

import java.lang.ref.WeakReference;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Which call the current thread works within, for libraries that have no observations of their own to tell it: an
 * agent, a tool, a retriever. Calls that begin there get it as their parent. Held weakly, so that a call that is never
 * ended can still be found to be abandoned. Not inherited by other threads.
 */
final class EnclosingCall {

    private static final ThreadLocal<@Nullable EnclosingCall> CURRENT = new ThreadLocal<>();

    private final WeakReference<AiCall> call;

    private final @Nullable String owner;

    private final @Nullable EnclosingCall outer;

    private EnclosingCall(AiCall call, @Nullable String owner, @Nullable EnclosingCall outer) {
        this.call = new WeakReference<>(call);
        this.owner = owner;
        this.outer = outer;
    }

    /** Begins a call beneath the one that the current thread works within. */
    static AiCall begin(AiRecorder recorder, String event) {
        return recorder.begin(event);
    }

    /** Begins a call beneath the given one. */
    static AiCall begin(AiRecorder recorder, String event, @Nullable AiCall above) {
        return above == null ? recorder.begin(event) : recorder.begin(event, recorder.caller(), above.place());
    }

    /** Lets the current thread work within a call. */
    static EnclosingCall enter(AiCall call) {
        return enter(call, null);
    }

    /** Lets the current thread work within the call of the type of this name. */
    static EnclosingCall enter(AiCall call, @Nullable String owner) {
        EnclosingCall entered = new EnclosingCall(call, owner, CURRENT.get());
        CURRENT.set(entered);
        TraceContext.bindUntilEnd(call.place(), entered);
        return entered;
    }

    /** Returns the call that the current thread works within if it is the one of this type. */
    static @Nullable AiCall ofOwner(String owner) {
        EnclosingCall current = CURRENT.get();
        return current != null && owner.equals(current.owner) ? current.call.get() : null;
    }

    /** Ends that, if this is the thread on which it began. */
    void leave() {
        TraceContext.unbind(this);
        for (EnclosingCall current = CURRENT.get(); current != null; current = current.outer) {
            if (current == this) {
                if (this.outer == null) {
                    CURRENT.remove();
                } else {
                    CURRENT.set(this.outer);
                }
                return;
            }
        }
    }
}
