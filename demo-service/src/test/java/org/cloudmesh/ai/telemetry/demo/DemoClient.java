package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to a running demo over HTTP. */
class DemoClient {

    private static final HttpClient http = HttpClient.newHttpClient();

    private static final JsonMapper json = new JsonMapper();

    private final int port;

    DemoClient(int port) {
        this.port = port;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    JsonNode search(String query, int k) throws IOException, InterruptedException {
        return ok(get("/search?k=" + k + "&q=" + encoded(query)));
    }

    JsonNode add(String title, String text) throws IOException, InterruptedException {
        HttpResponse<String> response = post(
                "/passages",
                json.writeValueAsString(
                        json.createObjectNode().put("title", title).put("text", text)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        JsonNode added = json.readTree(response.body());
        assertThat(response.headers().firstValue("Location")).contains("/passages/" + added.at("/id"));
        return added;
    }

    /** Returns at most 1000 records of that event and status, the newest first. */
    List<JsonNode> records(String event, String status) throws IOException, InterruptedException {
        return ok(get("/actuator/telemetry/records?limit=1000&event=" + event + "&status=" + status))
                .at("/records")
                .valueStream()
                .toList();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static JsonNode ok(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json.readTree(response.body());
    }

    static JsonNode problem(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        return json.readTree(response.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path));
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
