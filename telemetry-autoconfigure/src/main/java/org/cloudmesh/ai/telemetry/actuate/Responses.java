package org.cloudmesh.ai.telemetry.actuate;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.alert.AlertStatus;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.FleetNode;
import org.cloudmesh.ai.telemetry.store.MetricReport;
import org.cloudmesh.ai.telemetry.store.MetricSeries;
import org.cloudmesh.ai.telemetry.store.MetricSummaries;
import org.cloudmesh.ai.telemetry.store.RunComparison;
import org.cloudmesh.ai.telemetry.store.RunSummaries;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryOverview;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.ValueSummary;
import org.cloudmesh.ai.telemetry.store.json.RecordTime;
import org.jspecify.annotations.Nullable;

/**
 * Results as the fields of JSON answers. Plain maps, because the names, the nulls and the form of times must not follow the
 * settings that an application gives its own JSON.
 */
final class Responses {

    private Responses() {}

    static Map<String, @Nullable Object> overview(
            @Nullable TelemetryOverview overview,
            @Nullable Long future,
            @Nullable String unavailable,
            @Nullable String run,
            List<StoreStatus> stores,
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
        answer.put("store", store(unavailable, stores));
        answer.put("pipeline", PipelineStatus.of(stores));
        return answer;
    }

    private static Map<String, @Nullable Object> inFlight(CallsInFlight.Snapshot calls) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("count", calls.count());
        answer.put("oldest", calls.oldest() == null ? null : calls.oldest().toNanos() / 1e9);
        return answer;
    }

    /** Of the file its name alone: where an application keeps its files is not for everyone who may look at its figures. */
    private static Map<String, @Nullable Object> store(@Nullable String unavailable, List<StoreStatus> stores) {
        StoreStatus store = PipelineStatus.answering(stores);
        Path path = store == null ? null : store.path();
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("backend", store == null ? null : store.backend());
        answer.put("file", path == null ? null : Objects.toString(path.getFileName(), null));
        answer.put("bytes", store == null ? null : store.bytes());
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
            List<Map<String, @Nullable Object>> groups = new ArrayList<>();
            for (MetricReport.Group group : report.groups()) {
                Map<String, @Nullable Object> entry = new LinkedHashMap<>();
                entry.put("key", group.key());
                entry.putAll(values(group.values()));
                groups.add(entry);
            }
            answer.putAll(list("groups", groups, report.truncated()));
        }
        return answer;
    }

    static Map<String, @Nullable Object> series(MetricSeries series) {
        List<Map<String, @Nullable Object>> points = new ArrayList<>();
        for (MetricSeries.Point point : series.points()) {
            ValueSummary values = point.values();
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("at", time(point.at()));
            entry.put("count", values.count());
            entry.put("avg", values.avg());
            entry.put("min", values.min());
            entry.put("max", values.max());
            entry.put("p50", values.p50());
            entry.put("p95", values.p95());
            entry.put("p99", values.p99());
            points.add(entry);
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
            metric.put("base", values(compared.base()));
            metric.put("candidate", values(compared.candidate()));
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
            list.add(fields);
        }
        return list("nodes", list, nodes.size() > TelemetryReader.MAX_NAMES);
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
