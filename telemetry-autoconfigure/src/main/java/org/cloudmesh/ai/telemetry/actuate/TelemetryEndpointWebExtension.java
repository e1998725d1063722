package org.cloudmesh.ai.telemetry.actuate;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;

/**
 * Answers queries over HTTP, on Spring MVC, WebFlux and Jersey alike; docs/http.md describes each path.
 *
 * <p>Parameters are taken as they come and parsed in one place: as typed ones, a bad value would be refused without a reason,
 * and a list would be split at commas that belong to a value. Bodies are bytes, so that no setting of the application's own
 * JSON changes them. Thread-safe.
 */
@EndpointWebExtension(endpoint = TelemetryEndpoint.class)
public final class TelemetryEndpointWebExtension {

    private static final MimeType JSON = MimeType.valueOf("application/json");

    private static final MimeType PROBLEM = MimeType.valueOf("application/problem+json");

    private static final MimeType HTML = MimeType.valueOf("text/html;charset=UTF-8");

    private final TelemetryEndpoint endpoint;

    /** Creates an extension of that endpoint. */
    public TelemetryEndpointWebExtension(TelemetryEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Returns what there is, at a glance. */
    @ReadOperation
    public WebEndpointResponse<Object> overview(
            @Nullable Object command,
            @Nullable Object run,
            @Nullable Object status,
            @Nullable Object event,
            @Nullable Object metric,
            @Nullable Object attribute,
            @Nullable Object system,
            @Nullable Object from,
            @Nullable Object to) {
        Map<String, @Nullable Object> values =
                filters(command, run, status, event, metric, attribute, system, from, to);
        return respond(values, (parameters) -> json(this.endpoint.queries().overview(parameters.filter())));
    }

    /** Returns the dashboard, for a browser. */
    @ReadOperation(produces = "text/html")
    public WebEndpointResponse<Object> dashboard() {
        return new WebEndpointResponse<>(DashboardFiles.page(), HTML);
    }

    /** Returns the answer of any path below the root. */
    @ReadOperation(produces = {"application/json", "*/*"})
    public WebEndpointResponse<Object> answer(
            @Selector(match = Match.ALL_REMAINING) Object path,
            @Nullable Object command,
            @Nullable Object run,
            @Nullable Object status,
            @Nullable Object event,
            @Nullable Object metric,
            @Nullable Object attribute,
            @Nullable Object system,
            @Nullable Object from,
            @Nullable Object to,
            @Nullable Object limit,
            @Nullable Object cursor,
            @Nullable Object by,
            @Nullable Object buckets,
            @Nullable Object base,
            @Nullable Object candidate,
            @Nullable Object format) {
        Map<String, @Nullable Object> values =
                filters(command, run, status, event, metric, attribute, system, from, to);
        values.put("limit", limit);
        values.put("cursor", cursor);
        values.put("by", by);
        values.put("buckets", buckets);
        values.put("base", base);
        values.put("candidate", candidate);
        values.put("format", format);
        return respond(values, (parameters) -> answer(segments(path), parameters));
    }

    private WebEndpointResponse<Object> answer(List<String> path, Parameters parameters) {
        if (path.isEmpty()) {
            return json(this.endpoint.queries().overview(parameters.filter()));
        }
        if (path.size() == 2 && path.get(0).equals("assets")) {
            Resource asset = DashboardFiles.asset(path.get(1));
            MimeType type = DashboardFiles.type(path.get(1));
            if (asset != null && type != null) {
                return new WebEndpointResponse<>(asset, type);
            }
        }
        if (path.size() == 1 && path.get(0).equals("export")) {
            ExportFormat format = ExportFormat.of(parameters);
            ExportStream.Query query = this.endpoint.queries().export(format, parameters.filter());
            // Exactly this class: of any other resource, web servers ask the length, and so read it to its end.
            return new WebEndpointResponse<>(
                    new InputStreamResource(() -> new ExportStream(query)), MimeType.valueOf(format.contentType()));
        }
        Map<String, @Nullable Object> answer = this.endpoint.queries().answer(path, parameters);
        if (answer == null) {
            throw Problem.notFound("There is no path '" + Problem.shortened(String.join("/", path)) + "' here");
        }
        return json(answer);
    }

    /** A query parameter of the selector's name would take its place, and get around rules that go by paths. */
    private static List<String> segments(Object path) {
        if (path instanceof String[] segments) {
            return List.of(segments);
        }
        throw Problem.badParameter("path", String.valueOf(path), "accepted is no such parameter");
    }

    private WebEndpointResponse<Object> respond(
            Map<String, @Nullable Object> values, Function<Parameters, WebEndpointResponse<Object>> action) {
        try {
            return action.apply(Parameters.of(values, this.endpoint.clock()));
        } catch (Problem ex) {
            return problem(ex);
        } catch (QueryException ex) {
            return problem(Problem.unavailable(String.valueOf(ex.getMessage())));
        }
    }

    private static Map<String, @Nullable Object> filters(@Nullable Object... values) {
        Map<String, @Nullable Object> filters = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            filters.put(Parameters.FILTERS.get(i), values[i]);
        }
        return filters;
    }

    private static WebEndpointResponse<Object> json(Map<String, @Nullable Object> answer) {
        return new WebEndpointResponse<>(bytes(answer), JSON);
    }

    private static WebEndpointResponse<Object> problem(Problem problem) {
        return new WebEndpointResponse<>(bytes(problem.document()), problem.status(), PROBLEM);
    }

    private static byte[] bytes(Map<String, @Nullable Object> object) {
        return RecordJson.write(object).getBytes(StandardCharsets.UTF_8);
    }
}
