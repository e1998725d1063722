package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Some traces and where the next ones are.
 *
 * @param traces that of the latest record first
 * @param next where to go on; null after the last page
 */
public record TracePage(List<Summary> traces, @Nullable String next) {

    public TracePage {
        traces = List.copyOf(traces);
    }

    /**
     * One trace: all of its records together, whatever chose it. A figure that no record has is null.
     *
     * @param trace its id
     * @param started when its first span began
     * @param duration until its last span ended, in seconds
     * @param records how many, scores of the trace included
     * @param status failed when a record failed, else that of the root
     * @param event of the root
     * @param command of the root
     * @param models that answered, or else were asked
     * @param inputTokens sum over all records
     * @param outputTokens sum over all records
     * @param cost sum over all records; null also when they are in several currencies
     * @param currency of the cost; null when there is no cost, or its records name none
     * @param costs by currency, an empty one when records name none
     * @param scores the latest value of each score, by name
     */
    public record Summary(
            String trace,
            Instant started,
            double duration,
            long records,
            String status,
            @Nullable String event,
            String command,
            List<String> models,
            @Nullable Long inputTokens,
            @Nullable Long outputTokens,
            @Nullable Double cost,
            @Nullable String currency,
            Map<String, Double> costs,
            Map<String, Double> scores) {

        public Summary {
            models = List.copyOf(models);
            costs = Collections.unmodifiableMap(new LinkedHashMap<>(costs));
            scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        }
    }
}
