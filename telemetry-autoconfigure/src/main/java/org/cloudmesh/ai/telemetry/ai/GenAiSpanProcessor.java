package org.cloudmesh.ai.telemetry.ai;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records the spans of AI libraries that speak OpenTelemetry themselves: Google ADK, Koog, LangGraph4j, instrumented
 * clients. A span counts by its {@code gen_ai.*} attributes, old names and new; when it ends it is one record, unless
 * an observation or a listener has recorded the same call ({@link RecordedSpans}). Only attributes that hold no content
 * are read. Register it with the tracer provider; Spring Boot does. Never throws, and works on the thread that ends the
 * span. Thread-safe.
 *
 * @see <a href="https://github.com/open-telemetry/semantic-conventions-genai">Conventions for generative AI</a>
 */
public final class GenAiSpanProcessor implements SpanProcessor {

    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey(GenAi.OPERATION_NAME);

    private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey(GenAi.PROVIDER_NAME);

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("gen_ai.system");

    private static final AttributeKey<String> TOOL = AttributeKey.stringKey(GenAi.TOOL_NAME);

    private static final AttributeKey<String> MODEL = AttributeKey.stringKey(GenAi.REQUEST_MODEL);

    private static final AttributeKey<String> RESPONSE = AttributeKey.stringKey(GenAi.RESPONSE_ID);

    private static final AttributeKey<String> EXCEPTION_TYPE = AttributeKey.stringKey("exception.type");

    private static final Set<String> MODEL_OPERATIONS =
            Set.of(GenAi.CHAT, GenAi.EMBEDDINGS, "generate_content", "text_completion", "call_llm");

    /** Attributes that are recorded as they are: none of them can hold content. */
    private static final Set<String> KEPT = Set.of(
            GenAi.REQUEST_MODEL,
            GenAi.RESPONSE_MODEL,
            GenAi.RESPONSE_ID,
            GenAi.REQUEST_TEMPERATURE,
            GenAi.REQUEST_MAX_TOKENS,
            GenAi.REQUEST_TOP_P,
            GenAi.REQUEST_STREAM,
            GenAi.FINISH_REASONS,
            GenAi.TOOL_NAME,
            GenAi.TOOL_CALL_ID,
            GenAi.CONVERSATION_ID,
            GenAi.AGENT_NAME,
            GenAi.AGENT_ID,
            "gen_ai.data_source.id",
            "gen_ai.output.type",
            "gen_ai.tool.type",
            "gen_ai.workflow.name",
            GenAi.SERVER_ADDRESS,
            GenAi.HTTP_STATUS,
            GenAi.ERROR_TYPE);

    private static final String TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";

    private static final int MAX_OPERATION = 40;

    private final Supplier<AiRecorder> recorder;

    private final ObservationSelection selection;

    /**
     * Creates a processor.
     *
     * @param recorder asked with the first span that counts: what makes records may itself need the tracer provider
     * @param selection chooses by the names of the records' events
     */
    public GenAiSpanProcessor(Supplier<AiRecorder> recorder, ObservationSelection selection) {
        this.recorder = recorder;
        this.selection = selection;
    }

    @Override
    public void onStart(Context parentContext, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        String operation = span.getAttribute(OPERATION);
        if (operation == null && span.getAttribute(PROVIDER) == null && span.getAttribute(SYSTEM) == null) {
            return;
        }
        String event = event(operation, span);
        if (!this.selection.chooses(event)) {
            return;
        }
        AiRecorder recorder = this.recorder.get();
        SpanData data = span.toSpanData();
        boolean model = event.equals(GenAi.OPERATION_EVENT);
        if (!recorder.holds(
                data.getSpanId(),
                data.getParentSpanId(),
                model,
                data.getAttributes().get(RESPONSE))) {
            record(recorder.begin(event), operation, data);
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    private static void record(AiCall call, @Nullable String operation, SpanData span) {
        call.trace(
                span.getTraceId(),
                span.getSpanId(),
                SpanId.isValid(span.getParentSpanId()) ? span.getParentSpanId() : null);
        call.metric(call.event() + ".duration", (span.getEndEpochNanos() - span.getStartEpochNanos()) / 1e9);
        if (operation != null) {
            call.attribute(GenAi.OPERATION_NAME, GenAi.operation(operation));
        }
        String provider = span.getAttributes().get(PROVIDER);
        call.attribute(
                GenAi.PROVIDER_NAME,
                GenAi.provider(
                        provider != null ? provider : span.getAttributes().get(SYSTEM)));
        span.getAttributes().forEach((key, value) -> {
            if (KEPT.contains(key.getKey())) {
                call.attribute(key.getKey(), text(key, value));
            } else if (key.getKey().equals(TIME_TO_FIRST_CHUNK) && value instanceof Number seconds) {
                call.metric(GenAi.TIME_TO_FIRST_CHUNK, seconds);
            }
        });
        usage(call, span.getAttributes());
        status(call, span);
        call.end();
    }

    private static void usage(AiCall call, Attributes attributes) {
        TokenCounts counts = new TokenCounts()
                .input(number(attributes, GenAi.INPUT_TOKENS, "gen_ai.usage.prompt_tokens"))
                .output(number(attributes, GenAi.OUTPUT_TOKENS, "gen_ai.usage.completion_tokens"))
                .cacheRead(number(attributes, GenAi.CACHE_READ_TOKENS, "gen_ai.usage.cache_read_input_tokens"))
                .cacheCreation(number(
                        attributes,
                        GenAi.CACHE_CREATION_TOKENS,
                        "gen_ai.usage.cache_write.input_tokens",
                        "gen_ai.usage.cache_creation_input_tokens"))
                .reasoning(number(attributes, GenAi.REASONING_TOKENS, "gen_ai.usage.reasoning_tokens"));
        if (counts.any() && call.event().equals(GenAi.OPERATION_EVENT)) {
            // These follow OpenTelemetry's definition whoever the provider is; an agent's are its calls' once more.
            call.usage(counts.whole());
        }
    }

    private static void status(AiCall call, SpanData span) {
        Object reasons = call.attribute(GenAi.FINISH_REASONS);
        if (reasons != null && GenAi.filtered(reasons.toString())) {
            call.failFiltered();
            return;
        }
        Object told = call.attribute(GenAi.ERROR_TYPE);
        if (span.getStatus().getStatusCode() != StatusCode.ERROR && told == null) {
            return;
        }
        String type = exception(span);
        if (type == null) {
            type = told == null ? "error" : told.toString();
        }
        if (type.equals("java.util.concurrent.CancellationException")) {
            call.cancel();
        } else {
            call.fail(type);
        }
    }

    private static @Nullable String exception(SpanData span) {
        String type = null;
        for (EventData event : span.getEvents()) {
            // Of the type alone: messages and stack traces may quote the content.
            String thrown = event.getAttributes().get(EXCEPTION_TYPE);
            type = thrown == null ? type : thrown;
        }
        return type;
    }

    /** Returns the record's event: a model's operations have one, others one each. */
    private static String event(@Nullable String operation, ReadableSpan span) {
        if (operation == null) {
            // Google ADK names the operation in the span's name alone.
            return span.getAttribute(TOOL) != null && span.getAttribute(MODEL) == null
                    ? GenAi.TOOL_EVENT
                    : GenAi.OPERATION_EVENT;
        }
        if (MODEL_OPERATIONS.contains(GenAi.operation(operation))) {
            return GenAi.OPERATION_EVENT;
        }
        String name = operation.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_.]", "_");
        return "gen_ai." + (name.length() > MAX_OPERATION ? name.substring(0, MAX_OPERATION) : name);
    }

    private static Object text(AttributeKey<?> key, Object value) {
        boolean list = key.getType() == AttributeType.STRING_ARRAY;
        if (!list || !(value instanceof List<?> values)) {
            return key.getKey().equals(GenAi.FINISH_REASONS) ? word(value) : value;
        }
        List<String> words = new ArrayList<>();
        values.forEach((each) -> words.add(word(each)));
        return String.join(",", words.stream().distinct().toList());
    }

    private static String word(Object value) {
        return value.toString().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Number number(Attributes attributes, String... names) {
        for (String name : names) {
            Long number = attributes.get(AttributeKey.longKey(name));
            if (number != null) {
                return number;
            }
            Double fraction = attributes.get(AttributeKey.doubleKey(name));
            if (fraction != null) {
                return fraction;
            }
            String text = attributes.get(AttributeKey.stringKey(name));
            if (text != null) {
                try {
                    return Long.valueOf(text.trim());
                } catch (NumberFormatException ex) {
                    // No count of tokens.
                }
            }
        }
        return null;
    }
}
