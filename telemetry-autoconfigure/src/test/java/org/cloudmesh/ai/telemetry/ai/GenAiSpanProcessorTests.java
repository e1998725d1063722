package org.cloudmesh.ai.telemetry.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.List;
import java.util.Set;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spans of AI libraries that speak OpenTelemetry themselves, through the real SDK. */
class GenAiSpanProcessorTests {

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    private final AiRecorder recorder = new AiRecorder(
            this.telemetry,
            new PriceTable(List.of(new Price("gemini-*", 1, 4, 0.5, 2.0, "USD"))),
            new TelemetryContextContributors(List.of((attributes) -> attributes.accept("user", "ada"))),
            null);

    private final ObservationSelection selection =
            new ObservationSelection(Set.copyOf(ObservationSelection.DEFAULT_INCLUDE), Set.of("gen_ai.left_out"));

    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(new GenAiSpanProcessor(() -> this.recorder, this.selection))
            .build();

    private final Tracer tracer = this.provider.get("some.library");

    @AfterEach
    void close() {
        assertThat(this.store.records(this.telemetry).toString()).doesNotContain("SECRET");
        this.provider.close();
        this.telemetry.close();
    }

    @Test
    void aModelsSpanIsOneRecordByTheNewNames() {
        Span above = this.tracer.spanBuilder("request").startSpan();
        Span span;
        try (Scope scope = above.makeCurrent()) {
            span = this.tracer
                    .spanBuilder("chat gemini-2")
                    .setStartTimestamp(java.time.Instant.ofEpochSecond(1_000))
                    .startSpan();
        }
        span.setAttribute("gen_ai.operation.name", "chat")
                .setAttribute("gen_ai.provider.name", "gcp.gemini")
                .setAttribute("gen_ai.request.model", "gemini-2")
                .setAttribute("gen_ai.response.model", "gemini-2-001")
                .setAttribute("gen_ai.response.id", "r1")
                .setAttribute("gen_ai.request.temperature", 0.5)
                .setAttribute("gen_ai.request.max_tokens", 99)
                .setAttribute("gen_ai.conversation.id", "c1")
                .setAttribute("server.address", "localhost")
                .setAttribute(AttributeKey.stringArrayKey("gen_ai.response.finish_reasons"), List.of("STOP", "stop"))
                .setAttribute("gen_ai.usage.input_tokens", 92_007)
                .setAttribute("gen_ai.usage.output_tokens", 450)
                .setAttribute("gen_ai.usage.cache_read.input_tokens", 90_000)
                .setAttribute("gen_ai.usage.cache_write.input_tokens", 2_000)
                .setAttribute("gen_ai.usage.reasoning.output_tokens", 150)
                .setAttribute("gen_ai.input.messages", "SECRET")
                .setAttribute("gen_ai.output.messages", "SECRET")
                .setAttribute("gen_ai.system_instructions", "SECRET")
                .setAttribute("gen_ai.prompt.0.content", "SECRET")
                .setAttribute("gcp.vertex.agent.llm_request", "SECRET")
                .addEvent(
                        "gen_ai.client.inference.operation.details",
                        io.opentelemetry.api.common.Attributes.of(
                                AttributeKey.stringKey("gen_ai.input.messages"), "SECRET"));
        span.end(java.time.Instant.ofEpochSecond(1_002));
        above.end();
        TelemetryRecord record = only();
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.status()).isEqualTo(Status.COMPLETED);
        assertThat(record.metrics())
                .containsEntry("gen_ai.client.operation.duration", 2.0)
                .containsEntry("gen_ai.usage.input_tokens", 92_007.0)
                .containsEntry("gen_ai.usage.output_tokens", 450.0)
                .containsEntry("gen_ai.usage.cache_read.input_tokens", 90_000.0)
                .containsEntry("gen_ai.usage.cache_creation.input_tokens", 2_000.0)
                .containsEntry("gen_ai.usage.reasoning.output_tokens", 150.0);
        assertThat(record.metrics().get("gen_ai.usage.cost"))
                .isCloseTo((7 + 45_000 + 4_000 + 1_800) / 1e6, within(1e-9));
        assertThat(record.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "gcp.gemini")
                .containsEntry("gen_ai.request.model", "gemini-2")
                .containsEntry("gen_ai.response.model", "gemini-2-001")
                .containsEntry("gen_ai.response.id", "r1")
                .containsEntry("gen_ai.request.temperature", "0.5")
                .containsEntry("gen_ai.request.max_tokens", "99")
                .containsEntry("gen_ai.conversation.id", "c1")
                .containsEntry("server.address", "localhost")
                .containsEntry("gen_ai.response.finish_reasons", "stop")
                .containsEntry("trace_id", above.getSpanContext().getTraceId())
                .containsEntry("span_id", span.getSpanContext().getSpanId())
                .containsEntry("parent_span_id", above.getSpanContext().getSpanId())
                .containsEntry("user", "ada");
    }

    @Test
    void oldNamesAreReadToo() {
        this.tracer
                .spanBuilder("call_llm")
                .startSpan()
                .setAttribute("gen_ai.system", "anthropic")
                .setAttribute("gen_ai.request.model", "claude")
                .setAttribute("gen_ai.usage.prompt_tokens", "92007")
                .setAttribute("gen_ai.usage.completion_tokens", 100)
                .setAttribute("gen_ai.usage.cache_read_input_tokens", 90_000)
                .setAttribute("gen_ai.usage.cache_creation_input_tokens", 2_000)
                .end();
        TelemetryRecord record = only();
        assertThat(record.event()).isEqualTo("gen_ai.client.operation");
        assertThat(record.metrics())
                .containsEntry("gen_ai.usage.input_tokens", 92_007.0)
                .containsEntry("gen_ai.usage.cache_creation.input_tokens", 2_000.0)
                .doesNotContainKey("gen_ai.usage.cost");
        assertThat(record.attributes())
                .containsEntry("gen_ai.provider.name", "anthropic")
                .containsEntry("gen_ai.usage.unavailable", "price");
    }

    @Test
    void toolsAndAgentsHaveEventsOfTheirOwnAndAgentsNoTokens() {
        Span agent = this.tracer
                .spanBuilder("invoke_agent a")
                .startSpan()
                .setAttribute("gen_ai.operation.name", "invoke_agent")
                .setAttribute("gen_ai.agent.name", "a")
                .setAttribute("gen_ai.usage.input_tokens", 11);
        this.tracer
                .spanBuilder("execute_tool t")
                .setParent(io.opentelemetry.context.Context.root().with(agent))
                .startSpan()
                .setAttribute("gen_ai.operation.name", "execute_tool")
                .setAttribute("gen_ai.tool.name", "t")
                .setAttribute("gen_ai.tool.call.id", "call_1")
                .setAttribute("gen_ai.tool.call.arguments", "SECRET")
                .setAttribute("gen_ai.tool.call.result", "SECRET")
                .end();
        agent.end();
        List<TelemetryRecord> records = this.store.records(this.telemetry);
        assertThat(records)
                .extracting(TelemetryRecord::event)
                .containsExactly("gen_ai.execute_tool", "gen_ai.invoke_agent");
        assertThat(records.get(0).metrics()).containsOnlyKeys("gen_ai.execute_tool.duration");
        assertThat(records.get(0).attributes())
                .containsEntry("gen_ai.tool.name", "t")
                .containsEntry("gen_ai.tool.call.id", "call_1")
                .containsEntry("parent_span_id", agent.getSpanContext().getSpanId());
        assertThat(records.get(1).metrics()).containsOnlyKeys("gen_ai.invoke_agent.duration");
    }

    @Test
    void failuresSayTheirTypeAndNeverTheirMessage() {
        Span thrown = span("chat");
        thrown.recordException(new IllegalStateException("SECRET"));
        thrown.setStatus(StatusCode.ERROR, "SECRET").end();
        span("chat")
                .setAttribute("error.type", "429")
                .setAttribute("http.response.status_code", 429)
                .setStatus(StatusCode.ERROR)
                .end();
        span("chat")
                .setAttribute(AttributeKey.stringArrayKey("gen_ai.response.finish_reasons"), List.of("content_filter"))
                .end();
        Span cancelled = span("chat");
        cancelled.recordException(new java.util.concurrent.CancellationException("SECRET"));
        cancelled.setStatus(StatusCode.ERROR).end();
        List<TelemetryRecord> records = this.store.records(this.telemetry);
        assertThat(records)
                .extracting(TelemetryRecord::status)
                .containsExactly(Status.FAILED, Status.FAILED, Status.FAILED, Status.CANCELLED);
        assertThat(records)
                .extracting((record) -> record.attributes().get("error.type"))
                .startsWith("java.lang.IllegalStateException", "429", "content_filter");
        assertThat(records.get(1).attributes()).containsEntry("http.response.status_code", "429");
    }

    @Test
    void otherSpansAndThoseLeftOutAreNoRecords() {
        this.tracer
                .spanBuilder("GET /")
                .startSpan()
                .setAttribute("http.route", "/")
                .end();
        span("left_out").end();
        assertThat(this.store.records(this.telemetry)).isEmpty();
    }

    @Test
    void aSpanOfAnObservationIsRecordedByTheObservationAlone() {
        OtelTracer bridge = new OtelTracer(this.tracer, new OtelCurrentTraceContext(), (event) -> {});
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig()
                .observationHandler(new DefaultTracingObservationHandler(bridge))
                .observationHandler(new TelemetryObservationHandler(this.recorder, this.selection));
        // Chosen, not chosen, and chosen with a span of another instrument within, as the Java agent makes it.
        observation("gen_ai.client.operation", registry).observe(() -> {});
        observation("spring.ai.chat.client", registry).observe(() -> {});
        observation("gen_ai.client.operation", registry)
                .observe(() -> span("chat").end());
        assertThat(this.store.records(this.telemetry))
                .extracting(TelemetryRecord::event)
                .containsExactly("gen_ai.client.operation", "gen_ai.client.operation");
    }

    @Test
    void aSpanAroundARecordedCallOrWithItsResponseIdIsTheSameCall() {
        AiCall call = this.recorder.begin("gen_ai.client.operation");
        Span around = span("chat");
        call.trace(
                around.getSpanContext().getTraceId(),
                "00000000000000aa",
                around.getSpanContext().getSpanId());
        call.attribute("gen_ai.response.id", "r7");
        call.end();
        around.end();
        span("chat").setAttribute("gen_ai.response.id", "r7").end();
        assertThat(this.store.records(this.telemetry)).hasSize(1);
        span("chat").setAttribute("gen_ai.response.id", "r8").end();
        assertThat(this.store.records(this.telemetry)).hasSize(2);
    }

    private static Observation observation(String name, ObservationRegistry registry) {
        return Observation.createNotStarted(name, registry).lowCardinalityKeyValue("gen_ai.operation.name", "chat");
    }

    private Span span(String operation) {
        return this.tracer.spanBuilder(operation).startSpan().setAttribute("gen_ai.operation.name", operation);
    }

    private TelemetryRecord only() {
        List<TelemetryRecord> records = this.store.records(this.telemetry);
        assertThat(records).hasSize(1);
        return records.get(0);
    }
}
