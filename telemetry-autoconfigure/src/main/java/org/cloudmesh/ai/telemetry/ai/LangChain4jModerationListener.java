package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.model.moderation.listener.ModerationModelErrorContext;
import dev.langchain4j.model.moderation.listener.ModerationModelListener;
import dev.langchain4j.model.moderation.listener.ModerationModelRequestContext;
import dev.langchain4j.model.moderation.listener.ModerationModelResponseContext;

/**
 * Records the calls of LangChain4j's moderation models. The models that are beans have it; give it to those that you
 * build elsewhere. Thread-safe.
 */
public final class LangChain4jModerationListener implements ModerationModelListener {

    private final LangChain4jCalls calls;

    /** Creates a listener; one serves all models. */
    public LangChain4jModerationListener(AiRecorder recorder) {
        this.calls = new LangChain4jCalls(recorder);
    }

    @Override
    public void onRequest(ModerationModelRequestContext context) {
        AiCall call = this.calls.begin(context.attributes(), GenAi.OPERATION_EVENT, null);
        if (call != null) {
            LangChain4jCalls.describe(
                    call,
                    GenAi.MODERATION,
                    context.modelProvider(),
                    context.moderationRequest().modelName());
            call.content(
                    GenAi.INPUT_MESSAGES,
                    () -> String.join("\n", context.moderationRequest().texts()));
        }
    }

    @Override
    public void onResponse(ModerationModelResponseContext context) {
        this.calls.end(context.attributes(), (call) -> {});
    }

    @Override
    public void onError(ModerationModelErrorContext context) {
        this.calls.end(context.attributes(), (call) -> call.fail(context.error()));
    }
}
