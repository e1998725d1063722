package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.output.TokenUsage;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries a call from a listener's first callback to its last, in the attributes that LangChain4j shares between them.
 * Nothing else holds the call: when LangChain4j forgets the attributes, nobody can end it any more, and it is
 * abandoned. Thread-safe.
 */
final class LangChain4jCalls {

    /** What LangChain4j answers for a model whose name it does not know. */
    private static final String UNKNOWN_MODEL = "unknown";

    private static final boolean OBSERVATIONS = TraceIds.isPresent("io.micrometer.observation.Observation");

    private final AiRecorder recorder;

    LangChain4jCalls(AiRecorder recorder) {
        this.recorder = recorder;
    }

    /** Begins a call; nothing happens when a listener that was added twice is told a second time. */
    @Nullable
    AiCall begin(Map<Object, Object> attributes, String event, @Nullable AiCall above) {
        if (attributes.containsKey(Pending.class)) {
            return null;
        }
        AiCall call = EnclosingCall.begin(this.recorder, event, above);
        attributes.put(Pending.class, new Pending(call, Thread.currentThread(), null));
        supersede(attributes, call);
        return call;
    }

    /** Begins a call, within which the current thread works until it ends. */
    @Nullable
    AiCall beginEnclosing(Map<Object, Object> attributes, String event, @Nullable AiCall above) {
        AiCall call = begin(attributes, event, above);
        if (call != null) {
            attributes.put(Pending.class, new Pending(call, Thread.currentThread(), EnclosingCall.enter(call)));
        }
        return call;
    }

    /** Ends a call after it was told how; only the first end counts. */
    void end(Map<Object, Object> attributes, Consumer<AiCall> ending) {
        if (!(attributes.remove(Pending.class) instanceof Pending pending)) {
            return;
        }
        if (pending.enclosing != null) {
            pending.enclosing.leave();
        }
        supersede(attributes, pending.call);
        if (pending.thread != Thread.currentThread()) {
            // Only streams end on another thread.
            pending.call.attribute(GenAi.REQUEST_STREAM, true);
        }
        ending.accept(pending.call);
        pending.call.end();
    }

    static void describe(AiCall call, String operation, @Nullable ModelProvider provider, @Nullable String model) {
        call.attribute(GenAi.OPERATION_NAME, operation);
        call.attribute(GenAi.PROVIDER_NAME, GenAi.provider(provider == null ? null : provider.name()));
        call.attribute(GenAi.REQUEST_MODEL, UNKNOWN_MODEL.equals(model) ? null : model);
    }

    /** Tells a call what it used, as its provider's own class counts; no usage is unknown usage. */
    static void usage(AiCall call, @Nullable TokenUsage usage) {
        TokenCounts counts = new TokenCounts();
        if (usage != null) {
            counts.input(usage.inputTokenCount())
                    .output(usage.outputTokenCount())
                    .total(usage.totalTokenCount())
                    .read(usage);
        }
        call.usage(counts.usage((String) call.attribute(GenAi.PROVIDER_NAME)));
    }

    /** The instrument langchain4j-observation leaves its observation in the attributes, before or after us. */
    private static void supersede(Map<Object, Object> attributes, AiCall call) {
        if (OBSERVATIONS) {
            Observed.supersede(attributes, call);
        }
    }

    private record Pending(
            AiCall call, Thread thread, @Nullable EnclosingCall enclosing) {}

    /** Apart, so that nothing of Micrometer is loaded where it is missing. */
    private static final class Observed {

        static void supersede(Map<Object, Object> attributes, AiCall call) {
            for (Object value : attributes.values()) {
                if (value instanceof io.micrometer.observation.Observation.Scope scope) {
                    ObservedCalls.supersede(scope.getCurrentObservation(), call);
                }
            }
        }
    }
}
