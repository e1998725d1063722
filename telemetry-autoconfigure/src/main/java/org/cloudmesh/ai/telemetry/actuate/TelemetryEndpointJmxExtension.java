package org.cloudmesh.ai.telemetry.actuate;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.jmx.annotation.EndpointJmxExtension;

/** Answers over JMX what the paths of HTTP answer, in the same words; docs/http.md describes them. Thread-safe. */
@EndpointJmxExtension(endpoint = TelemetryEndpoint.class)
public final class TelemetryEndpointJmxExtension {

    private final TelemetryEndpoint endpoint;

    /** Creates an extension of that endpoint. */
    public TelemetryEndpointJmxExtension(TelemetryEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Returns the answer of a path below the root, other than an export.
     *
     * @param path for example {@code metrics/latency/series}
     * @param query parameters as in a URL, for example {@code status=failed&from=-1h}
     * @throws IllegalArgumentException when there is no such path, a parameter cannot be read, or nothing can be
     *     answered
     */
    @ReadOperation
    public Map<String, @Nullable Object> answer(String path, @Nullable String query) {
        try {
            Parameters parameters = Parameters.of(values(query), this.endpoint.clock());
            Map<String, @Nullable Object> answer = this.endpoint.queries().answer(List.of(path.split("/")), parameters);
            if (answer != null) {
                answer.computeIfPresent("records", (name, records) -> fields(records));
                return answer;
            }
        } catch (Problem | QueryException ex) {
            // Of a class that every JMX client has.
            throw new IllegalArgumentException(ex.getMessage(), ex.getCause());
        }
        throw new IllegalArgumentException("There is no path '" + Problem.shortened(path) + "' here");
    }

    /** Records as maps, which every JMX client can show. */
    private static Object fields(Object records) {
        return records instanceof List<?> list
                ? list.stream()
                        .map((record) -> RecordJson.fields((TelemetryRecord) Objects.requireNonNull(record)))
                        .toList()
                : records;
    }

    private static Map<String, @Nullable Object> values(@Nullable String query) {
        Map<String, List<String>> values = new HashMap<>();
        for (String parameter : query == null || query.isBlank() ? new String[0] : query.split("&")) {
            String[] parts = parameter.split("=", 2);
            values.computeIfAbsent(decoded(parts[0]), (name) -> new ArrayList<>())
                    .add(parts.length == 1 ? "" : decoded(parts[1]));
        }
        return new HashMap<>(values);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
