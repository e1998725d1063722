package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Records the calls of LangChain4j's embedding models. Give it to models that you build yourself, in the builder or through
 * {@link EmbeddingModel#addListener}. Thread-safe.
 */
public final class LangChain4jEmbeddingListener implements EmbeddingModelListener {

    private final LangChain4jCalls calls;

    /** Creates a listener; one serves all models. */
    public LangChain4jEmbeddingListener(AiRecorder recorder) {
        this.calls = new LangChain4jCalls(recorder);
    }

    @Override
    public void onRequest(EmbeddingModelRequestContext context) {
        this.calls.begin(context.attributes());
    }

    @Override
    public void onResponse(EmbeddingModelResponseContext context) {
        this.calls.end(context.attributes(), (call, sameThread) -> {
            describe(call, context.embeddingModel(), context.textSegments());
            TokenUsage usage = context.response().tokenUsage();
            if (usage != null && usage.inputTokenCount() != null) {
                call.usage(new TokenCounts().input(usage.inputTokenCount()).whole());
            }
        });
    }

    @Override
    public void onError(EmbeddingModelErrorContext context) {
        this.calls.end(context.attributes(), (call, sameThread) -> {
            describe(call, context.embeddingModel(), context.textSegments());
            call.fail(context.error());
        });
    }

    private static void describe(AiCall call, EmbeddingModel model, List<TextSegment> segments) {
        String name = model.modelName();
        LangChain4jCalls.describe(call, GenAi.EMBEDDINGS, model.provider(), "unknown".equals(name) ? null : name);
        call.content(
                GenAi.INPUT_MESSAGES,
                () -> segments.stream().map(TextSegment::text).collect(Collectors.joining("\n")));
    }
}
