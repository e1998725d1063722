package org.cloudmesh.ai.telemetry.actuate;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Answers queries over HTTP, on Spring MVC, WebFlux and Jersey alike; docs/http.md describes each path.
 *
 * <p>Parameters are taken as they come and parsed in one place: as typed ones, a bad value would be refused without a
 * reason, and a list would be split at commas that belong to a value. Thread-safe.
 */
@EndpointWebExtension(endpoint = TelemetryEndpoint.class)
public final class TelemetryEndpointWebExtension {

    private final TelemetryEndpoint endpoint;

    private final EndpointPaths paths;

    /**
     * Creates an extension of that endpoint.
     *
     * @param endpoints tell the path that the page finds its files beneath; asked when the page is
     */
    public TelemetryEndpointWebExtension(
            TelemetryEndpoint endpoint, Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.endpoint = endpoint;
        this.paths = new EndpointPaths(endpoints);
    }

    /** Returns an overview of the chosen records. */
    @ReadOperation
    public WebEndpointResponse<Object> overview(
            @Nullable Object command,
            @Nullable Object run,
            @Nullable Object status,
            @Nullable Object event,
            @Nullable Object metric,
            @Nullable Object attribute,
            @Nullable Object node,
            @Nullable Object trace,
            @Nullable Object text,
            @Nullable Object system,
            @Nullable Object from,
            @Nullable Object to,
            @Nullable Object zone,
            @Nullable Object store) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("command", command);
        values.put("run", run);
        values.put("status", status);
        values.put("event", event);
        values.put("metric", metric);
        values.put("attribute", attribute);
        values.put("node", node);
        values.put("trace", trace);
        values.put("text", text);
        values.put("system", system);
        values.put("from", from);
        values.put("to", to);
        values.put("zone", zone);
        values.put("store", store);
        return answers().overview(values);
    }

    /** Returns the dashboard, for a browser. */
    @ReadOperation(produces = "text/html")
    public WebEndpointResponse<Object> dashboard() {
        return answers().dashboard();
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
            @Nullable Object node,
            @Nullable Object trace,
            @Nullable Object text,
            @Nullable Object system,
            @Nullable Object from,
            @Nullable Object to,
            @Nullable Object zone,
            @Nullable Object limit,
            @Nullable Object cursor,
            @Nullable Object by,
            @Nullable Object buckets,
            @Nullable Object bucket,
            @Nullable Object groups,
            @Nullable Object base,
            @Nullable Object candidate,
            @Nullable Object format,
            @Nullable Object top,
            @Nullable Object order,
            @Nullable Object axis,
            @Nullable Object name,
            @Nullable Object store) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("command", command);
        values.put("run", run);
        values.put("status", status);
        values.put("event", event);
        values.put("metric", metric);
        values.put("attribute", attribute);
        values.put("node", node);
        values.put("trace", trace);
        values.put("text", text);
        values.put("system", system);
        values.put("from", from);
        values.put("to", to);
        values.put("zone", zone);
        values.put("limit", limit);
        values.put("cursor", cursor);
        values.put("by", by);
        values.put("buckets", buckets);
        values.put("bucket", bucket);
        values.put("groups", groups);
        values.put("base", base);
        values.put("candidate", candidate);
        values.put("format", format);
        values.put("top", top);
        values.put("order", order);
        values.put("axis", axis);
        values.put("name", name);
        values.put("store", store);
        return answers().answer(path, values);
    }

    /**
     * What answers is loaded with the first question: Spring looks at each method of an endpoint while an application
     * starts.
     */
    private WebResponses answers() {
        return new WebResponses(this.endpoint, this.paths);
    }
}
