package org.cloudmesh.ai.telemetry.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says why a request has no answer, as a problem document (RFC 9457). */
final class Problem extends RuntimeException {

    static final String CONTENT_TYPE = "application/problem+json";

    private final int status;

    private final String title;

    private Problem(int status, String title, String detail) {
        super(detail);
        this.status = status;
        this.title = title;
    }

    static Problem badParameter(String name, String value, String accepted) {
        return new Problem(400, "Bad Request", "Parameter '" + name + "' is '" + shortened(value) + "'; " + accepted);
    }

    static Problem missingParameter(String name, String accepted) {
        return new Problem(400, "Bad Request", "Parameter '" + name + "' is missing; " + accepted);
    }

    static Problem notFound(String detail) {
        return new Problem(404, "Not Found", detail);
    }

    static Problem unavailable(String detail) {
        return new Problem(503, "Service Unavailable", detail);
    }

    int status() {
        return this.status;
    }

    Map<String, @Nullable Object> document() {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("type", "about:blank");
        document.put("title", this.title);
        document.put("status", this.status);
        document.put("detail", getMessage());
        return document;
    }

    static String shortened(String value) {
        return value.length() <= 200 ? value : value.substring(0, 200) + "...";
    }
}
