package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.observation.VectorStoreObservationContext;

/** Reads the observations of Spring AI's vector stores; loaded only where they are. */
final class VectorStoreReader implements ContextReader {

    @Override
    public boolean supports(Observation.Context context) {
        return context instanceof VectorStoreObservationContext;
    }

    @Override
    public void read(Observation.Context observed, AiCall call, @Nullable StreamTap tap) {
        VectorStoreObservationContext context = (VectorStoreObservationContext) observed;
        call.attribute("db.system", context.getDatabaseSystem());
        call.attribute("db.operation.name", context.getOperationName());
        call.attribute("db.collection.name", context.getCollectionName());
        call.attribute("db.namespace", context.getNamespace());
        SearchRequest query = context.getQueryRequest();
        if (query != null) {
            call.content(GenAi.QUERY_TEXT, query::getQuery);
        }
    }
}
