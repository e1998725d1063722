package org.cloudmesh.ai.telemetry.actuate;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MimeType;

/**
 * What a HEAD request is told: status and type as a GET of the same path would have them, without asking a store. What
 * only a query finds out, such as a metric that nobody recorded, is not told.
 *
 * @param status 200, or 404 for a path that does not exist
 * @param contentType of the body that GET would give
 */
record HeadAnswer(int status, String contentType) {

    static HeadAnswer of(String within, @Nullable String accept, @Nullable String format) {
        List<String> path = EndpointPaths.segments(within);
        if (path.isEmpty()) {
            return new HeadAnswer(200, prefersHtml(accept) ? "text/html;charset=UTF-8" : "application/json");
        }
        if (EndpointPaths.isExport(within)) {
            return new HeadAnswer(
                    200, "csv".equals(format) ? ExportFormat.CSV.contentType() : ExportFormat.NDJSON.contentType());
        }
        MimeType type = path.size() == 2 && path.get(0).equals("assets") && DashboardFiles.asset(path.get(1)) != null
                ? DashboardFiles.type(path.get(1))
                : null;
        if (type != null) {
            return new HeadAnswer(200, type.toString());
        }
        return TelemetryQueries.knows(path)
                ? new HeadAnswer(200, "application/json")
                : new HeadAnswer(404, Problem.CONTENT_TYPE);
    }

    /** Browsers name HTML first; what names JSON, or nothing, gets JSON. */
    static boolean prefersHtml(@Nullable String accept) {
        if (accept == null) {
            return false;
        }
        int html = accept.indexOf("text/html");
        int json = accept.indexOf("json");
        return html >= 0 && (json < 0 || html < json);
    }
}
