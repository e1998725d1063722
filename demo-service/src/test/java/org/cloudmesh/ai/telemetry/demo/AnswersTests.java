package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** Answers by a chat model, against a local server that speaks OpenAI's protocol; and what is recorded of them. */
@DirtiesContext
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.exercise=false")
class AnswersTests {

    private static final String COMPLETION = """
            {"id":"c1","object":"chat.completion","created":1,"model":"stand-in-2026","choices":[{"index":0,"finish_reason":"stop",
            "message":{"role":"assistant","content":"Thirty years."}}],"usage":{"prompt_tokens":321,"completion_tokens":7,"total_tokens":328}}
            """;

    private static final AtomicInteger status = new AtomicInteger(200);

    private static final AtomicReference<String> asked = new AtomicReference<>("");

    private static HttpServer server;

    @TempDir
    static Path files;

    @LocalServerPort
    private int port;

    @Autowired
    private Telemetry telemetry;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", (exchange) -> {
            asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = COMPLETION.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status.get(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        registry.add(
                "demo.chat.base-url",
                () -> "http://localhost:" + server.getAddress().getPort() + "/v1");
        registry.add("demo.chat.model", () -> "stand-in");
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @Test
    void answersFromTheNearestPassagesAndRecordsRetrievalAndChat() throws Exception {
        DemoClient client = new DemoClient(this.port);
        status.set(200);
        JsonNode answer = DemoClient.ok(client.get("/answers?q=" + DemoClient.encoded("How old must a senator be?")));
        assertThat(answer.at("/answer").asString()).isEqualTo("Thirty years.");
        assertThat(answer.at("/sources/0/passage/title").asString()).isEqualTo("Article I, Section 3, Clause 3");
        assertThat(asked.get()).contains("Article I, Section 3, Clause 3").contains("How old must a senator be?");

        assertThat(this.telemetry.flush(Duration.ofSeconds(10))).isTrue();
        // Embeddings are calls of a model too.
        List<JsonNode> calls = client.records("gen_ai.client.operation", "completed").stream()
                .filter((call) ->
                        call.at("/attributes/gen_ai.request.model").asString("").equals("stand-in"))
                .toList();
        assertThat(calls).singleElement().satisfies((call) -> {
            assertThat(call.at("/metrics/gen_ai.usage.input_tokens").asInt()).isEqualTo(321);
            assertThat(call.at("/metrics/gen_ai.usage.output_tokens").asInt()).isEqualTo(7);
            assertThat(call.at("/metrics/gen_ai.client.operation.duration").asDouble())
                    .isPositive();
            assertThat(call.at("/attributes/gen_ai.request.model").asString()).isEqualTo("stand-in");
            assertThat(call.at("/attributes/gen_ai.response.model").asString()).isEqualTo("stand-in-2026");
            assertThat(call.toString()).doesNotContain("senator");
        });
        assertThat(client.records("answer", "completed")).hasSize(1);
    }

    @Test
    void aChatModelThatFailsIsSaidAndRecorded() throws Exception {
        DemoClient client = new DemoClient(this.port);
        status.set(500);
        assertThat(client.get("/answers?q=tea").statusCode()).isEqualTo(502);
        assertThat(DemoClient.problem(client.get("/answers")).at("/detail").asString())
                .contains("q is missing");

        assertThat(this.telemetry.flush(Duration.ofSeconds(10))).isTrue();
        assertThat(client.records("gen_ai.client.operation", "failed"))
                .singleElement()
                .satisfies((call) ->
                        assertThat(call.at("/attributes/error.type").asString()).contains("langchain4j"));
        assertThat(client.records("answer", "failed")).hasSize(2);
    }
}
