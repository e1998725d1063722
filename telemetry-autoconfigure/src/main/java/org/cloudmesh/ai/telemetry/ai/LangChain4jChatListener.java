package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.Locale;

/**
 * Records the chat calls of LangChain4j's models, streamed ones included. Its starters add listener beans to their models;
 * give it to models that you build yourself. Thread-safe.
 */
public final class LangChain4jChatListener implements ChatModelListener {

    private final LangChain4jCalls calls;

    /** Creates a listener; one serves all models. */
    public LangChain4jChatListener(AiRecorder recorder) {
        this.calls = new LangChain4jCalls(recorder);
    }

    @Override
    public void onRequest(ChatModelRequestContext context) {
        this.calls.begin(context.attributes());
    }

    @Override
    public void onResponse(ChatModelResponseContext context) {
        ChatResponse response = context.chatResponse();
        this.calls.end(context.attributes(), (call, sameThread) -> {
            describe(call, context.modelProvider(), context.chatRequest());
            call.attribute(GenAi.RESPONSE_MODEL, response.modelName());
            if (response.finishReason() != null) {
                call.attribute(
                        GenAi.FINISH_REASONS, response.finishReason().name().toLowerCase(Locale.ROOT));
            } else if (!sameThread) {
                // Only streams end on another thread, and only one that broke off has no reason.
                call.failIncomplete();
            }
            LangChain4jCalls.usage(call, response.tokenUsage());
            call.content(GenAi.OUTPUT_MESSAGES, () -> response.aiMessage().text());
        });
    }

    @Override
    public void onError(ChatModelErrorContext context) {
        this.calls.end(context.attributes(), (call, sameThread) -> {
            describe(call, context.modelProvider(), context.chatRequest());
            call.fail(context.error());
        });
    }

    private static void describe(AiCall call, ModelProvider provider, ChatRequest request) {
        LangChain4jCalls.describe(call, GenAi.CHAT, provider, request.modelName());
        call.content(GenAi.INPUT_MESSAGES, () -> request.messages().toString());
    }
}
