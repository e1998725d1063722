package org.cloudmesh.ai.telemetry.demo;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.List;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.ai.AiCall;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.PriceTable;
import org.cloudmesh.ai.telemetry.ai.TokenCounts;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Runs the model, and records its load and each inference, by the names that calls of any model have. Thread-safe.
 *
 * <p>The model library loads the model once for the whole process: a second application context in the same process
 * records the short time that it really took.
 */
@Component
class Embedder {

    static final String MODEL = "all-minilm-l6-v2-q";

    /** The model runs in this process. */
    static final String PROVIDER = "in-process";

    private static final double NANOS = 1e9;

    private final Telemetry telemetry;

    private final AiRecorder recorder;

    private final EmbeddingModel model;

    Embedder(Telemetry telemetry, ObjectProvider<AiRecorder> recorder) {
        this.telemetry = telemetry;
        // None is there when telemetry is off.
        this.recorder = recorder.getIfAvailable(
                () -> new AiRecorder(telemetry, PriceTable.EMPTY, new TelemetryContextContributors(List.of()), null));
        this.model = load();
    }

    private EmbeddingModel load() {
        this.telemetry
                .record()
                .event("model_load_start")
                .attribute("model", MODEL)
                .status(Status.STARTED)
                .emit();
        RecordBuilder end = this.telemetry.record().event("model_load_end").attribute("model", MODEL);
        long start = System.nanoTime();
        try {
            EmbeddingModel loaded = new AllMiniLmL6V2QuantizedEmbeddingModel();
            end.metric("latency", (System.nanoTime() - start) / NANOS)
                    .metric("dimensions", loaded.dimension())
                    .status(Status.COMPLETED)
                    .emit();
            return loaded;
        } catch (RuntimeException | LinkageError ex) {
            end.metric("latency", (System.nanoTime() - start) / NANOS)
                    .attribute("error.type", ex.getClass().getName())
                    .message(ex.getMessage())
                    .status(Status.FAILED)
                    .emit();
            throw ex;
        }
    }

    /**
     * Embeds a text.
     *
     * @param purpose what the text is, for the record: {@code passage} or {@code query}
     * @return a vector of length 1
     */
    float[] embed(String text, String purpose) {
        AiCall call = this.recorder.begin("gen_ai.client.operation");
        call.attribute("gen_ai.operation.name", "embeddings");
        call.attribute("gen_ai.provider.name", PROVIDER);
        call.attribute("gen_ai.request.model", MODEL);
        call.attribute("model", MODEL);
        call.attribute("purpose", purpose);
        call.metric("characters", text.length());
        long start = System.nanoTime();
        try {
            Response<Embedding> response = this.model.embed(text);
            double seconds = (System.nanoTime() - start) / NANOS;
            int tokens = Objects.requireNonNull(response.tokenUsage()).inputTokenCount();
            call.metric("latency", seconds);
            call.metric("gen_ai.client.operation.duration", seconds);
            call.metric("tokens", tokens);
            call.usage(new TokenCounts().input(tokens).whole());
            call.attribute("gen_ai.response.model", MODEL);
            return Vectors.normalised(response.content().vector());
        } catch (RuntimeException ex) {
            call.metric("gen_ai.client.operation.duration", (System.nanoTime() - start) / NANOS);
            call.fail(ex);
            throw ex;
        } finally {
            call.end();
        }
    }
}
