package org.cloudmesh.ai.telemetry.actuate;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

/**
 * Does on servlet containers what the endpoint's operations cannot: headers, HEAD, a trailing slash, and the limit of
 * exports. Requests for anything else are left alone. Runs after the application's security. Thread-safe.
 */
public final class TelemetryEndpointFilter extends OncePerRequestFilter {

    private final EndpointPaths paths;

    private final ExportLimit exports;

    /**
     * Creates a filter.
     *
     * @param endpoints asked once, at the first request
     * @param maxConcurrentExports how many exports run at once; each holds a thread of the container
     */
    public TelemetryEndpointFilter(Supplier<@Nullable PathMappedEndpoints> endpoints, int maxConcurrentExports) {
        this.paths = new EndpointPaths(endpoints);
        this.exports = new ExportLimit(maxConcurrentExports);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String within = this.paths.within(path(request));
        if (within == null) {
            chain.doFilter(request, response);
            return;
        }
        EndpointPaths.HEADERS.forEach(response::setHeader);
        if (within.endsWith("/")) {
            slash(within, request, response, chain);
        } else if (request.getMethod().equals("HEAD")) {
            head(within, request, response);
        } else if (EndpointPaths.isExport(within)) {
            export(request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static String path(HttpServletRequest request) {
        // A servlet that is mapped to a prefix leaves the path within it here.
        String info = request.getPathInfo();
        return info == null ? request.getServletPath() : info;
    }

    private static void head(String within, HttpServletRequest request, HttpServletResponse response) {
        HeadAnswer answer = HeadAnswer.of(within, request.getHeader("Accept"), request.getParameter("format"));
        response.setStatus(answer.status());
        response.setContentType(answer.contentType());
        String disposition = EndpointPaths.disposition(answer.contentType());
        if (disposition != null) {
            response.setHeader("Content-Disposition", disposition);
        }
    }

    private void export(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!this.exports.tryBegin()) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.setHeader("Retry-After", ExportLimit.RETRY_AFTER);
            response.setContentType(Problem.CONTENT_TYPE);
            byte[] body = this.exports.refusal();
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            return;
        }
        try {
            // It would collect the whole export to make a tag of it.
            ShallowEtagHeaderFilter.disableContentCaching(request);
            chain.doFilter(request, new Download(response));
        } finally {
            this.exports.end();
        }
    }

    /**
     * Serves the endpoint itself with a slash as without; all else is sent to the path without it, so that the
     * application's security judges the path that answers.
     */
    private void slash(String within, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean root = within.equals("/") && request.getRequestURI().endsWith("/");
        if (!root || HeadAnswer.prefersHtml(request.getHeader("Accept"))) {
            response.setStatus(308);
            response.setHeader(
                    "Location", EndpointPaths.withoutSlash(request.getRequestURI(), request.getQueryString()));
        } else if (request.getMethod().equals("HEAD")) {
            head(within, request, response);
        } else {
            chain.doFilter(new WithoutSlash(request), response);
        }
    }

    /** A request whose path has lost the slash at its end. */
    private static final class WithoutSlash extends HttpServletRequestWrapper {

        WithoutSlash(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getRequestURI() {
            return cut(super.getRequestURI());
        }

        @Override
        public StringBuffer getRequestURL() {
            return new StringBuffer(cut(super.getRequestURL().toString()));
        }

        @Override
        public String getServletPath() {
            return super.getPathInfo() == null ? cut(super.getServletPath()) : super.getServletPath();
        }

        @Override
        public @Nullable String getPathInfo() {
            String info = super.getPathInfo();
            return info == null ? null : cut(info);
        }

        private static String cut(String path) {
            return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        }
    }

    /** Makes a download of an export, once its type is known: a refused one has another. */
    private static final class Download extends HttpServletResponseWrapper {

        Download(HttpServletResponse response) {
            super(response);
        }

        @Override
        public void setContentType(String type) {
            disposition(type);
            super.setContentType(type);
        }

        @Override
        public void setHeader(String name, String value) {
            if (name.equalsIgnoreCase("Content-Type")) {
                disposition(value);
            }
            super.setHeader(name, value);
        }

        @Override
        public void addHeader(String name, String value) {
            if (name.equalsIgnoreCase("Content-Type")) {
                disposition(value);
            }
            super.addHeader(name, value);
        }

        private void disposition(@Nullable String type) {
            String disposition = EndpointPaths.disposition(type);
            if (disposition != null) {
                super.setHeader("Content-Disposition", disposition);
            }
        }
    }
}
