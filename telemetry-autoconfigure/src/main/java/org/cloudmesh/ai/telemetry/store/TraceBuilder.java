package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sums up the records of one trace, and keeps its first spans if they are asked for. Bounded memory. Used by one
 * thread.
 */
final class TraceBuilder {

    /** The event of a record that says how good another one was. */
    static final String SCORE = "gen_ai.evaluation.result";

    static final String RESPONSE = "gen_ai.response.id";

    private static final String SCORE_NAME = "gen_ai.evaluation.name";

    private static final String SCORE_VALUE = "gen_ai.evaluation.score.value";

    // Of models, and of scores by name.
    private static final int MOST_NAMES = 50;

    private final String trace;

    private final int spanLimit;

    // The last of the first spans is on top; twice as many as shown, since a start and an end are one.
    private final PriorityQueue<TracedRecord> spans = new PriorityQueue<>(TracedRecord.ORDER.reversed());

    private final List<Trace.Score> scores = new ArrayList<>();

    private final Map<String, Double> lastScores = new LinkedHashMap<>();

    private final Set<String> models = new LinkedHashSet<>();

    private final Map<String, Double> costs = new TreeMap<>();

    private long records;

    private boolean truncated;

    private boolean failed;

    private long start = Long.MAX_VALUE;

    private long end = Long.MIN_VALUE;

    private double inputTokens = Double.NaN;

    private double outputTokens = Double.NaN;

    private @Nullable TracedRecord root;

    private @Nullable TelemetryRecord firstScore;

    /**
     * Creates an empty trace.
     *
     * @param spanLimit how many spans are kept at most; 0 for none
     */
    TraceBuilder(String trace, int spanLimit) {
        this.trace = trace;
        this.spanLimit = spanLimit;
    }

    /** Adds a record that is no score. */
    void add(TelemetryRecord record) {
        this.records++;
        TracedRecord traced = TracedRecord.of(record);
        this.start = Math.min(this.start, traced.start());
        this.end = Math.max(this.end, traced.end());
        this.failed |= record.status().equals(Status.FAILED);
        addFigures(record);
        this.root = root(this.root, traced);
        if (this.spanLimit > 0) {
            this.spans.add(traced);
            if (this.spans.size() > 2 * this.spanLimit) {
                this.spans.poll();
                this.truncated = true;
            }
        }
    }

    private void addFigures(TelemetryRecord record) {
        for (int i = 0; i < record.metricCount(); i++) {
            double value = record.metricValue(i);
            switch (record.metricName(i)) {
                case "gen_ai.usage.input_tokens" -> this.inputTokens = sum(this.inputTokens, value);
                case "gen_ai.usage.output_tokens" -> this.outputTokens = sum(this.outputTokens, value);
                case "gen_ai.usage.cost" ->
                    this.costs.merge(
                            record.attributes().getOrDefault("gen_ai.usage.cost.currency", ""), value, Double::sum);
                default -> {}
            }
        }
        String asked = record.attributes().get("gen_ai.request.model");
        String model = record.attributes().getOrDefault("gen_ai.response.model", asked);
        if (model != null && this.models.size() < MOST_NAMES) {
            this.models.add(model);
        }
    }

    private static double sum(double sum, double value) {
        return Double.isNaN(sum) ? value : sum + value;
    }

    /**
     * What has no parent comes before what has one, and the first before others; an end takes the place of its start.
     */
    private static TracedRecord root(@Nullable TracedRecord known, TracedRecord other) {
        if (known == null) {
            return other;
        }
        boolean same = known.span() != null
                && Objects.equals(known.span(), other.span())
                && Objects.equals(known.record().event(), other.record().event());
        if (same && known.isStart() != other.isStart()) {
            return known.isStart() ? other : known;
        }
        if ((known.parent() == null) != (other.parent() == null)) {
            return known.parent() == null ? known : other;
        }
        return TracedRecord.ORDER.compare(known, other) <= 0 ? known : other;
    }

    /** Adds a score; scores come in the order in which they were told. */
    void addScore(TelemetryRecord record) {
        Map<String, String> attributes = record.attributes();
        this.records += this.trace.equals(attributes.get(TracedRecord.TRACE)) ? 1 : 0;
        if (this.firstScore == null) {
            this.firstScore = record;
        }
        String name = attributes.get(SCORE_NAME);
        Double value = record.metrics().get(SCORE_VALUE);
        if (name != null
                && value != null
                && (this.lastScores.size() < MOST_NAMES || this.lastScores.containsKey(name))) {
            this.lastScores.put(name, value);
        }
        if (this.spanLimit == 0) {
            return;
        }
        if (this.scores.size() >= this.spanLimit) {
            this.truncated = true;
            return;
        }
        this.scores.add(new Trace.Score(
                record.timestamp(),
                name,
                value,
                attributes.get("gen_ai.evaluation.score.label"),
                attributes.get("gen_ai.evaluation.explanation"),
                attributes.get(TracedRecord.SPAN),
                attributes.get(RESPONSE)));
    }

    /** Returns the sums; null when there is no record. */
    TracePage.@Nullable Summary summary() {
        TelemetryRecord root = this.root == null ? this.firstScore : this.root.record();
        if (root == null) {
            return null;
        }
        boolean timed = this.root != null;
        return new TracePage.Summary(
                this.trace,
                timed ? EpochMicros.instant(this.start) : root.timestamp(),
                timed ? (this.end - this.start) / 1e6 : 0,
                this.records,
                this.failed ? Status.FAILED.value() : root.status().value(),
                root.event(),
                root.origin().command(),
                List.copyOf(this.models),
                whole(this.inputTokens),
                whole(this.outputTokens),
                this.costs.size() == 1 ? this.costs.values().iterator().next() : null,
                currency(),
                this.costs,
                this.lastScores);
    }

    private @Nullable String currency() {
        String currency =
                this.costs.size() == 1 ? this.costs.keySet().iterator().next() : "";
        return currency.isEmpty() ? null : currency;
    }

    private static @Nullable Long whole(double tokens) {
        return Double.isNaN(tokens) ? null : Math.round(tokens);
    }

    /** Returns the tree of spans; null when there is no record. */
    @Nullable
    Trace toTrace() {
        TracePage.Summary summary = summary();
        if (summary == null) {
            return null;
        }
        List<Trace.Span> all = SpanTree.of(this.spans);
        List<Trace.Span> shown = all.size() <= this.spanLimit ? all : all.subList(0, this.spanLimit);
        return new Trace(summary, shown, this.scores, this.truncated || shown.size() < all.size());
    }

    /** Returns those that have a record. */
    static List<TracePage.Summary> summaries(Collection<TraceBuilder> builders) {
        List<TracePage.Summary> summaries = new ArrayList<>();
        for (TraceBuilder builder : builders) {
            TracePage.Summary summary = builder.summary();
            if (summary != null) {
                summaries.add(summary);
            }
        }
        return summaries;
    }
}
