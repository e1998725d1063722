package org.cloudmesh.ai.telemetry;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A judgement in the making: of a call, by its response id, or of a trace. Without a trace it is about the one that
 * encloses the thread, such as tracked work or a request. Names are those of OpenTelemetry's conventions for generative
 * AI. As with any record, a score that is no finite number leaves the record, which names it in
 * {@code invalid_metrics}. Not thread-safe.
 *
 * @see <a href="https://github.com/open-telemetry/semantic-conventions-genai">Conventions for generative AI</a>
 */
public final class ScoreBuilder {

    private final RecordBuilder record;

    ScoreBuilder(RecordBuilder record, @Nullable String name, double value) {
        this.record = record.event("gen_ai.evaluation.result")
                .attribute("gen_ai.evaluation.name", name)
                .metric("gen_ai.evaluation.score.value", value);
    }

    /** Sets what the score means, for example {@code good}; null leaves it out. */
    public ScoreBuilder label(@Nullable String label) {
        return attribute("gen_ai.evaluation.score.label", label);
    }

    /** Sets why, in a text for people; null leaves it out. */
    public ScoreBuilder explanation(@Nullable String explanation) {
        return attribute("gen_ai.evaluation.explanation", explanation);
    }

    /** Sets the call that is judged, by the id of its response; null leaves it out. */
    public ScoreBuilder response(@Nullable String responseId) {
        return attribute("gen_ai.response.id", responseId);
    }

    /** Sets the trace that is judged, in place of the current one; null is the current one. */
    public ScoreBuilder trace(@Nullable String traceId) {
        return attribute("trace_id", traceId);
    }

    /** Sets the span that is judged; its trace is told with {@link #trace(String)}, and unknown without. */
    public ScoreBuilder span(@Nullable String spanId) {
        return attribute("span_id", spanId);
    }

    /** Hands the record over and returns at once. */
    public void emit() {
        this.record.emit();
    }

    /** Hands the record over and tells when it is on disk, as {@link RecordBuilder#emitDurably()} does. */
    public CompletableFuture<@Nullable Void> emitDurably() {
        return this.record.emitDurably();
    }

    private ScoreBuilder attribute(String key, @Nullable String value) {
        this.record.attribute(key, value);
        return this;
    }
}
