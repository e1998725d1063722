package org.cloudmesh.ai.telemetry.ai;

import java.util.Map;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.jspecify.annotations.Nullable;

/** Turns AI calls into records, whichever library made them. Thread-safe. */
public final class AiRecorder {

    private final Telemetry telemetry;

    private final PriceTable prices;

    private final TelemetryContextContributors contributors;

    private final @Nullable ContentPolicy content;

    /**
     * Creates a recorder.
     *
     * @param telemetry takes the records
     * @param prices what tokens cost
     * @param contributors say on whose behalf a call is made
     * @param content how content is recorded; null for not at all
     */
    public AiRecorder(
            Telemetry telemetry,
            PriceTable prices,
            TelemetryContextContributors contributors,
            @Nullable ContentPolicy content) {
        this.telemetry = telemetry;
        this.prices = prices;
        this.contributors = contributors;
        this.content = content;
    }

    /** Returns what is known of the current thread's caller. */
    Map<String, Object> caller() {
        return this.contributors.collect();
    }

    AiCall begin(String event, Map<String, Object> caller) {
        return new AiCall(event, caller, this.content);
    }

    void record(AiCall call) {
        RecordBuilder record = this.telemetry
                .record()
                .event(call.event)
                .status(call.status())
                .unmetered()
                .metrics(call.metrics());
        TokenUsage usage = call.usage();
        if (usage != null) {
            tokens(record, GenAi.INPUT_TOKENS, usage.input());
            tokens(record, GenAi.OUTPUT_TOKENS, usage.output());
            tokens(record, GenAi.CACHE_READ_TOKENS, usage.cacheRead());
            tokens(record, GenAi.CACHE_CREATION_TOKENS, usage.cacheCreation());
            tokens(record, GenAi.REASONING_TOKENS, usage.reasoning());
            Price price = this.prices.find(
                    (String) call.attribute(GenAi.RESPONSE_MODEL), (String) call.attribute(GenAi.REQUEST_MODEL));
            if (price != null) {
                record.metric(GenAi.COST, price.cost(usage));
                call.attribute(GenAi.COST_CURRENCY, price.currency());
            }
        }
        call.attributes().forEach(record::attribute);
        record.emit();
    }

    private static void tokens(RecordBuilder record, String name, @Nullable Long value) {
        if (value != null) {
            record.metric(name, value.doubleValue());
        }
    }
}
