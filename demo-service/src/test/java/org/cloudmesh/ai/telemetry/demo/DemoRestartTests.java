package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** The service started twice in the same directory, as {@code java -jar} does. */
class DemoRestartTests {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path files;

    @Test
    void keepsPassagesEmbeddingsAndTelemetry() throws Exception {
        JsonNode posted;
        List<JsonNode> searches;
        try (ConfigurableApplicationContext first = start("true")) {
            DemoClient client = client(first);
            Telemetry telemetry = first.getBean(Telemetry.class);
            await().atMost(PATIENCE).untilAsserted(() -> {
                telemetry.flush(Duration.ofSeconds(1));
                assertThat(client.records("search", "failed"))
                        .as("the bad input at the end of the exercise")
                        .hasSize(4);
            });
            posted = client.add("Lighthouse", "A lamp on a tower by the sea warns ships of rocks.");
            telemetry.flush(PATIENCE);
            searches = client.records("search", "completed");
            assertThat(searches).hasSizeGreaterThan(24);
        }

        try (ConfigurableApplicationContext second = start("false")) {
            DemoClient client = client(second);

            assertThat(client.search("a beacon for sailors", 1).at("/results/0/passage"))
                    .isEqualTo(posted);
            second.getBean(Telemetry.class).flush(PATIENCE);
            assertThat(client.records("search", "completed"))
                    .containsAll(searches)
                    .hasSize(searches.size() + 1);
            JsonNode loaded = client.records("passages_load", "completed").get(0);
            assertThat(loaded.at("/metrics/stored").asInt()).isGreaterThan(200);
            assertThat(loaded.at("/metrics").has("embedded"))
                    .as("stored embeddings are used again")
                    .isFalse();
        }
    }

    private ConfigurableApplicationContext start(String exercise) {
        return SpringApplication.run(
                DemoApplication.class,
                "--server.port=0",
                "--demo.exercise=" + exercise,
                "--demo.database=" + this.files.resolve("passages"),
                "--telemetry.path=" + this.files.resolve("telemetry.db"));
    }

    private static DemoClient client(ConfigurableApplicationContext context) {
        return new DemoClient(
                ((WebServerApplicationContext) context).getWebServer().getPort());
    }
}
