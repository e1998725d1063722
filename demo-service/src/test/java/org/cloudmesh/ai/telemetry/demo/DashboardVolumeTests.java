package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard over a day of a million records. How quickly it paints is logged, not asserted. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.exercise=false")
class DashboardVolumeTests {

    private static final Logger logger = LoggerFactory.getLogger(DashboardVolumeTests.class);

    private static final int RECORDS = 1_000_000;

    private static final Instant END = Instant.now().truncatedTo(ChronoUnit.HOURS);

    private static final Instant START = END.minus(Duration.ofDays(1));

    private static final List<String> EVENTS = List.of("inference", "embedding", "search");

    @TempDir
    static Path files;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @BeforeAll
    static void write() {
        TelemetrySettings.Queue patient =
                new TelemetrySettings.Queue(1 << 16, 32L << 20, WhenFull.BLOCK, Duration.ofSeconds(30));
        try (Telemetry telemetry = Telemetry.builder()
                .backend("sqlite")
                .path(files.resolve("telemetry.db").toString())
                .command("semantic-search")
                .queue(patient)
                .closeTimeout(Duration.ofMinutes(1))
                .build()) {
            Random noise = new Random(42);
            long step = Duration.between(START, END).dividedBy(RECORDS).toNanos();
            for (int i = 0; i < RECORDS; i++) {
                telemetry
                        .record()
                        .timestamp(START.plusNanos(i * step))
                        .event(EVENTS.get(i % 3))
                        .status(i % 50 == 0 ? Status.FAILED : Status.COMPLETED)
                        .metric("latency", 0.05 * Math.exp(0.5 * noise.nextGaussian()))
                        .metric("tokens", 100 + noise.nextInt(400))
                        .emit();
            }
        }
    }

    @Test
    void showsADayOfAMillionRecords() throws Exception {
        String range = "from=" + START + "&to=" + END;
        JsonNode summary = api("?" + range);
        assertThat(summary.get("records").asInt()).isEqualTo(RECORDS);
        assertThat(summary.get("successRate").asDouble()).isEqualTo(0.98);
        try (BrowserContext context = Chromium.browser().newContext()) {
            Page page = context.newPage();
            page.navigate(
                    "http://localhost:" + this.port + "/actuator/telemetry#/overview?range=own&live=off&" + range);
            DashboardBrowser.settled(page);
            logger.info(
                    "First contentful paint {} ms, complete after {} ms",
                    page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
                    page.evaluate("performance.now()"));
            assertThat(page.locator("[data-figure=records]").textContent()).isEqualTo("1M");
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "million.png")));
        }
    }

    private JsonNode api(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + this.port + "/actuator/telemetry" + path))
                .build();
        String body = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return new JsonMapper().readTree(body);
    }
}
