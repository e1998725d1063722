package org.cloudmesh.ai.telemetry.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/**
 * Where the endpoint is, whatever base path and path mapping an application gives it, and the headers that its answers
 * carry, which an operation itself cannot set. Thread-safe.
 */
final class EndpointPaths {

    /** The same for all answers; no script, style or data from elsewhere, and nothing inline. */
    static final Map<String, String> HEADERS = Map.of(
            "X-Content-Type-Options",
            "nosniff",
            "Cache-Control",
            "no-store",
            "Referrer-Policy",
            "no-referrer",
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

    private static final EndpointId ID = EndpointId.of("telemetry");

    private final Supplier<@Nullable PathMappedEndpoints> endpoints;

    private volatile @Nullable String root;

    /** Asks for the endpoints at the first request: they are not there yet when filters are made. */
    EndpointPaths(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.endpoints = endpoints;
    }

    /**
     * Returns what follows the endpoint's own path: empty for that path itself, else text that begins with a slash;
     * null for a path that is not the endpoint's.
     *
     * @param path within the application, decoded and without path parameters
     */
    @Nullable
    String within(String path) {
        String root = root();
        if (root.isEmpty() || !path.startsWith(root)) {
            return null;
        }
        return path.length() == root.length() || path.charAt(root.length()) == '/'
                ? path.substring(root.length())
                : null;
    }

    /** Returns the last segment of the endpoint's path, which the page's relative references begin with. */
    String name() {
        String root = root();
        return root.isEmpty() ? ID.toString() : root.substring(root.lastIndexOf('/') + 1);
    }

    static boolean isExport(String within) {
        return segments(within).equals(List.of("export"));
    }

    static List<String> segments(String within) {
        return Arrays.stream(within.split("/"))
                .filter((segment) -> !segment.isEmpty())
                .toList();
    }

    /**
     * Returns where a path that ends in a slash is found: a reference relative to it, which holds behind a proxy that
     * changes the path.
     */
    static String withoutSlash(String rawPath, @Nullable String query) {
        String path = rawPath.replaceAll("/+$", "");
        String name = path.substring(path.lastIndexOf('/') + 1);
        String back = "../".repeat(rawPath.length() - path.length());
        return back + name + (query == null ? "" : "?" + query);
    }

    /** Returns the Content-Disposition of an answer of that type; null when it needs none. */
    static @Nullable String disposition(@Nullable String contentType) {
        String name = ExportFormat.fileName(contentType);
        return name == null ? null : "attachment; filename=\"" + name + "\"";
    }

    private String root() {
        String root = this.root;
        if (root == null) {
            PathMappedEndpoints endpoints = this.endpoints.get();
            String path = endpoints == null ? null : endpoints.getPath(ID);
            root = path == null ? "" : path;
            this.root = root;
        }
        return root;
    }
}
