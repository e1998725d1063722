package org.cloudmesh.ai.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.memory.MemoryStoreFactory;
import org.cloudmesh.ai.telemetry.store.sqlite.SqliteStoreFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the records of a trace become a tree. */
class TraceTests {

    private static final Origin ORIGIN = Records.origin("aa", "shop", "r1");

    private final TelemetryStore store = new MemoryStoreFactory()
            .create(new StoreSettings(null, TelemetrySettings.Retention.defaults(), Clock.systemUTC()));

    private final TelemetryReader reader = new TelemetryReader(this.store.source());

    private final List<TelemetryRecord> batch = new ArrayList<>();

    /** Adds a record of the trace {@code t} that ends so many milliseconds after the start. */
    private TelemetryRecord.Builder span(long endMillis, String event, String span, String parent) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("trace_id", "t");
        attributes.put("span_id", span);
        if (parent != null) {
            attributes.put("parent_span_id", parent);
        }
        return record(endMillis, attributes).event(event);
    }

    private TelemetryRecord.Builder record(long endMillis, Map<String, String> attributes) {
        return TelemetryRecord.builder(ORIGIN, this.batch.size() + 1, Records.START + 1_000 * endMillis)
                .status(Status.COMPLETED)
                .attributes(attributes);
    }

    private static TelemetryRecord.Builder lasting(double seconds, TelemetryRecord.Builder record) {
        return record.metrics(new String[] {"duration_sec"}, new double[] {seconds});
    }

    private TraceTests add(TelemetryRecord.Builder record) {
        this.batch.add(record.build());
        return this;
    }

    private Trace trace() throws StoreException {
        this.store.write(this.batch, false);
        return this.reader.trace("t", null, null, Deadline.none());
    }

    private TracePage.Summary summary() {
        return this.reader
                .traces(RecordFilter.ALL, null, 10, Deadline.none())
                .traces()
                .get(0);
    }

    @Test
    void spansAreInOrderOfStartAlthoughTheyAreWrittenAtTheirEnd() throws StoreException {
        add(lasting(0.1, span(200, "embed", "b", "a")));
        add(lasting(0.05, span(350, "chat", "d", "c")).status(Status.FAILED));
        add(lasting(0.2, span(400, "rank", "c", "a")));
        add(lasting(0.5, span(500, "search", "a", null)));
        Trace trace = trace();
        assertThat(trace.spans()).extracting(Trace.Span::event).containsExactly("search", "embed", "rank", "chat");
        assertThat(trace.spans()).extracting(Trace.Span::depth).containsExactly(0, 1, 1, 2);
        assertThat(trace.spans().get(1).started()).isEqualTo(EpochMicros.instant(Records.START + 100_000));
        assertThat(trace.spans().get(1).duration()).isEqualTo(0.1);
        assertThat(trace.truncated()).isFalse();
        TracePage.Summary summary = summary();
        assertThat(summary).isEqualTo(trace.summary());
        assertThat(summary.started()).isEqualTo(EpochMicros.instant(Records.START));
        assertThat(summary.duration()).isEqualTo(0.5);
        assertThat(summary.event()).isEqualTo("search");
        assertThat(summary.command()).isEqualTo("shop");
        assertThat(summary.status()).isEqualTo("failed");
        assertThat(summary.records()).isEqualTo(4);
    }

    @Test
    void theRecordOfAStartIsOneWithThatOfItsEnd() throws StoreException {
        add(span(0, "search", "a", null).status(Status.STARTED));
        add(span(10, "embed", "b", "a").status(Status.STARTED));
        add(lasting(0.5, span(500, "search", "a", null)));
        Trace trace = trace();
        assertThat(trace.spans()).extracting(Trace.Span::status).containsExactly("completed", "started");
        assertThat(trace.spans()).extracting(Trace.Span::duration).containsExactly(0.5, null);
        assertThat(trace.summary().status()).isEqualTo("completed");
        assertThat(trace.summary().records()).isEqualTo(3);
    }

    @Test
    void aFurtherRecordOfASpanLiesInIt() throws StoreException {
        add(span(100, "note", "a", null));
        add(lasting(0.5, span(500, "search", "a", null)));
        Trace trace = trace();
        assertThat(trace.spans()).extracting(Trace.Span::event).containsExactly("search", "note");
        assertThat(trace.spans()).extracting(Trace.Span::depth).containsExactly(0, 1);
    }

    @Test
    void aCycleOfParentsBeginsWithTheSpanThatBeganFirst() throws StoreException {
        add(span(10, "child", "d", "b"));
        add(span(20, "one", "a", "c"));
        add(span(30, "two", "b", "a"));
        add(span(40, "three", "c", "b"));
        add(span(50, "self", "e", "e"));
        Trace trace = trace();
        assertThat(trace.spans()).extracting(Trace.Span::event).containsExactly("child", "one", "two", "three", "self");
        assertThat(trace.spans()).extracting(Trace.Span::depth).containsExactly(2, 0, 1, 2, 0);
    }

    @Test
    void aSpanWhoseParentNeverCameIsARootThatSaysWhoItWas() throws StoreException {
        add(lasting(0.01, span(20, "lost", "a", "gone")));
        add(lasting(0.01, span(40, "later", "b", "a")));
        Trace trace = trace();
        assertThat(trace.spans()).extracting(Trace.Span::depth).containsExactly(0, 1);
        assertThat(trace.spans().get(0).parent()).isEqualTo("gone");
        assertThat(trace.summary().event()).isEqualTo("lost");
    }

    @Test
    void aSpanThatEndsBeforeItBeginsTakesNoTime() throws StoreException {
        add(lasting(-5, span(100, "odd", "a", null)));
        add(lasting(1e300, span(200, "eternal", "b", "a")));
        Trace trace = trace();
        assertThat(trace.spans()).extracting(Trace.Span::event).containsExactly("eternal", "odd");
        assertThat(trace.spans().get(1).duration()).isZero();
        assertThat(trace.spans().get(1).started()).isEqualTo(EpochMicros.instant(Records.START + 100_000));
        assertThat(trace.spans().get(0).duration()).isPositive().isFinite();
    }

    @Test
    void ofAHundredThousandSpansTheFirstThousandAreShown() throws StoreException {
        for (int i = 0; i < 99_999; i++) {
            add(lasting(0.001, span(i, "step", "s" + i, i == 0 ? "root" : "s" + (i - 1))));
        }
        add(lasting(1_000, span(100_000, "agent", "root", null)));
        Trace trace = trace();
        assertThat(trace.spans()).hasSize(1000);
        assertThat(trace.truncated()).isTrue();
        assertThat(trace.spans().get(0).event()).isEqualTo("agent");
        assertThat(trace.spans().get(999).depth()).isEqualTo(999);
        assertThat(trace.summary().records()).isEqualTo(100_000);
        assertThat(trace.summary().duration()).isEqualTo(1_000);
        assertThat(summary()).isEqualTo(trace.summary());
    }

    @Test
    void tokensCostAndModelsAddUp() throws StoreException {
        String[] names = {"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.cost"};
        for (String model : List.of("a", "b", "a")) {
            add(record(10, Map.of("trace_id", "t", "gen_ai.response.model", model, "gen_ai.usage.cost.currency", "USD"))
                    .metrics(names, new double[] {10, 2, 0.25}));
        }
        Trace trace = trace();
        assertThat(trace.summary().models()).containsExactly("a", "b");
        assertThat(trace.summary().inputTokens()).isEqualTo(30);
        assertThat(trace.summary().outputTokens()).isEqualTo(6);
        assertThat(trace.summary().cost()).isEqualTo(0.75);
        assertThat(trace.spans()).extracting(Trace.Span::span).containsOnlyNulls();
        this.batch.clear();
        this.batch.add(TelemetryRecord.builder(ORIGIN, 99, Records.START)
                .attributes(Map.of("trace_id", "t", "gen_ai.usage.cost.currency", "EUR"))
                .metrics(new String[] {"gen_ai.usage.cost"}, new double[] {1})
                .build());
        TracePage.Summary both = trace().summary();
        assertThat(both.cost()).as("two currencies are never added up").isNull();
        assertThat(both.costs()).isEqualTo(Map.of("USD", 0.75, "EUR", 1.0));
    }

    @Test
    void scoresOfTheTraceAndOfItsResponsesAreToldLater() throws StoreException {
        long days = 3 * 24 * 3_600_000L;
        add(lasting(
                0.1,
                record(100, Map.of("trace_id", "t", "gen_ai.response.id", "r-1"))
                        .event("chat")));
        add(score(days, Map.of("trace_id", "t", "gen_ai.evaluation.name", "helpful"), 0.2));
        add(score(
                days + 1,
                Map.of(
                        "gen_ai.response.id",
                        "r-1",
                        "gen_ai.evaluation.name",
                        "helpful",
                        "gen_ai.evaluation.score.label",
                        "good"),
                0.8));
        add(score(days + 2, Map.of("gen_ai.response.id", "other", "gen_ai.evaluation.name", "helpful"), 0.4));
        Trace trace = trace();
        assertThat(trace.spans()).hasSize(1);
        assertThat(trace.summary().duration()).isEqualTo(0.1);
        assertThat(trace.summary().records()).isEqualTo(2);
        assertThat(trace.summary().scores()).isEqualTo(Map.of("helpful", 0.8));
        assertThat(trace.scores()).extracting(Trace.Score::value).containsExactly(0.2, 0.8);
        assertThat(trace.scores().get(1).label()).isEqualTo("good");
        assertThat(trace.scores().get(1).response()).isEqualTo("r-1");
    }

    private TelemetryRecord.Builder score(long millis, Map<String, String> attributes, double value) {
        return record(millis, attributes)
                .event("gen_ai.evaluation.result")
                .metrics(new String[] {"gen_ai.evaluation.score.value"}, new double[] {value});
    }

    @Test
    void aTraceIsListedWithAllOfItsRecordsWhenOneIsChosen() throws StoreException {
        add(lasting(0.1, span(200, "embed", "b", "a")).status(Status.FAILED));
        add(lasting(0.5, span(500, "search", "a", null)));
        add(record(600, Map.of("trace_id", "u", "gen_ai.conversation.id", "c")));
        this.store.write(this.batch, false);
        assertThat(this.reader
                        .traces(RecordFilter.builder().status("failed").build(), null, 10)
                        .traces())
                .satisfiesExactly((trace) -> assertThat(trace.records()).isEqualTo(2));
        assertThat(this.reader
                        .traces(
                                RecordFilter.builder()
                                        .attribute("gen_ai.conversation.id", "c")
                                        .build(),
                                null,
                                10)
                        .traces())
                .extracting(TracePage.Summary::trace)
                .containsExactly("u");
        assertThat(this.reader.traces(RecordFilter.ALL, null, 10).traces())
                .extracting(TracePage.Summary::trace)
                .containsExactly("u", "t");
        assertThat(this.reader.trace("nobody")).isNull();
    }

    @Test
    void aTraceThatTakesDaysIsWholeWhereAttributesAreFound(@TempDir Path directory) throws Exception {
        add(span(0, "ask", "a", null));
        add(span(3 * 24 * 3_600_000L, "answer", "b", "a"));
        StoreSettings settings = new StoreSettings(
                directory.resolve("telemetry.db"), TelemetrySettings.Retention.defaults(), Clock.systemUTC());
        try (TelemetryStore sqlite = new SqliteStoreFactory().create(settings)) {
            sqlite.open();
            sqlite.write(this.batch, false);
            RecordSource source = Objects.requireNonNull(sqlite.source());
            Trace found = new TraceSearch(source, 0, Deadline.none()).find("t", null, null);
            assertThat(Objects.requireNonNull(found).spans()).hasSize(2);
        }
    }
}
