package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records the chat calls of LangChain4j's models, streamed ones included. The models that are beans have it; give it to
 * those that you build elsewhere. Thread-safe.
 */
public final class LangChain4jChatListener implements ChatModelListener {

    /** Quotes within JSON texts are escaped, so this is never part of an answer. */
    private static final Pattern REFUSAL = Pattern.compile("\"stop_reason\"\\s*:\\s*\"refusal\"");

    private final LangChain4jCalls calls;

    /** Creates a listener; one serves all models. */
    public LangChain4jChatListener(AiRecorder recorder) {
        this.calls = new LangChain4jCalls(recorder);
    }

    @Override
    public void onRequest(ChatModelRequestContext context) {
        AiCall call =
                this.calls.begin(context.attributes(), GenAi.OPERATION_EVENT, LangChain4jServices.takeNextParent());
        if (call == null) {
            return;
        }
        ChatRequest request = context.chatRequest();
        LangChain4jCalls.describe(call, GenAi.CHAT, context.modelProvider(), request.modelName());
        ChatRequestParameters parameters = request.parameters();
        call.attribute(GenAi.REQUEST_TEMPERATURE, parameters.temperature());
        call.attribute(GenAi.REQUEST_TOP_P, parameters.topP());
        call.attribute(GenAi.REQUEST_MAX_TOKENS, parameters.maxOutputTokens());
        call.content(GenAi.INPUT_MESSAGES, () -> request.messages().toString());
        LangChain4jStream.offer(call);
    }

    @Override
    public void onResponse(ChatModelResponseContext context) {
        this.calls.end(context.attributes(), (call) -> tell(call, context.chatResponse()));
    }

    @Override
    public void onError(ChatModelErrorContext context) {
        this.calls.end(context.attributes(), (call) -> call.fail(context.error()));
    }

    private static void tell(AiCall call, ChatResponse response) {
        call.attribute(GenAi.RESPONSE_ID, response.id());
        call.attribute(GenAi.RESPONSE_MODEL, response.modelName());
        boolean streamed = call.attribute(GenAi.REQUEST_STREAM) != null;
        FinishReason reason = response.finishReason();
        call.attribute(GenAi.FINISH_REASONS, word(reason));
        if (reason == FinishReason.CONTENT_FILTER || refused(response)) {
            call.failFiltered();
        } else if (reason == null && streamed) {
            call.failIncomplete();
        }
        LangChain4jCalls.usage(call, response.tokenUsage());
        call.content(GenAi.OUTPUT_MESSAGES, () -> response.aiMessage().text());
    }

    /** Anthropic's word for an answer that is held back is one that LangChain4j does not know. */
    private static boolean refused(ChatResponse response) {
        if (response.finishReason() != null && response.finishReason() != FinishReason.OTHER) {
            return false;
        }
        if (ObjectProperties.get(response.metadata(), "rawHttpResponse.body") instanceof String body
                && REFUSAL.matcher(body).find()) {
            return true;
        }
        return ObjectProperties.get(response.metadata(), "rawServerSentEvents") instanceof List<?> events
                && events.stream()
                        .anyMatch((event) -> ObjectProperties.get(event, "data") instanceof String data
                                && REFUSAL.matcher(data).find());
    }

    /** Returns the reason in Spring AI's word, so that both libraries' records can be counted together. */
    private static @Nullable String word(@Nullable FinishReason reason) {
        if (reason == null) {
            return null;
        }
        return reason == FinishReason.TOOL_EXECUTION
                ? "tool_calls"
                : reason.name().toLowerCase(Locale.ROOT);
    }
}
