package org.cloudmesh.ai.telemetry.actuate;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.alert.AlertStatus;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.AttributeSummaries;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.FleetNode;
import org.cloudmesh.ai.telemetry.store.MetricCurves;
import org.cloudmesh.ai.telemetry.store.MetricReport;
import org.cloudmesh.ai.telemetry.store.MetricSeries;
import org.cloudmesh.ai.telemetry.store.MetricSummaries;
import org.cloudmesh.ai.telemetry.store.RunComparison;
import org.cloudmesh.ai.telemetry.store.RunSummaries;
import org.cloudmesh.ai.telemetry.store.SeriesAxis;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryOverview;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.Trace;
import org.cloudmesh.ai.telemetry.store.TracePage;
import org.cloudmesh.ai.telemetry.store.ValueSummary;
import org.cloudmesh.ai.telemetry.store.json.RecordTime;
import org.jspecify.annotations.Nullable;

/**
 * Results as the fields of JSON answers. Plain maps, because the names, the nulls and the form of times must not follow
 * the settings that an application gives its own JSON.
 */
final class Responses {

    private Responses() {}

    static Map<String, @Nullable Object> overview(
            @Nullable TelemetryOverview overview,
            @Nullable Long future,
            @Nullable Long unreadable,
            @Nullable String unavailable,
            @Nullable String run,
            List<StoreStatus> stores,
            @Nullable String chosen,
            CallsInFlight.Snapshot inFlight) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("records", overview == null ? null : overview.records());
        answer.put("from", overview == null ? null : time(overview.from()));
        answer.put("to", overview == null ? null : time(overview.to()));
        answer.put("future", future);
        answer.put("successRate", overview == null ? null : overview.successRate());
        answer.put("statuses", overview == null ? null : overview.statuses());
        answer.put("commands", overview == null ? null : overview.commands());
        answer.put("events", overview == null ? null : overview.events());
        answer.put("metrics", overview == null ? null : overview.metrics());
        answer.put("truncated", overview != null && overview.truncated());
        answer.put("run", run);
        answer.put("inFlight", inFlight(inFlight));
        answer.put("store", store(unavailable, unreadable, stores, chosen));
        answer.put("pipeline", PipelineStatus.of(stores, chosen));
        return answer;
    }

    private static Map<String, @Nullable Object> inFlight(CallsInFlight.Snapshot calls) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("count", calls.count());
        answer.put("oldest", calls.oldest() == null ? null : calls.oldest().toNanos() / 1e9);
        return answer;
    }

    /**
     * Of the file its name alone: where an application keeps its files is not for everyone who may look at its figures.
     */
    private static Map<String, @Nullable Object> store(
            @Nullable String unavailable,
            @Nullable Long unreadable,
            List<StoreStatus> stores,
            @Nullable String chosen) {
        StoreStatus store = PipelineStatus.answering(stores, chosen);
        Path path = store == null ? null : store.path();
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("backend", store == null ? null : store.backend());
        answer.put("file", path == null ? null : Objects.toString(path.getFileName(), null));
        answer.put("bytes", store == null ? null : store.bytes());
        answer.put("unreadable", unreadable);
        answer.put("available", unavailable == null);
        answer.put("reason", unavailable == null ? null : StoreFailures.withoutDirectories(unavailable, stores));
        return answer;
    }

    static Map<String, @Nullable Object> metrics(MetricSummaries summaries) {
        List<Map<String, @Nullable Object>> metrics = new ArrayList<>();
        for (MetricSummaries.Metric summary : summaries.metrics()) {
            Map<String, @Nullable Object> metric = new LinkedHashMap<>();
            metric.put("name", summary.name());
            metric.put("count", summary.count());
            metric.put("min", summary.min());
            metric.put("avg", summary.avg());
            metric.put("max", summary.max());
            metric.put("last", summary.last());
            metric.put("lastSeen", time(summary.lastSeen()));
            metrics.add(metric);
        }
        return list("metrics", metrics, summaries.truncated());
    }

    static Map<String, @Nullable Object> metric(MetricReport report, boolean grouped) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("metric", report.metric());
        answer.putAll(values(report.values()));
        if (grouped) {
            answer.putAll(list("groups", groups(report.groups()), report.truncated()));
            answer.put("others", values(report.others()));
            answer.put("groupCount", report.groupCount());
        }
        return answer;
    }

    private static List<Map<String, @Nullable Object>> groups(List<MetricReport.Group> groups) {
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        for (MetricReport.Group group : groups) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("key", group.key());
            entry.putAll(values(group.values()));
            entries.add(entry);
        }
        return entries;
    }

    static Map<String, @Nullable Object> series(MetricSeries series) {
        List<Map<String, @Nullable Object>> points = new ArrayList<>();
        for (MetricSeries.Point point : series.points()) {
            points.add(point(time(point.at()), point.values()));
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("metric", series.metric());
        answer.put("from", time(series.from()));
        answer.put("to", time(series.to()));
        answer.put("bucket", Objects.toString(series.bucket(), null));
        answer.put("points", points);
        return answer;
    }

    static Map<String, @Nullable Object> runs(RunSummaries summaries) {
        List<Map<String, @Nullable Object>> runs = new ArrayList<>();
        for (RunSummaries.Run summary : summaries.runs()) {
            Map<String, @Nullable Object> run = new LinkedHashMap<>();
            run.put("run", summary.run());
            run.put("command", summary.command());
            run.put("started", time(summary.started()));
            run.put("ended", time(summary.ended()));
            run.put("records", summary.records());
            run.put("successRate", summary.successRate());
            runs.add(run);
        }
        return list("runs", runs, summaries.truncated());
    }

    static Map<String, @Nullable Object> comparison(RunComparison comparison) {
        List<Map<String, @Nullable Object>> metrics = new ArrayList<>();
        for (RunComparison.Metric compared : comparison.metrics()) {
            Map<String, @Nullable Object> metric = new LinkedHashMap<>();
            metric.put("name", compared.name());
            metric.put("base", side(compared.base()));
            metric.put("candidate", side(compared.candidate()));
            metric.put("ratio", compared.ratio());
            metric.put("significant", compared.significant());
            metrics.add(metric);
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("base", comparison.base());
        answer.put("candidate", comparison.candidate());
        answer.putAll(list("metrics", metrics, comparison.truncated()));
        return answer;
    }

    static Map<String, @Nullable Object> nodes(List<FleetNode> nodes) {
        List<Map<String, @Nullable Object>> list = new ArrayList<>();
        for (FleetNode node : nodes.subList(0, Math.min(nodes.size(), TelemetryReader.MAX_NAMES))) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("node", node.node());
            fields.put("command", node.command());
            fields.put("run", node.run());
            fields.put("started", time(EpochMicros.instant(node.started())));
            fields.put("lastSeen", time(EpochMicros.instant(node.lastSeen())));
            fields.put("records", node.records());
            fields.put("dropped", node.dropped());
            fields.put("degraded", node.degraded());
            fields.put("behind", node.behind());
            fields.put("process", node.process());
            fields.put("system", node.system());
            list.add(fields);
        }
        return list("nodes", list, nodes.size() > TelemetryReader.MAX_NAMES);
    }

    private static Map<String, @Nullable Object> side(RunComparison.Side side) {
        Map<String, @Nullable Object> values = values(side.values());
        values.put("last", side.last());
        values.put("successRate", side.successRate());
        return values;
    }

    static Map<String, @Nullable Object> curves(MetricCurves curves, boolean grouped) {
        boolean time = curves.axis().isTime();
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("metric", curves.metric());
        answer.put("axis", axis(curves.axis()));
        answer.put("from", place(curves.from(), time));
        answer.put("to", place(curves.to(), time));
        Double bucket = curves.bucket();
        answer.put(
                "bucket",
                time && bucket != null
                        ? Duration.of(bucket.longValue(), ChronoUnit.MICROS).toString()
                        : bucket);
        answer.put("points", points(curves.points(), time));
        if (grouped) {
            List<Map<String, @Nullable Object>> series = new ArrayList<>();
            for (MetricCurves.Group group : curves.groups()) {
                Map<String, @Nullable Object> entry = new LinkedHashMap<>();
                entry.put("key", group.key());
                entry.put("points", points(group.points(), time));
                series.add(entry);
            }
            answer.putAll(list("series", series, curves.groupCount() > series.size()));
            if (!curves.totals().isEmpty()) {
                answer.put("groups", groups(curves.totals()));
            }
            Map<String, @Nullable Object> others = new LinkedHashMap<>();
            others.put("points", points(curves.others(), time));
            answer.put("others", others);
            answer.put("groupCount", curves.groupCount());
        }
        return answer;
    }

    private static String axis(SeriesAxis axis) {
        return switch (axis.kind()) {
            case TIME, HOURS, DAYS -> "time";
            case ELAPSED -> "elapsed";
            case METRIC -> String.valueOf(axis.metric());
        };
    }

    private static @Nullable Object place(@Nullable Double place, boolean time) {
        return time && place != null ? RecordTime.format(place.longValue()) : place;
    }

    private static List<Map<String, @Nullable Object>> points(List<MetricCurves.Point> points, boolean time) {
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        for (MetricCurves.Point point : points) {
            entries.add(point(place(point.at(), time), point.values()));
        }
        return entries;
    }

    private static Map<String, @Nullable Object> point(@Nullable Object at, ValueSummary values) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("at", at);
        entry.put("count", values.count());
        entry.put("avg", values.avg());
        entry.put("min", values.min());
        entry.put("max", values.max());
        entry.put("p50", values.p50());
        entry.put("p95", values.p95());
        entry.put("p99", values.p99());
        return entry;
    }

    static Map<String, @Nullable Object> attributes(AttributeSummaries summaries) {
        List<Map<String, @Nullable Object>> attributes = new ArrayList<>();
        for (AttributeSummaries.Attribute summary : summaries.attributes()) {
            List<Map<String, @Nullable Object>> values = new ArrayList<>();
            for (AttributeSummaries.Value value : summary.values()) {
                Map<String, @Nullable Object> entry = new LinkedHashMap<>();
                entry.put("value", value.value());
                entry.put("records", value.records());
                values.add(entry);
            }
            Map<String, @Nullable Object> attribute = new LinkedHashMap<>();
            attribute.put("name", summary.name());
            attribute.put("records", summary.records());
            attribute.putAll(list("values", values, summary.truncated()));
            attributes.add(attribute);
        }
        return list("attributes", attributes, summaries.truncated());
    }

    static Map<String, @Nullable Object> traces(List<TracePage.Summary> summaries, @Nullable String next) {
        List<Map<String, @Nullable Object>> traces = new ArrayList<>();
        summaries.forEach((summary) -> traces.add(trace(summary)));
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("traces", traces);
        answer.put("next", next);
        return answer;
    }

    private static Map<String, @Nullable Object> trace(TracePage.Summary summary) {
        Map<String, @Nullable Object> trace = new LinkedHashMap<>();
        trace.put("trace", summary.trace());
        trace.put("started", time(summary.started()));
        trace.put("duration", summary.duration());
        trace.put("records", summary.records());
        trace.put("status", summary.status());
        trace.put("event", summary.event());
        trace.put("command", summary.command());
        trace.put("models", summary.models());
        trace.put("inputTokens", summary.inputTokens());
        trace.put("outputTokens", summary.outputTokens());
        trace.put("cost", summary.cost());
        trace.put("currency", summary.currency());
        if (summary.costs().size() > 1) {
            trace.put("costs", summary.costs());
        }
        trace.put("scores", summary.scores());
        return trace;
    }

    /** The figures of the list, but for the scores, which are told one by one. */
    static Map<String, @Nullable Object> trace(Trace trace) {
        Map<String, @Nullable Object> answer = trace(trace.summary());
        List<Map<String, @Nullable Object>> spans = new ArrayList<>();
        for (Trace.Span span : trace.spans()) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("id", span.id());
            entry.put("span", span.span());
            entry.put("parent", span.parent());
            entry.put("depth", span.depth());
            entry.put("event", span.event());
            entry.put("status", span.status());
            entry.put("started", time(span.started()));
            entry.put("duration", span.duration());
            entry.put("metrics", span.metrics());
            entry.put("attributes", span.attributes());
            spans.add(entry);
        }
        List<Map<String, @Nullable Object>> scores = new ArrayList<>();
        for (Trace.Score score : trace.scores()) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("at", time(score.at()));
            entry.put("name", score.name());
            entry.put("value", score.value());
            entry.put("label", score.label());
            entry.put("explanation", score.explanation());
            entry.put("span", score.span());
            entry.put("response", score.response());
            scores.add(entry);
        }
        answer.put("scores", scores);
        answer.putAll(list("spans", spans, trace.truncated()));
        return answer;
    }

    static Map<String, @Nullable Object> alerts(List<AlertStatus> alerts) {
        List<Map<String, @Nullable Object>> list = new ArrayList<>();
        for (AlertStatus alert : alerts) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("name", alert.name());
            fields.put("state", alert.state().text());
            fields.put("since", alert.since() == null ? null : alert.since().toString());
            fields.put("value", alert.value());
            fields.put("threshold", alert.threshold());
            fields.put("key", alert.key());
            list.add(fields);
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("alerts", list);
        return answer;
    }

    static Map<String, @Nullable Object> context(
            @Nullable Map<String, @Nullable Object> present, List<SystemReading> readings) {
        List<Map<String, @Nullable Object>> samples = new ArrayList<>();
        for (SystemReading reading : readings) {
            Map<String, @Nullable Object> sample = new LinkedHashMap<>();
            sample.put("at", RecordTime.format(reading.at()));
            sample.put("system", reading.system());
            samples.add(sample);
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("present", present);
        answer.put("samples", samples);
        return answer;
    }

    private static Map<String, @Nullable Object> list(String name, List<?> items, boolean truncated) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put(name, items);
        answer.put("truncated", truncated);
        return answer;
    }

    private static Map<String, @Nullable Object> values(ValueSummary summary) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("count", summary.count());
        values.put("sum", summary.sum());
        values.put("avg", summary.avg());
        values.put("min", summary.min());
        values.put("max", summary.max());
        values.put("p50", summary.p50());
        values.put("p90", summary.p90());
        values.put("p95", summary.p95());
        values.put("p99", summary.p99());
        return values;
    }

    private static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : RecordTime.format(EpochMicros.micros(instant));
    }
}
