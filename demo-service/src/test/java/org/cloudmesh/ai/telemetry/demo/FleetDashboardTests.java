package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The dashboard of one of two nodes that share a PostgreSQL. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "demo.exercise=false",
            "telemetry.backend=jdbc",
            "telemetry.node=pod-1",
            "telemetry.jdbc.username=telemetry"
        })
class FleetDashboardTests extends DashboardBrowser {

    private static final Page.WaitForConditionOptions LONG = new Page.WaitForConditionOptions().setTimeout(60_000);

    @TempDir
    static Path files;

    // Ends after the application, which would wait for it.
    @AutoClose
    private static PostgresServer server;

    private static String url;

    private static ConfigurableApplicationContext other;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
        registry.add("telemetry.jdbc.url", () -> url);
    }

    @BeforeAll
    static void startOtherNode() {
        server = PostgresServer.begin();
        url = server.url(server.newDatabase());
        other = SpringApplication.run(
                DemoApplication.class,
                "--server.port=0",
                "--demo.exercise=false",
                "--demo.database=" + files.resolve("other-passages"),
                "--telemetry.backend=jdbc",
                "--telemetry.node=pod-2",
                "--telemetry.path=" + files.resolve("other.db"),
                "--telemetry.jdbc.url=" + url,
                "--telemetry.jdbc.username=telemetry");
        Telemetry telemetry = other.getBean(Telemetry.class);
        for (int i = 0; i < 20; i++) {
            telemetry
                    .record()
                    .event("greeting")
                    .metric("duration_sec", 0.1 * i)
                    .attribute("trace_id", "ab".repeat(16))
                    .attribute("span_id", String.format("%016x", i + 1))
                    .status(Status.COMPLETED)
                    .emit();
        }
        assertThat(telemetry.flush(Duration.ofSeconds(10))).isTrue();
    }

    @AfterAll
    static void stopOtherNode() {
        other.close();
    }

    @Test
    void showsTheFleetAndThisNodeAlone() throws Exception {
        Page page = open("#/records?event=greeting&live=off", 1440, ColorScheme.LIGHT);
        // Records are sent within a second.
        page.waitForCondition(
                () -> {
                    page.reload();
                    settled(page);
                    Locator rows = page.locator(".records tbody tr");
                    return rows.count() == 20 && rows.first().textContent().contains("pod-2");
                },
                LONG);

        assertThat(page.locator(".records thead").textContent()).contains("Node");
        assertThat(side(page, "Fleet").getAttribute("aria-pressed")).isEqualTo("true");

        side(page, "This node").click();
        page.waitForURL(Pattern.compile("store=sqlite"));
        settled(page);
        assertThat(page.locator(".records tbody tr").count()).isZero();
        assertThat(page.locator(".records thead").textContent()).doesNotContain("Node");

        page.locator("nav a", new Page.LocatorOptions().setHasText("Nodes")).click();
        page.waitForURL(Pattern.compile("#/nodes"));
        settled(page);
        Locator nodes = page.locator("main tbody tr");
        Locator second = nodes.filter(new Locator.FilterOptions().setHasText("pod-2"));
        // A node tells of itself every five seconds.
        page.waitForCondition(
                () -> {
                    page.reload();
                    settled(page);
                    return nodes.count() == 2
                            && second.locator("td").allTextContents().get(5).equals("0")
                            && second.locator("td").allTextContents().get(7).endsWith(" %");
                },
                LONG);
        assertThat(second.textContent()).contains("well");
        List<String> cells = second.locator("td").allTextContents();
        // Behind and dropped, then the machine.
        assertThat(cells.subList(5, 7)).containsExactly("0", "0");
        assertThat(cells.get(7)).endsWith(" %");
        assertThat(cells.get(8)).endsWith(" %");
        assertThat(violations(page)).isEmpty();
        shot(page, "nodes", false);

        second.locator("a").first().click();
        page.waitForURL(Pattern.compile("node=pod-2"));
        settled(page);
        assertThat(page.locator(".chips").textContent()).contains("Node").contains("pod-2");
        assertThat(figure(page, "records"))
                .isEqualTo(api("", "node=pod-2&event=greeting&from=-1h")
                        .get("records")
                        .asString());
    }

    @Test
    void fitsBesideTheSwitch() throws Exception {
        for (int width : new int[] {360, 1024, 1440}) {
            Page page = open("#/nodes?live=off", width, ColorScheme.DARK);
            go(page, "#/overview?live=off");
            assertThat(page.locator("main .tile").first().isVisible()).isTrue();
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .isEqualTo(true);
            if (width >= 1024) {
                assertThat(page.evaluate("(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)"
                                + "(document.querySelector('nav'))"))
                        .as("the names of all views can be seen at %s", width)
                        .isEqualTo(true);
            }
            assertThat(violations(page)).as("%s", width).isEmpty();
        }
    }

    @Test
    void tellsTheNodeOfARequest() {
        Page page = open("#/overview?live=off", 1440, ColorScheme.LIGHT);
        page.waitForCondition(
                () -> {
                    go(page, "#/records?event=greeting&live=off");
                    page.reload();
                    settled(page);
                    Locator rows = page.locator(".records tbody tr");
                    return rows.count() == 20 && rows.first().textContent().contains("pod-2");
                },
                LONG);
        go(page, "#/traces?live=off&id=" + "ab".repeat(16));

        assertThat(page.locator(".facts").first().textContent()).contains("Nodepod-2");
    }

    @Test
    void offersThisNodesOwnFileWhileTheDatabaseIsAway() throws Exception {
        Page page = open("#/overview?live=off", 1440, ColorScheme.LIGHT);
        server.stopNow();
        try {
            for (String view : List.of("#/records?live=off", "#/overview?live=off")) {
                go(page, view);
                assertThat(page.locator("#problem").isVisible()).isTrue();
                page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Show this node alone"))
                        .click();
                page.waitForURL(Pattern.compile("store=sqlite"));
                settled(page);
                assertThat(page.locator("#problem").isVisible()).isFalse();
                assertThat(side(page, "This node").getAttribute("aria-pressed")).isEqualTo("true");
            }
            assertThat(Integer.parseInt(figure(page, "records"))).isPositive();

            // Whoever opens the page while the database is away has the same way out.
            closePage();
            Page fresh = open("#/metrics?live=off", 1440, ColorScheme.LIGHT);
            fresh.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Show this node alone"))
                    .click();
            fresh.waitForURL(Pattern.compile("store=sqlite"));
            settled(fresh);
            assertThat(fresh.locator("main tbody tr").count()).isPositive();
        } finally {
            server.start();
        }
        this.complaints.removeIf((complaint) -> complaint.contains("status of 503"));
    }

    private static Locator side(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }
}
