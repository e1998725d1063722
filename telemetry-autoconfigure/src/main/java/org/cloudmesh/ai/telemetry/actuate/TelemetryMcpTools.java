package org.cloudmesh.ai.telemetry.actuate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.ai.mcp.annotation.McpTool.McpAnnotations;
import org.springframework.ai.mcp.annotation.McpToolParam;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.StringUtils;

/**
 * Answers agents over MCP what the endpoint's paths answer, as the same JSON. Nothing here writes. What is wrong with a
 * question is the tool's error, in the words of the problem document. Thread-safe.
 */
public final class TelemetryMcpTools {

    private static final String FILTERS = "Filters and other parameters, written as in a URL's query, for example "
            + "status=failed&from=-1h&attribute=gen_ai.request.model:gpt-5-mini. Names: command, run, status, event, metric, "
            + "attribute (repeatable), trace, text, from, to, zone. Times are ISO-8601 or back from now: -15m, -2h, -7d";

    private final WebResponses responses;

    /** Creates tools that ask this endpoint, exposed or not. */
    public TelemetryMcpTools(TelemetryEndpoint endpoint) {
        this.responses = new WebResponses(endpoint, new EndpointPaths(() -> null));
    }

    /** Returns an overview of the chosen records. */
    @McpTool(
            name = "telemetry_overview",
            description = "What was recorded, at a glance: counts, success rate, events, commands, names of metrics",
            annotations = @McpAnnotations(readOnlyHint = true, destructiveHint = false, idempotentHint = true))
    public String overview(@McpToolParam(required = false, description = FILTERS) @Nullable String filters) {
        return answer(filters, Map.of());
    }

    /** Returns records, the newest first. */
    @McpTool(
            name = "telemetry_records",
            description = "Records, the newest first; a page of them, next is the cursor of the next page",
            annotations = @McpAnnotations(readOnlyHint = true, destructiveHint = false, idempotentHint = true))
    public String records(
            @McpToolParam(required = false, description = FILTERS + ", limit (100, at most 1000), cursor") @Nullable
                    String filters) {
        return answer(filters, Map.of(), "records");
    }

    /** Returns the distribution of a metric. */
    @McpTool(
            name = "telemetry_metric",
            description = "Count, sum, average, least, greatest and percentiles of one metric, also by groups",
            annotations = @McpAnnotations(readOnlyHint = true, destructiveHint = false, idempotentHint = true))
    public String metric(
            @McpToolParam(description = "Name of the metric, for example gen_ai.client.operation.duration") String name,
            @McpToolParam(required = false, description = "Groups: status, command, event, run or attribute.NAME")
                    @Nullable
                    String by,
            @McpToolParam(required = false, description = FILTERS) @Nullable String filters) {
        return answer(filters, by == null ? Map.of() : Map.of("by", by), "metrics", name);
    }

    /** Returns a trace, span by span. */
    @McpTool(
            name = "telemetry_trace",
            description =
                    "One trace: its spans in order of start, with depth, duration, metrics and attributes, and its scores",
            annotations = @McpAnnotations(readOnlyHint = true, destructiveHint = false, idempotentHint = true))
    public String trace(
            @McpToolParam(description = "The trace's id, which the attribute trace_id of a record has") String id) {
        return answer(null, Map.of(), "traces", id);
    }

    /** Returns two runs, metric by metric. */
    @McpTool(
            name = "telemetry_compare",
            description =
                    "Two runs compared metric by metric, with the ratio of medians and whether the difference is significant",
            annotations = @McpAnnotations(readOnlyHint = true, destructiveHint = false, idempotentHint = true))
    public String compare(
            @McpToolParam(description = "Name of the run to compare with") String base,
            @McpToolParam(description = "Name of the run that is compared") String candidate,
            @McpToolParam(required = false, description = FILTERS) @Nullable String filters) {
        return answer(filters, Map.of("base", base, "candidate", candidate), "runs", "compare");
    }

    private String answer(@Nullable String filters, Map<String, String> named, String... path) {
        Map<String, @Nullable Object> values = parsed(filters);
        values.putAll(named);
        WebEndpointResponse<Object> response =
                path.length == 0 ? this.responses.overview(values) : this.responses.answer(path, values);
        String body = new String((byte[]) response.getBody(), StandardCharsets.UTF_8);
        if (response.getStatus() != WebEndpointResponse.STATUS_OK) {
            throw new IllegalArgumentException(body);
        }
        return body;
    }

    private static Map<String, @Nullable Object> parsed(@Nullable String query) {
        Map<String, @Nullable Object> values = new HashMap<>();
        for (String parameter : StringUtils.tokenizeToStringArray(query, "&")) {
            int end = parameter.indexOf('=');
            String name = end < 0 ? parameter : parameter.substring(0, end);
            String value = end < 0 ? "" : parameter.substring(end + 1);
            List<String> all = new ArrayList<>();
            if (values.get(name) instanceof List<?> before) {
                before.forEach((text) -> all.add(String.valueOf(text)));
            }
            all.add(StringUtils.uriDecode(value, StandardCharsets.UTF_8));
            values.put(name, all);
        }
        return values;
    }
}
