package org.cloudmesh.ai.telemetry.ai;

import java.lang.ref.Cleaner;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.jspecify.annotations.Nullable;

/**
 * Turns AI calls into records, whichever library made them: {@link #begin(String)} when a call begins, then what
 * becomes known of it, then {@link AiCall#end()}. Thread-safe.
 */
public final class AiRecorder implements CallsInFlight, AutoCloseable {

    private final Telemetry telemetry;

    private final PriceTable prices;

    private final TelemetryContextContributors contributors;

    private final @Nullable ContentPolicy content;

    private static final boolean SPANS = TraceIds.isPresent("io.opentelemetry.sdk.trace.SpanProcessor");

    private final @Nullable RecordedSpans spans = SPANS ? new RecordedSpans() : null;

    private final Set<AiCall.State> inFlight = ConcurrentHashMap.newKeySet();

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

    /**
     * Begins a call on behalf of the current thread's caller.
     *
     * @param event the record's event: {@code gen_ai.client.operation} for calls of models
     */
    public AiCall begin(String event) {
        return begin(event, caller(), TraceContext.current());
    }

    /** Returns what is known of the current thread's caller. */
    Map<String, Object> caller() {
        return this.contributors.collect();
    }

    AiCall begin(String event, Map<String, Object> caller, @Nullable TraceContext enclosing) {
        TraceContext place =
                TraceContext.begin(enclosing, text(caller.get(GenAi.TRACE_ID)), text(caller.get(GenAi.SPAN_ID)));
        AiCall.State state = new AiCall.State(event, this, this.content, place);
        state.attributes.putAll(caller);
        state.tellPlace();
        this.inFlight.add(state);
        return new AiCall(state, Cleaners.SHARED);
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    void record(AiCall.State call) {
        this.inFlight.remove(call);
        RecordBuilder record = this.telemetry.record();
        synchronized (call) {
            record.event(call.event).status(call.status()).unmetered().metrics(call.metrics);
            TreeSet<String> unavailable = new TreeSet<>();
            TokenUsage usage = call.usage();
            if (usage != null) {
                unavailable.addAll(usage.unavailable());
                tokens(record, GenAi.INPUT_TOKENS, usage.input());
                tokens(record, GenAi.OUTPUT_TOKENS, usage.output());
                tokens(record, GenAi.CACHE_READ_TOKENS, usage.cacheRead());
                tokens(record, GenAi.CACHE_CREATION_TOKENS, usage.cacheCreation());
                tokens(record, GenAi.REASONING_TOKENS, usage.reasoning());
                if (!unavailable.contains(TokenUsage.USAGE)) {
                    price(record, call, usage, unavailable);
                }
            }
            call.attribute(GenAi.UNAVAILABLE, AiCall.State.join(unavailable));
            call.tellPlace();
            call.attributes.forEach(record::attribute);
            if (this.spans != null) {
                this.spans.add(call.event.equals(GenAi.OPERATION_EVENT), call.attributes);
            }
        }
        record.emit();
    }

    private void price(RecordBuilder record, AiCall.State call, TokenUsage usage, Set<String> unavailable) {
        Price price = this.prices.find(
                (String) call.attributes.get(GenAi.PROVIDER_NAME),
                (String) call.attributes.get(GenAi.RESPONSE_MODEL),
                (String) call.attributes.get(GenAi.REQUEST_MODEL),
                usage,
                Instant.now());
        if (price == null) {
            unavailable.add(GenAi.UNAVAILABLE_PRICE);
            return;
        }
        Double cost = price.cost(usage);
        if (cost != null) {
            record.metric(GenAi.COST, cost);
            call.attribute(GenAi.COST_CURRENCY, price.currency());
        }
    }

    /** Notes a span that a tracer gave to something which is recorded, or is not meant to be. */
    void observed(String spanId, boolean model) {
        if (this.spans != null) {
            this.spans.add(spanId, model);
        }
    }

    /** Returns whether a span is of a call that is recorded already. */
    boolean holds(String spanId, String parentSpanId, boolean model, @Nullable String responseId) {
        return this.spans != null && this.spans.holds(spanId, parentSpanId, model, responseId);
    }

    /** Returns the thread that learns of what was forgotten. */
    static Cleaner cleaner() {
        return Cleaners.SHARED;
    }

    void forget(AiCall.State call) {
        this.inFlight.remove(call);
    }

    @Override
    public Snapshot inFlight() {
        long now = System.nanoTime();
        int count = 0;
        long oldest = -1;
        for (AiCall.State call : this.inFlight) {
            count++;
            oldest = Math.max(oldest, now - call.started);
        }
        return new Snapshot(count, count == 0 ? null : Duration.ofNanos(oldest));
    }

    /** Records what is still in flight as cancelled: nothing will end it any more. */
    @Override
    public void close() {
        this.inFlight.forEach(AiCall.State::abandon);
    }

    private static void tokens(RecordBuilder record, String name, @Nullable Long value) {
        if (value != null) {
            record.metric(name, value.doubleValue());
        }
    }

    /** The thread that learns of forgotten calls; made with the first call. */
    private static final class Cleaners {

        static final Cleaner SHARED = Cleaner.create();
    }
}
