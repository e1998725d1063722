package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.time.Duration;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an agent is told over MCP: the real server of Spring AI, and the real client of its SDK. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "telemetry.mcp.enabled=true",
            "telemetry.command=agents",
            "spring.main.web-application-type=servlet",
            "spring.ai.mcp.server.protocol=streamable",
            "spring.ai.openai.api-key=none"
        })
class TelemetryMcpTests {

    @LocalServerPort
    private int port;

    @Autowired
    private Telemetry telemetry;

    @Test
    void agentsAskWhatThePathsAnswer() {
        for (int i = 1; i <= 4; i++) {
            this.telemetry.emit("latency", i, i == 4 ? Status.FAILED : Status.COMPLETED);
        }
        this.telemetry
                .record()
                .event("answer")
                .attribute("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")
                .attribute("span_id", "00f067aa0ba902b7")
                .emit();
        this.telemetry.flush(Duration.ofSeconds(10));
        try (McpSyncClient client = McpClient.sync(
                        HttpClientStreamableHttpTransport.builder("http://localhost:" + this.port)
                                .build())
                .build()) {
            client.initialize();
            assertThat(client.listTools().tools())
                    .filteredOn((tool) -> tool.name().startsWith("telemetry_"))
                    .hasSize(5)
                    .allSatisfy((tool) ->
                            assertThat(tool.annotations().readOnlyHint()).isTrue());
            assertThat(ask(client, "telemetry_overview", Map.of())
                            .at("/statuses/failed")
                            .asInt())
                    .isEqualTo(1);
            assertThat(ask(client, "telemetry_records", Map.of("filters", "status=failed&from=-1h&limit=10"))
                            .at("/records/0/metrics/latency")
                            .asInt())
                    .isEqualTo(4);
            JsonNode metric = ask(client, "telemetry_metric", Map.of("name", "latency", "by", "status"));
            assertThat(metric.at("/max").asInt()).isEqualTo(4);
            assertThat(metric.at("/groups")).hasSize(2);
            assertThat(ask(client, "telemetry_trace", Map.of("id", "4bf92f3577b34da6a3ce929d0e0e4736"))
                            .at("/spans/0/event")
                            .asString())
                    .isEqualTo("answer");
            String run = ask(client, "telemetry_overview", Map.of()).at("/run").asString();
            assertThat(ask(client, "telemetry_compare", Map.of("base", run, "candidate", run))
                            .at("/metrics/0/name")
                            .asString())
                    .isEqualTo("latency");
        }
    }

    @Test
    void aBadQuestionIsToldInTheWordsOfTheProblem() {
        try (McpSyncClient client = McpClient.sync(
                        HttpClientStreamableHttpTransport.builder("http://localhost:" + this.port)
                                .build())
                .build()) {
            client.initialize();
            McpSchema.CallToolResult refused =
                    client.callTool(request("telemetry_records", Map.of("filters", "limit=0")));
            assertThat(refused.isError()).isTrue();
            assertThat(text(refused)).contains("Parameter 'limit' is '0'");
        }
    }

    private static JsonNode ask(McpSyncClient client, String tool, Map<String, Object> arguments) {
        McpSchema.CallToolResult result = client.callTool(request(tool, arguments));
        assertThat(result.isError()).as(text(result)).isNotEqualTo(true);
        return JsonMapper.shared().readTree(text(result));
    }

    private static McpSchema.CallToolRequest request(String tool, Map<String, Object> arguments) {
        return McpSchema.CallToolRequest.builder(tool).arguments(arguments).build();
    }

    private static String text(McpSchema.CallToolResult result) {
        return ((McpSchema.TextContent) result.content().get(0)).text();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
