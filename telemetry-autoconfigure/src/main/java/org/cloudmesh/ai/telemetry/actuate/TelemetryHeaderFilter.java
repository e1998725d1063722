package org.cloudmesh.ai.telemetry.actuate;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives the endpoint's answers their headers on servlet containers; other answers are left alone. */
public final class TelemetryHeaderFilter extends OncePerRequestFilter {

    private final ResponseHeaders headers;

    /**
     * Creates a filter.
     *
     * @param endpoints asked once, at the first request
     */
    public TelemetryHeaderFilter(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.headers = new ResponseHeaders(endpoints);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // A servlet that is mapped to a prefix leaves the path within it here.
        String info = request.getPathInfo();
        if (!this.headers.apply(info == null ? request.getServletPath() : info)) {
            chain.doFilter(request, response);
            return;
        }
        ResponseHeaders.FIXED.forEach(response::setHeader);
        chain.doFilter(request, new Download(response));
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
            String disposition = ResponseHeaders.disposition(type);
            if (disposition != null) {
                super.setHeader("Content-Disposition", disposition);
            }
        }
    }
}
