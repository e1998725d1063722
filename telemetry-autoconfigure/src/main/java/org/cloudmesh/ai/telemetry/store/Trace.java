package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one request did: its records as a tree of spans.
 *
 * @param summary all records together
 * @param spans in order of start, parents before children; the first {@value TelemetryReader#MAX_ITEMS}
 * @param scores of the trace and of its responses, the first told first; at most {@value TelemetryReader#MAX_ITEMS}
 * @param truncated whether there are more spans or scores
 */
public record Trace(TracePage.Summary summary, List<Span> spans, List<Score> scores, boolean truncated) {

    public Trace {
        spans = List.copyOf(spans);
        scores = List.copyOf(scores);
    }

    /**
     * One record, together with the record of its start where there is one.
     *
     * @param id of the record
     * @param span its id; null where nobody said
     * @param parent id of the span that encloses it, also when that one never came; null at the root
     * @param depth how many spans enclose it
     * @param event what happened
     * @param status how it ended
     * @param started time of the record less its duration
     * @param duration in seconds; null of what has none, 0 of what is said to have ended before it began
     * @param metrics of the record
     * @param attributes of the record
     */
    public record Span(
            String id,
            @Nullable String span,
            @Nullable String parent,
            int depth,
            @Nullable String event,
            String status,
            Instant started,
            @Nullable Double duration,
            Map<String, Double> metrics,
            Map<String, String> attributes) {}

    /**
     * What was said of the trace afterwards.
     *
     * @param at when
     * @param name of the score
     * @param value of the score
     * @param label in words
     * @param explanation why
     * @param span that it is about
     * @param response id of the response that it is about
     */
    public record Score(
            Instant at,
            @Nullable String name,
            @Nullable Double value,
            @Nullable String label,
            @Nullable String explanation,
            @Nullable String span,
            @Nullable String response) {}
}
