package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.alert.AlertMonitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The dashboard over what happens while one looks: alerts, a budget, calls under way, a clock that is ahead. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "demo.exercise=false",
            "telemetry.alerts[0].name=daily-cost-budget",
            "telemetry.alerts[0].metric=gen_ai.usage.cost",
            "telemetry.alerts[0].aggregate=sum",
            "telemetry.alerts[0].window=24h",
            "telemetry.alerts[0].above=5",
            "telemetry.alerts[1].name=slow-searches",
            "telemetry.alerts[1].metric=duration_sec",
            "telemetry.alerts[1].aggregate=p95",
            "telemetry.alerts[1].event=search",
            "telemetry.alerts[1].window=24h",
            "telemetry.alerts[1].above=60"
        })
class DashboardLiveTests extends DashboardBrowser {

    @TempDir
    static Path files;

    @Autowired
    private Telemetry telemetry;

    @Autowired
    private AlertMonitor alerts;

    @Autowired
    private ObservationRegistry observations;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @Test
    void showsAlertsAndTheBudget() throws Exception {
        for (String model : new String[] {"gpt-5", "gpt-5", "gpt-5-mini"}) {
            this.telemetry
                    .record()
                    .event("gen_ai.client.operation")
                    .metric("gen_ai.client.operation.duration", 1.5)
                    .metric("gen_ai.usage.cost", 2)
                    .attribute("gen_ai.usage.cost.currency", "USD")
                    .attribute("gen_ai.request.model", model)
                    .status(Status.COMPLETED)
                    .emit();
        }
        this.telemetry
                .record()
                .event("search")
                .metric("duration_sec", 0.1)
                .status(Status.COMPLETED)
                .emit();
        assertThat(this.telemetry.flush(Duration.ofSeconds(30))).isTrue();
        this.alerts.evaluate();
        Page page = open("#/alerts", 1024, ColorScheme.LIGHT);
        Locator budget = page.locator("tbody tr", new Page.LocatorOptions().setHasText("daily-cost-budget"));
        budget.getByText("firing").waitFor();

        assertThat(budget.locator("td").allTextContents()).contains("firing", "6", "5");
        assertThat(page.locator("tbody tr", new Page.LocatorOptions().setHasText("slow-searches"))
                        .textContent())
                .contains("ok")
                .contains("60");
        assertThat(violations(page)).isEmpty();

        go(page, "#/cost?range=24h&live=off");
        assertThat(page.locator("nav").textContent()).contains("Alerts 1");
        assertThat(page.locator(".plot").first().getAttribute("aria-label"))
                .contains("The line is daily-cost-budget 5.");
        assertThat(page.locator("section", new Page.LocatorOptions().setHasText("Budgets"))
                        .last()
                        .textContent())
                .contains("daily-cost-budget")
                .contains("6 of 5, firing");
        shot(page, "budget", false);
    }

    @Test
    void showsCallsUnderWay() {
        Observation call = Observation.start("gen_ai.client.operation", this.observations);
        try {
            Page page = open("#/overview?live=off", 1024, ColorScheme.LIGHT);

            assertThat(page.locator(".tile").first().textContent()).contains("1 call under way, the oldest ");
        } finally {
            call.stop();
        }
    }

    @Test
    void showsWhatIsDatedLaterThanNow() {
        this.telemetry
                .record()
                .timestamp(Instant.now().plus(Duration.ofHours(3)))
                .event("from_a_clock_ahead")
                .emit();
        assertThat(this.telemetry.flush(Duration.ofSeconds(30))).isTrue();
        Page page = open("#/overview?range=24h", 1024, ColorScheme.LIGHT);
        Locator later = page.locator("dt:has-text('Dated later than now') + dd a");

        assertThat(later.textContent()).isEqualTo("1");
        later.click();
        page.waitForURL(Pattern.compile("range=custom"));
        settled(page);
        assertThat(page.locator(".records tbody tr").allTextContents())
                .singleElement()
                .asString()
                .contains("from_a_clock_ahead");
    }
}
