package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import org.jspecify.annotations.Nullable;

/**
 * Sees what LangChain4j's listeners are not told of a stream: its chunks, and that its consumer cancels it. It stands
 * between the model and the handler, which it forwards everything to.
 */
final class LangChain4jStream implements StreamingChatResponseHandler {

    private static final ThreadLocal<@Nullable Slot> BEGINNING = new ThreadLocal<>();

    private final StreamingChatResponseHandler handler;

    private final AiCall call;

    private volatile boolean cancelling;

    private LangChain4jStream(StreamingChatResponseHandler handler, AiCall call) {
        this.handler = handler;
        this.call = call;
    }

    /** Runs what begins a stream on this thread: the listener offers its call, the model then asks for it. */
    static <T extends @Nullable Object, X extends Throwable> T during(Beginning<T, X> beginning) throws X {
        Slot before = BEGINNING.get();
        BEGINNING.set(new Slot());
        try {
            return beginning.run();
        } finally {
            if (before == null) {
                BEGINNING.remove();
            } else {
                BEGINNING.set(before);
            }
        }
    }

    /** Offers the call of the stream that this thread is about to begin, if it is one. */
    static void offer(AiCall call) {
        Slot slot = BEGINNING.get();
        if (slot != null && slot.call == null) {
            call.attribute(GenAi.REQUEST_STREAM, true);
            slot.call = call;
        }
    }

    /** Returns the call of the stream that this thread begins; the first to ask gets it. */
    static @Nullable AiCall take() {
        Slot slot = BEGINNING.get();
        AiCall call = slot == null ? null : slot.call;
        if (slot != null) {
            slot.call = null;
        }
        return call;
    }

    static StreamingChatResponseHandler watch(StreamingChatResponseHandler handler, AiCall call) {
        return new LangChain4jStream(handler, call);
    }

    @Override
    public void onPartialResponse(String partialResponse) {
        this.call.chunk();
        this.handler.onPartialResponse(partialResponse);
    }

    @Override
    public void onPartialResponse(PartialResponse partialResponse, PartialResponseContext context) {
        this.call.chunk();
        this.handler.onPartialResponse(
                partialResponse, new PartialResponseContext(new Handle(context.streamingHandle())));
    }

    @Override
    public void onPartialThinking(PartialThinking partialThinking) {
        this.call.chunk();
        this.handler.onPartialThinking(partialThinking);
    }

    @Override
    public void onPartialThinking(PartialThinking partialThinking, PartialThinkingContext context) {
        this.call.chunk();
        this.handler.onPartialThinking(
                partialThinking, new PartialThinkingContext(new Handle(context.streamingHandle())));
    }

    @Override
    public void onPartialToolCall(PartialToolCall partialToolCall) {
        this.call.chunk();
        this.handler.onPartialToolCall(partialToolCall);
    }

    @Override
    public void onPartialToolCall(PartialToolCall partialToolCall, PartialToolCallContext context) {
        this.call.chunk();
        this.handler.onPartialToolCall(
                partialToolCall, new PartialToolCallContext(new Handle(context.streamingHandle())));
    }

    @Override
    public void onCompleteToolCall(CompleteToolCall completeToolCall) {
        this.handler.onCompleteToolCall(completeToolCall);
    }

    @Override
    public void onUnmappedRawEvent(Object rawEvent) {
        this.handler.onUnmappedRawEvent(rawEvent);
    }

    @Override
    public void onCompleteResponse(ChatResponse completeResponse) {
        this.handler.onCompleteResponse(completeResponse);
    }

    @Override
    public void onError(Throwable error) {
        if (this.cancelling) {
            cancelled();
        }
        this.handler.onError(error);
    }

    /** A cancelled stream says no more. */
    private void cancelled() {
        this.call.cancel();
        this.call.end();
    }

    /** What begins a stream. */
    interface Beginning<T extends @Nullable Object, X extends Throwable> {

        T run() throws X;
    }

    private static final class Slot {

        private @Nullable AiCall call;
    }

    private final class Handle implements StreamingHandle {

        private final StreamingHandle handle;

        private Handle(StreamingHandle handle) {
            this.handle = handle;
        }

        @Override
        public void cancel() {
            // The client's reader may fail of it on another thread before this returns.
            LangChain4jStream.this.cancelling = true;
            try {
                this.handle.cancel();
                if (this.handle.isCancelled()) {
                    cancelled();
                }
            } finally {
                LangChain4jStream.this.cancelling = false;
            }
        }

        @Override
        public boolean isCancelled() {
            return this.handle.isCancelled();
        }
    }
}
