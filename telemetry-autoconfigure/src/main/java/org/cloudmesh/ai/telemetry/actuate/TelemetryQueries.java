package org.cloudmesh.ai.telemetry.actuate;

import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.alert.AlertStatus;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.FleetNode;
import org.cloudmesh.ai.telemetry.store.GroupOrder;
import org.cloudmesh.ai.telemetry.store.MetricCurves;
import org.cloudmesh.ai.telemetry.store.MetricReport;
import org.cloudmesh.ai.telemetry.store.MetricSeries;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RunComparison;
import org.cloudmesh.ai.telemetry.store.SeriesAxis;
import org.cloudmesh.ai.telemetry.store.TelemetryOverview;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.Trace;
import org.cloudmesh.ai.telemetry.store.TracePage;
import org.jspecify.annotations.Nullable;

/** What each path answers. Thread-safe. */
final class TelemetryQueries {

    private static final List<String> EXPORT = List.of("export");

    // Stands for a name of the user's own.
    private static final String ANY = "*";

    private static final Set<String> NAMED = Set.of("metrics", "traces");

    /** What is below the root, the export aside. */
    private static final Map<List<String>, Handler> PATHS = Map.ofEntries(
            path((queries, path, parameters) -> queries.records(parameters), "records"),
            path((queries, path, parameters) -> queries.metrics(parameters), "metrics"),
            path((queries, path, parameters) -> queries.metric(path.get(1), parameters), "metrics", ANY),
            path((queries, path, parameters) -> queries.series(path.get(1), parameters), "metrics", ANY, "series"),
            path((queries, path, parameters) -> queries.runs(parameters), "runs"),
            path((queries, path, parameters) -> queries.compare(parameters), "runs", "compare"),
            path((queries, path, parameters) -> queries.context(parameters), "context"),
            path((queries, path, parameters) -> queries.traces(parameters), "traces"),
            path((queries, path, parameters) -> queries.trace(path.get(1), parameters), "traces", ANY),
            path((queries, path, parameters) -> queries.attributes(parameters), "attributes"),
            path((queries, path, parameters) -> queries.nodes(parameters), "nodes"),
            path((queries, path, parameters) -> Responses.alerts(queries.alerts.get()), "alerts"));

    private static final int DEFAULT_RECORDS = 100;

    private static final int DEFAULT_BUCKETS = 60;

    private static final int DEFAULT_CURVES = 10;

    // A name that a path cannot carry comes as a parameter beside this one.
    private static final String NAME_IN_PARAMETER = "_";

    private final PipelineView pipeline;

    private final CallsInFlight calls;

    private final Duration timeout;

    private final StoreFailures failures;

    private final ReadableStores stores;

    private final Supplier<List<AlertStatus>> alerts;

    TelemetryQueries(
            PipelineView pipeline,
            Duration timeout,
            StoreFailures failures,
            Supplier<List<AlertStatus>> alerts,
            CallsInFlight calls) {
        this.pipeline = pipeline;
        this.calls = calls;
        this.timeout = timeout;
        this.failures = failures;
        this.stores = new ReadableStores(pipeline, failures);
        this.alerts = alerts;
    }

    /**
     * Returns the overview; when no store can be read, all but what the recorder itself knows is null, and the reason
     * is there.
     */
    Map<String, @Nullable Object> overview(Parameters parameters) {
        RecordFilter filter = parameters.filter();
        String chosen = this.stores.chosen(parameters.text(Parameters.STORE));
        TelemetryOverview overview = null;
        Long future = null;
        Long unreadable = null;
        String unavailable = null;
        try {
            TelemetryReader reader = this.stores.reader(chosen);
            Deadline deadline = deadline();
            overview = reader.overview(filter, deadline);
            future = reader.count(filter.between(parameters.future(), null), deadline);
            unreadable = reader.unreadable(deadline);
        } catch (Problem ex) {
            unavailable = ex.getMessage();
        } catch (QueryException ex) {
            if (ex.reason() != QueryException.Reason.UNAVAILABLE) {
                throw ex;
            }
            unavailable = String.valueOf(ex.getMessage());
        } catch (RuntimeException | LinkageError ex) {
            this.failures.tell(ex);
            unavailable = ex.toString();
        }
        return Responses.overview(
                overview,
                future,
                unreadable,
                unavailable,
                this.pipeline.origin().run(),
                this.failures.stores(this.pipeline),
                chosen,
                this.calls.inFlight());
    }

    /** Returns the answer of a path below the root, records in it as they are; null when there is no such path. */
    @Nullable
    Map<String, @Nullable Object> answer(List<String> path, Parameters parameters) {
        Handler handler = PATHS.get(template(path));
        return handler == null ? null : handler.answer(this, path, parameters);
    }

    /** Returns whether there is such a path below the root, whatever it would answer. */
    static boolean knows(List<String> path) {
        return EXPORT.equals(path) || PATHS.containsKey(template(path));
    }

    private static Map.Entry<List<String>, Handler> path(Handler handler, String... segments) {
        return Map.entry(List.of(segments), handler);
    }

    /** Returns the path with {@code *} in place of a name of the user's own. */
    private static List<String> template(List<String> path) {
        if (path.size() < 2 || !NAMED.contains(path.get(0))) {
            return path;
        }
        List<String> template = new ArrayList<>(path);
        template.set(1, ANY);
        return template;
    }

    /**
     * Returns an export that begins when its stream is opened.
     *
     * @param parameters of the request
     * @param withSystem whether records keep the machine's state, which is most of their length
     */
    ExportStream.Query export(ExportFormat format, Parameters parameters, boolean withSystem) {
        RecordFilter filter = parameters.filter();
        TelemetryReader reader = this.stores.reader(parameters);
        return (OutputStream out, Deadline deadline) -> {
            Consumer<TelemetryRecord> writer =
                    format.writer(out, (visitor) -> reader.forEach(filter, visitor, deadline));
            reader.forEach(filter, withSystem ? writer : (record) -> writer.accept(record.withoutSystem()), deadline);
        };
    }

    private Map<String, @Nullable Object> records(Parameters parameters) {
        int limit = parameters.number("limit", DEFAULT_RECORDS, TelemetryReader.MAX_ITEMS);
        String top = parameters.text("top");
        if (top != null) {
            return largest(top, limit, parameters);
        }
        PageRequest page = PageRequest.of(parameters, this.stores, this.timeout);
        RecordPage records =
                page.ask((reader, filter, after, deadline) -> reader.records(filter, after, limit, deadline));
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("records", records.records());
        answer.put("next", page.next(records.next()));
        return answer;
    }

    private Map<String, @Nullable Object> largest(String metric, int limit, Parameters parameters) {
        if (metric.isEmpty()) {
            throw Problem.badParameter("top", metric, "accepted here is the name of a metric");
        }
        String cursor = parameters.text("cursor");
        if (cursor != null) {
            throw Problem.badParameter("cursor", cursor, "it is not accepted beside 'top', which has one page");
        }
        TelemetryReader reader = this.stores.reader(parameters);
        Deadline deadline = deadline();
        List<TelemetryRecord> records = reader.largest(metric, parameters.filter(), limit, deadline);
        if (records.isEmpty()) {
            requireKnown(metric, reader, deadline);
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("records", records);
        answer.put("next", null);
        return answer;
    }

    private Map<String, @Nullable Object> traces(Parameters parameters) {
        int limit = parameters.number("limit", DEFAULT_RECORDS, TelemetryReader.MAX_ITEMS);
        PageRequest page = PageRequest.of(parameters, this.stores, this.timeout);
        TracePage traces = page.ask((reader, filter, after, deadline) -> reader.traces(filter, after, limit, deadline));
        return Responses.traces(traces.traces(), page.next(traces.next()));
    }

    private Map<String, @Nullable Object> trace(String id, Parameters parameters) {
        RecordFilter filter = parameters.filter();
        Trace trace = this.stores
                .reader(parameters)
                .trace(id, filter.from(), filter.hasOpenEnd() ? null : filter.to(), deadline());
        if (trace == null) {
            throw Problem.notFound("No record belongs to a trace '" + Problem.shortened(id) + "'");
        }
        return Responses.trace(trace);
    }

    private Map<String, @Nullable Object> attributes(Parameters parameters) {
        String name = parameters.text("name");
        return Responses.attributes(this.stores.reader(parameters).attributes(parameters.filter(), name, deadline()));
    }

    private Map<String, @Nullable Object> metrics(Parameters parameters) {
        return Responses.metrics(this.stores.reader(parameters).metrics(parameters.filter(), deadline()));
    }

    private Map<String, @Nullable Object> runs(Parameters parameters) {
        return Responses.runs(this.stores.reader(parameters).runs(parameters.filter(), deadline()));
    }

    private Map<String, @Nullable Object> metric(String segment, Parameters parameters) {
        String metric = name(segment, parameters);
        Dimension by = parameters.dimension();
        GroupOrder order = parameters.order();
        int top = parameters.number("top", TelemetryReader.MAX_NAMES, TelemetryReader.MAX_NAMES);
        TelemetryReader reader = this.stores.reader(parameters);
        Deadline deadline = deadline();
        MetricReport report = reader.metric(metric, parameters.filter(), by, order, top, deadline);
        if (report.values().count() == 0) {
            requireKnown(metric, reader, deadline);
        }
        return Responses.metric(report, by != null);
    }

    private Map<String, @Nullable Object> series(String segment, Parameters parameters) {
        String metric = name(segment, parameters);
        int buckets = parameters.number("buckets", DEFAULT_BUCKETS, TelemetryReader.MAX_ITEMS);
        int top = parameters.number("top", DEFAULT_CURVES, TelemetryReader.MAX_CURVES);
        int groups = parameters.number("groups", 0, TelemetryReader.MAX_NAMES);
        Dimension by = parameters.dimension();
        GroupOrder order = parameters.order();
        SeriesAxis axis = parameters.axis();
        RecordFilter filter = parameters.filter();
        TelemetryReader reader = this.stores.reader(parameters);
        Deadline deadline = deadline();
        if (by == null && axis.equals(SeriesAxis.TIME)) {
            MetricSeries series = reader.series(metric, filter, buckets, deadline);
            if (series.points().stream().allMatch((point) -> point.values().count() == 0)) {
                requireKnown(metric, reader, deadline);
            }
            return Responses.series(series);
        }
        MetricCurves curves = reader.curves(metric, filter, axis, by, order, top, groups, buckets, deadline);
        if (curves.points().stream().allMatch((point) -> point.values().count() == 0)) {
            requireKnown(metric, reader, deadline);
            if (axis.metric() != null) {
                requireKnown(axis.metric(), reader, deadline);
            }
        }
        return Responses.curves(curves, by != null);
    }

    private static String name(String segment, Parameters parameters) {
        String parameter = segment.equals(NAME_IN_PARAMETER) ? parameters.text("metric") : null;
        return parameter == null ? segment : parameter;
    }

    private static void requireKnown(String metric, TelemetryReader reader, Deadline deadline) {
        if (!reader.knows(metric, deadline)) {
            throw Problem.notFound("No record has a metric '" + Problem.shortened(metric) + "'");
        }
    }

    private Map<String, @Nullable Object> compare(Parameters parameters) {
        ComparedSide base = parameters.side("base");
        ComparedSide candidate = parameters.side("candidate");
        TelemetryReader reader = this.stores.reader(parameters);
        Deadline deadline = deadline();
        RunComparison comparison = reader.compare(base.choice(), candidate.choice(), deadline);
        if (comparison.metrics().stream().allMatch((metric) -> metric.base().count() == 0)) {
            requireSide(base, reader, deadline);
        }
        if (comparison.metrics().stream()
                .allMatch((metric) -> metric.candidate().count() == 0)) {
            requireSide(candidate, reader, deadline);
        }
        return Responses.comparison(comparison);
    }

    private static void requireSide(ComparedSide side, TelemetryReader reader, Deadline deadline) {
        RecordFilter known = side.known();
        if (known != null && reader.count(known, deadline) == 0) {
            throw Problem.notFound("No record belongs to a run, or has an attribute, '"
                    + Problem.shortened(side.choice().name()) + "'");
        }
    }

    private Map<String, @Nullable Object> context(Parameters parameters) {
        int limit = parameters.number("limit", TelemetryReader.MAX_ITEMS, TelemetryReader.MAX_ITEMS);
        return Responses.context(
                this.pipeline.context().system(),
                this.stores.reader(parameters).readings(parameters.filter(), limit, deadline()));
    }

    private Map<String, @Nullable Object> nodes(Parameters parameters) {
        List<FleetNode> nodes = this.stores.source(parameters).nodes(deadline());
        if (nodes == null) {
            throw Problem.notFound("The store that answers knows no other machines; telemetry.backend=jdbc does");
        }
        return Responses.nodes(nodes);
    }

    /** Returns the text without the directories of the stores' files. */
    String withoutDirectories(@Nullable String reason) {
        return StoreFailures.withoutDirectories(reason, this.failures.stores(this.pipeline));
    }

    private Deadline deadline() {
        return Deadline.after(this.timeout);
    }

    /** Answers one kind of path. */
    private interface Handler {

        Map<String, @Nullable Object> answer(TelemetryQueries queries, List<String> path, Parameters parameters);
    }
}
