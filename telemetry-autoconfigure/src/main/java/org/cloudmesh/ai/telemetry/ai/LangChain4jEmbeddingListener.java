package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.output.TokenUsage;
import java.util.stream.Collectors;

/**
 * Records the calls of LangChain4j's embedding models. The models that are beans have it; give it to those that you
 * build elsewhere, in the builder or through {@link EmbeddingModel#addListener}. Thread-safe.
 */
public final class LangChain4jEmbeddingListener implements EmbeddingModelListener {

    private final LangChain4jCalls calls;

    /** Creates a listener; one serves all models. */
    public LangChain4jEmbeddingListener(AiRecorder recorder) {
        this.calls = new LangChain4jCalls(recorder);
    }

    @Override
    public void onRequest(EmbeddingModelRequestContext context) {
        AiCall call = this.calls.begin(context.attributes(), GenAi.OPERATION_EVENT, null);
        if (call != null) {
            EmbeddingModel model = context.embeddingModel();
            LangChain4jCalls.describe(call, GenAi.EMBEDDINGS, model.provider(), model.modelName());
            call.content(
                    GenAi.INPUT_MESSAGES,
                    () -> context.textSegments().stream().map(TextSegment::text).collect(Collectors.joining("\n")));
        }
    }

    @Override
    public void onResponse(EmbeddingModelResponseContext context) {
        this.calls.end(context.attributes(), (call) -> {
            TokenUsage usage = context.response().tokenUsage();
            if (usage != null) {
                // What an embedding gives are no tokens.
                call.usage(new TokenCounts().input(usage.inputTokenCount()).usage((String)
                        call.attribute(GenAi.PROVIDER_NAME)));
            }
        });
    }

    @Override
    public void onError(EmbeddingModelErrorContext context) {
        this.calls.end(context.attributes(), (call) -> call.fail(context.error()));
    }
}
