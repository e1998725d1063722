package org.cloudmesh.ai.telemetry.actuate;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/** Headers that the endpoint's answers carry, which an operation itself cannot set. */
final class ResponseHeaders {

    /** The same for all of them; no script, style or data from elsewhere, and nothing inline. */
    static final Map<String, String> FIXED = Map.of(
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
    ResponseHeaders(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.endpoints = endpoints;
    }

    boolean apply(String path) {
        String root = root();
        return !root.isEmpty()
                && path.startsWith(root)
                && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }

    boolean isExport(String path) {
        return apply(path) && path.equals(root() + "/export");
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
