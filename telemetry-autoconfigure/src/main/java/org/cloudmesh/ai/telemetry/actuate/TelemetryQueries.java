package org.cloudmesh.ai.telemetry.actuate;

import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.alert.AlertStatus;
import org.cloudmesh.ai.telemetry.pipeline.CallsInFlight;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.FleetNode;
import org.cloudmesh.ai.telemetry.store.MetricReport;
import org.cloudmesh.ai.telemetry.store.MetricSeries;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.RunComparison;
import org.cloudmesh.ai.telemetry.store.TelemetryOverview;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;

/** What each path answers. Thread-safe. */
final class TelemetryQueries {

    private static final List<String> EXPORT = List.of("export");

    /** What is below the root, the export aside. */
    private static final Map<List<String>, Handler> PATHS = Map.of(
            List.of("records"), (queries, path, parameters) -> queries.records(parameters),
            List.of("metrics"), (queries, path, parameters) -> queries.metrics(parameters),
            List.of("metrics", "*"), (queries, path, parameters) -> queries.metric(path.get(1), parameters),
            List.of("metrics", "*", "series"), (queries, path, parameters) -> queries.series(path.get(1), parameters),
            List.of("runs"), (queries, path, parameters) -> queries.runs(parameters),
            List.of("runs", "compare"), (queries, path, parameters) -> queries.compare(parameters),
            List.of("context"), (queries, path, parameters) -> queries.context(parameters),
            List.of("nodes"), (queries, path, parameters) -> queries.nodes(parameters),
            List.of("alerts"), (queries, path, parameters) -> Responses.alerts(queries.alerts.get()));

    private static final int DEFAULT_RECORDS = 100;

    private static final int DEFAULT_BUCKETS = 60;

    // A name that a path cannot carry comes as a parameter beside this one.
    private static final String NAME_IN_PARAMETER = "_";

    private final PipelineView pipeline;

    private final CallsInFlight calls;

    private final Duration timeout;

    private final StoreFailures failures;

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
        this.alerts = alerts;
    }

    /** Returns the overview; when no store can be read, all but what the recorder itself knows is null, and the reason is there. */
    Map<String, @Nullable Object> overview(Parameters parameters) {
        RecordFilter filter = parameters.filter();
        TelemetryOverview overview = null;
        Long future = null;
        String unavailable = null;
        try {
            TelemetryReader reader = reader(parameters);
            Deadline deadline = deadline();
            overview = reader.overview(filter, deadline);
            future = reader.count(filter.between(parameters.future(), null), deadline);
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
                unavailable,
                this.pipeline.origin().run(),
                this.failures.stores(this.pipeline),
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

    /** Returns the path with {@code *} in place of a metric's name. */
    private static List<String> template(List<String> path) {
        if (path.size() < 2 || !path.get(0).equals("metrics")) {
            return path;
        }
        List<String> template = new ArrayList<>(path);
        template.set(1, "*");
        return template;
    }

    /**
     * Returns an export that begins when its stream is opened.
     *
     * @param parameters of the request
     * @param filter which records
     * @param withSystem whether records keep the machine's state, which is most of their length
     */
    ExportStream.Query export(ExportFormat format, Parameters parameters, RecordFilter filter, boolean withSystem) {
        TelemetryReader reader = reader(parameters);
        return (OutputStream out, Deadline deadline) -> {
            Consumer<TelemetryRecord> writer = format.writer(out);
            reader.forEach(filter, withSystem ? writer : (record) -> writer.accept(record.withoutSystem()), deadline);
        };
    }

    private Map<String, @Nullable Object> records(Parameters parameters) {
        int limit = parameters.number("limit", DEFAULT_RECORDS, TelemetryReader.MAX_ITEMS);
        String text = parameters.text("cursor");
        RecordCursor cursor = text == null ? null : RecordCursor.parse(text);
        RecordFilter filter = cursor == null ? parameters.filter() : cursor.filter(parameters);
        RecordPage page;
        try {
            page = reader(parameters).records(filter, cursor == null ? null : cursor.after(), limit, deadline());
        } catch (QueryException ex) {
            if (text != null && ex.reason() == QueryException.Reason.BAD_CURSOR) {
                throw RecordCursor.bad(text);
            }
            throw ex;
        }
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("records", page.records());
        answer.put("next", next(page, cursor == null ? parameters.filters() : cursor.filters(), filter));
        return answer;
    }

    private static @Nullable String next(RecordPage page, Map<String, List<String>> filters, RecordFilter filter) {
        return page.next() == null
                ? null
                : new RecordCursor(filters, filter.from(), filter.to(), page.next()).toString();
    }

    private Map<String, @Nullable Object> metrics(Parameters parameters) {
        return Responses.metrics(reader(parameters).metrics(parameters.filter(), deadline()));
    }

    private Map<String, @Nullable Object> runs(Parameters parameters) {
        return Responses.runs(reader(parameters).runs(parameters.filter(), deadline()));
    }

    private Map<String, @Nullable Object> metric(String segment, Parameters parameters) {
        String metric = name(segment, parameters);
        Dimension by = parameters.dimension();
        RecordFilter filter = parameters.filter();
        TelemetryReader reader = reader(parameters);
        Deadline deadline = deadline();
        MetricReport report = reader.metric(metric, filter, by, deadline);
        if (report.values().count() == 0) {
            requireKnown(metric, reader, deadline);
        }
        return Responses.metric(report, by != null);
    }

    private Map<String, @Nullable Object> series(String segment, Parameters parameters) {
        String metric = name(segment, parameters);
        int buckets = parameters.number("buckets", DEFAULT_BUCKETS, TelemetryReader.MAX_ITEMS);
        RecordFilter filter = parameters.filter();
        TelemetryReader reader = reader(parameters);
        Deadline deadline = deadline();
        MetricSeries series = reader.series(metric, filter, buckets, deadline);
        if (series.points().stream().allMatch((point) -> point.values().count() == 0)) {
            requireKnown(metric, reader, deadline);
        }
        return Responses.series(series);
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
        String base = parameters.required("base", "accepted is the name of a run");
        String candidate = parameters.required("candidate", "accepted is the name of a run");
        String run = parameters.text("run");
        if (run != null) {
            throw Problem.badParameter("run", run, "accepted here are 'base' and 'candidate' in its place");
        }
        RecordFilter filter = parameters.filter();
        TelemetryReader reader = reader(parameters);
        Deadline deadline = deadline();
        RunComparison comparison = reader.compare(base, candidate, filter, deadline);
        for (String name : List.of(base, candidate)) {
            boolean seen = comparison.metrics().stream()
                    .anyMatch((metric) -> (name.equals(base) ? metric.base() : metric.candidate()).count() > 0);
            if (!seen
                    && reader.runs(RecordFilter.ALL.withRun(name), deadline)
                            .runs()
                            .isEmpty()) {
                throw Problem.notFound("No record is of a run '" + Problem.shortened(name) + "'");
            }
        }
        return Responses.comparison(comparison);
    }

    private Map<String, @Nullable Object> context(Parameters parameters) {
        int limit = parameters.number("limit", TelemetryReader.MAX_ITEMS, TelemetryReader.MAX_ITEMS);
        return Responses.context(
                this.pipeline.context().system(), reader(parameters).readings(parameters.filter(), limit, deadline()));
    }

    private Map<String, @Nullable Object> nodes(Parameters parameters) {
        List<FleetNode> nodes = source(parameters).nodes(deadline());
        if (nodes == null) {
            throw Problem.notFound("The store that answers knows no other machines; telemetry.backend=jdbc does");
        }
        return Responses.nodes(nodes);
    }

    /** Returns the text without the directories of the stores' files. */
    String withoutDirectories(@Nullable String reason) {
        return StoreFailures.withoutDirectories(reason, this.failures.stores(this.pipeline));
    }

    private TelemetryReader reader(Parameters parameters) {
        return new TelemetryReader(source(parameters));
    }

    private RecordSource source(Parameters parameters) {
        String store = parameters.text("store");
        if (store != null) {
            RecordSource named = this.pipeline.source(store);
            if (named == null) {
                throw Problem.badParameter(
                        "store", store, "accepted is a backend of this application that can be read");
            }
            return named;
        }
        RecordSource source = this.pipeline.source();
        if (source == null) {
            throw Problem.notFound(
                    "No backend of this application can be read; queries need one such as sqlite, jsonl or memory");
        }
        return source;
    }

    private Deadline deadline() {
        return Deadline.after(this.timeout);
    }

    /** Answers one kind of path. */
    private interface Handler {

        Map<String, @Nullable Object> answer(TelemetryQueries queries, List<String> path, Parameters parameters);
    }
}
