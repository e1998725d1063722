package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.content.retriever.listener.ContentRetrieverErrorContext;
import dev.langchain4j.rag.content.retriever.listener.ContentRetrieverListener;
import dev.langchain4j.rag.content.retriever.listener.ContentRetrieverRequestContext;
import dev.langchain4j.rag.content.retriever.listener.ContentRetrieverResponseContext;
import dev.langchain4j.rag.query.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * Records what LangChain4j's content retrievers do; the embedding of the query lies within. The retrievers that are
 * beans have it; give it to those that you build elsewhere, through {@link ContentRetriever#addListener}. Thread-safe.
 */
public final class LangChain4jRetrieverListener implements ContentRetrieverListener {

    private final LangChain4jCalls calls;

    /** Creates a listener; one serves all retrievers. */
    public LangChain4jRetrieverListener(AiRecorder recorder) {
        this.calls = new LangChain4jCalls(recorder);
    }

    @Override
    public void onRequest(ContentRetrieverRequestContext context) {
        AiCall call = this.calls.beginEnclosing(
                context.attributes(),
                GenAi.RETRIEVAL_EVENT,
                service(context.query().metadata()));
        if (call != null) {
            call.attribute(GenAi.OPERATION_NAME, GenAi.RETRIEVAL);
            call.content(GenAi.QUERY_TEXT, () -> context.query().text());
        }
    }

    @Override
    public void onResponse(ContentRetrieverResponseContext context) {
        this.calls.end(
                context.attributes(),
                (call) -> call.metric(
                        GenAi.RETRIEVED_DOCUMENTS, context.contents().size()));
    }

    @Override
    public void onError(ContentRetrieverErrorContext context) {
        this.calls.end(context.attributes(), (call) -> call.fail(context.error()));
    }

    private static @Nullable AiCall service(@Nullable Metadata metadata) {
        InvocationContext invocation = metadata == null ? null : metadata.invocationContext();
        return invocation == null ? null : LangChain4jServices.find(invocation);
    }
}
