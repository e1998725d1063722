package org.cloudmesh.ai.telemetry.demo;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.springframework.stereotype.Component;

/**
 * Runs the model, and records its load and each inference. Thread-safe.
 *
 * <p>The model library loads the model once for the whole process: a second application context in the same process
 * records the short time that it really took.
 */
@Component
class Embedder {

    static final String MODEL = "all-minilm-l6-v2-q";

    private static final double NANOS = 1e9;

    private final Telemetry telemetry;

    private final EmbeddingModel model;

    Embedder(Telemetry telemetry) {
        this.telemetry = telemetry;
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
        RecordBuilder inference = this.telemetry
                .record()
                .event("embedding")
                .attribute("model", MODEL)
                .attribute("purpose", purpose)
                .metric("characters", text.length());
        long start = System.nanoTime();
        try {
            Response<Embedding> response = this.model.embed(text);
            inference
                    .metric("latency", (System.nanoTime() - start) / NANOS)
                    .metric(
                            "tokens",
                            Objects.requireNonNull(response.tokenUsage()).inputTokenCount())
                    .status(Status.COMPLETED)
                    .emit();
            return Vectors.normalised(response.content().vector());
        } catch (RuntimeException ex) {
            inference
                    .metric("latency", (System.nanoTime() - start) / NANOS)
                    .attribute("error.type", ex.getClass().getName())
                    .message(ex.getMessage())
                    .status(Status.FAILED)
                    .emit();
            throw ex;
        }
    }
}
