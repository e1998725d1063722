package org.cloudmesh.ai.telemetry.actuate;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;

/**
 * Gives the answers of {@link TelemetryEndpoint} the form that HTTP wants. Bodies are bytes, so that no setting of the
 * application's own JSON changes them. Thread-safe.
 */
final class WebResponses {

    private static final MimeType JSON = MimeType.valueOf("application/json");

    private static final MimeType PROBLEM = MimeType.valueOf(Problem.CONTENT_TYPE);

    private static final MimeType HTML = MimeType.valueOf("text/html;charset=UTF-8");

    private final TelemetryEndpoint endpoint;

    private final EndpointPaths paths;

    WebResponses(TelemetryEndpoint endpoint, EndpointPaths paths) {
        this.endpoint = endpoint;
        this.paths = paths;
    }

    WebEndpointResponse<Object> overview(Map<String, @Nullable Object> values) {
        return respond(values, (parameters) -> json(this.endpoint.queries().overview(parameters)));
    }

    WebEndpointResponse<Object> dashboard() {
        return new WebEndpointResponse<>(DashboardFiles.page(this.paths.name()), HTML);
    }

    WebEndpointResponse<Object> answer(Object path, Map<String, @Nullable Object> values) {
        // Of an export, this chooses what is written; everywhere else the parameter chooses records.
        boolean withoutSystem = path instanceof String[] segments
                && isExport(List.of(segments))
                && "false".equals(values.get("system"));
        if (withoutSystem) {
            values.remove("system");
        }
        return respond(values, (parameters) -> answer(segments(path), parameters, !withoutSystem));
    }

    private static boolean isExport(List<String> path) {
        return path.equals(List.of("export"));
    }

    private WebEndpointResponse<Object> answer(List<String> path, Parameters parameters, boolean withSystem) {
        if (path.isEmpty()) {
            return json(this.endpoint.queries().overview(parameters));
        }
        if (path.size() == 2 && path.get(0).equals("assets")) {
            Resource asset = DashboardFiles.asset(path.get(1));
            MimeType type = DashboardFiles.type(path.get(1));
            if (asset != null && type != null) {
                return new WebEndpointResponse<>(asset, type);
            }
        }
        if (isExport(path)) {
            ExportFormat format = ExportFormat.of(parameters);
            ExportStream.Query query = this.endpoint.queries().export(format, parameters, withSystem);
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
        throw Problem.badParameter("path", String.valueOf(path), "no parameter of this name is accepted");
    }

    private WebEndpointResponse<Object> respond(
            Map<String, @Nullable Object> values, Function<Parameters, WebEndpointResponse<Object>> action) {
        try {
            return action.apply(Parameters.of(values, this.endpoint.clock()));
        } catch (Problem ex) {
            return problem(ex);
        } catch (QueryException ex) {
            return problem(unavailable(String.valueOf(ex.getMessage())));
        } catch (RuntimeException | LinkageError ex) {
            this.endpoint.failures().tell(ex);
            return problem(unavailable("The store failed: " + ex));
        }
    }

    private Problem unavailable(String reason) {
        return Problem.unavailable(this.endpoint.queries().withoutDirectories(reason));
    }

    private static WebEndpointResponse<Object> json(Map<String, @Nullable Object> answer) {
        return new WebEndpointResponse<>(bytes(answer), JSON);
    }

    private static WebEndpointResponse<Object> problem(Problem problem) {
        return new WebEndpointResponse<>(bytes(problem.document()), problem.status(), PROBLEM);
    }

    private static byte[] bytes(Map<String, @Nullable Object> object) {
        return RecordJson.bytes(object);
    }
}
