package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.output.TokenUsage;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries a call from the listener's first callback to its last, in the attributes that LangChain4j shares between them. */
final class LangChain4jCalls {

    private final AiRecorder recorder;

    LangChain4jCalls(AiRecorder recorder) {
        this.recorder = recorder;
    }

    void begin(Map<Object, Object> attributes) {
        // The same listener may have been added twice: by a starter and by hand.
        attributes.putIfAbsent(
                Pending.class,
                new Pending(
                        this.recorder.begin(GenAi.OPERATION_EVENT, this.recorder.caller()), Thread.currentThread()));
    }

    void end(Map<Object, Object> attributes, Ending ending) {
        if (!(attributes.remove(Pending.class) instanceof Pending pending)) {
            return;
        }
        AiCall call = pending.call;
        call.stopClock();
        ending.tell(call, pending.thread == Thread.currentThread());
        call.end();
    }

    static void describe(AiCall call, String operation, @Nullable ModelProvider provider, @Nullable String model) {
        call.attribute(GenAi.OPERATION_NAME, operation);
        call.attribute(GenAi.PROVIDER_NAME, GenAi.provider(provider == null ? null : provider.name()));
        call.attribute(GenAi.REQUEST_MODEL, model);
    }

    static void usage(AiCall call, @Nullable TokenUsage usage) {
        if (usage != null) {
            call.usage(new TokenCounts()
                    .input(usage.inputTokenCount())
                    .output(usage.outputTokenCount())
                    .total(usage.totalTokenCount())
                    .read(usage)
                    .usage((String) call.attribute(GenAi.PROVIDER_NAME)));
        }
    }

    /** Tells the call what became of it. */
    interface Ending {

        void tell(AiCall call, boolean sameThread);
    }

    private record Pending(AiCall call, Thread thread) {}
}
