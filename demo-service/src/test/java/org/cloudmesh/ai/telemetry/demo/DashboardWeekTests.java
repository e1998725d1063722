package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The dashboard over a {@link BadWeek}, in a real browser: what it shows, what it costs, and that it can be read and
 * used.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.exercise=false")
class DashboardWeekTests {

    private static final List<String> VIEWS = List.of(
            "overview",
            "ai",
            "cost",
            "metrics",
            "metrics?name=duration_sec&by=attribute.tenant",
            "records",
            "runs",
            "traces",
            "alerts");

    private static final BadWeek week = new BadWeek(2_000, Instant.now());

    @TempDir
    static Path files;

    private static Chromium chromium;

    private final List<String> complaints = new ArrayList<>();

    @LocalServerPort
    private int port;

    @Autowired
    private Telemetry telemetry;

    private BrowserContext context;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @BeforeAll
    static void start() {
        week.write(files.resolve("telemetry.db"));
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        chromium.close();
    }

    @AfterEach
    void nothingWentWrong() {
        this.context.close();
        assertThat(this.complaints).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {360, 1024, 1440})
    void showsTheWholeFormOfACustomRange(int width) {
        Page page = open("overview", "range=7d&live=off", width, ColorScheme.LIGHT);
        page.locator(".range .popover summary").click();

        BoundingBox form = page.locator(".range .popover form").boundingBox();
        assertThat(form.width).isGreaterThan(240);
        assertThat(form.x).isNotNegative();
        assertThat(form.x + form.width).isLessThanOrEqualTo(width);
        for (Locator field : page.locator(".range .popover input").all()) {
            assertThat(field.boundingBox().width).isGreaterThan(200);
        }
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Yesterday"))
                .click();
        page.waitForURL(Pattern.compile("range=yesterday"));
        settled(page);
        assertThat(page.locator(".range .popover summary").textContent()).isEqualTo("Yesterday");
    }

    @Test
    void asksLittleOfTheServer() {
        for (String view : VIEWS) {
            List<Response> answers = new ArrayList<>();
            Page page = page(1440, ColorScheme.LIGHT);
            page.onResponse((response) -> {
                if (response.request().resourceType().equals("fetch")) {
                    answers.add(response);
                }
            });
            show(page, view, "range=7d&live=off");

            // Bodies are fetched from the browser, and what it says meanwhile is added to the list.
            List<Response> all = List.copyOf(answers);
            assertThat(all).as(view).hasSizeBetween(1, 5);
            assertThat(all.stream().mapToInt((answer) -> answer.body().length).sum())
                    .as(view)
                    .isLessThan(100_000);
            assertThat(((Number) page.evaluate("performance.getEntriesByType('resource')"
                                    + ".filter((entry) => entry.name.includes('/assets/'))"
                                    + ".reduce((sum, entry) => sum + entry.decodedBodySize, 0)"))
                            .intValue())
                    .as(view)
                    .isLessThanOrEqualTo(170_000);
            this.context.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1440", "DARK, 1024", "LIGHT, 360"})
    void isAccessibleAndFits(ColorScheme scheme, int width) throws Exception {
        Page page = page(width, scheme);
        for (String view : VIEWS) {
            show(page, view, "range=7d&live=off");
            assertThat(violations(page)).as(view).isEmpty();
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .as("no part of %s is wider than the screen", view)
                    .isEqualTo(true);
            if (width >= 1024) {
                assertThat(page.evaluate("(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)"
                                + "(document.querySelector('nav'))"))
                        .as("the names of all views can be seen")
                        .isEqualTo(true);
            }
            assertThat(page.locator("h1").count()).as(view).isPositive();
            for (Locator plot : page.locator(".plot:visible").all()) {
                BoundingBox box = plot.boundingBox();
                assertThat(box.width).as(view).isGreaterThan(width < 500 ? 300 : 400);
                assertThat(box.height).as(view).isGreaterThan(100);
            }
            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(Path.of(
                            "target",
                            "screenshots",
                            "week-" + view.replaceAll("\\W+", "-") + "-" + scheme + "-" + width + ".png")));
        }
    }

    @Test
    void marksTheDeployWhateverTheViewShows() {
        Page page = page(1440, ColorScheme.LIGHT);
        for (String view : List.of("overview", "ai", "metrics?name=duration_sec")) {
            show(
                    page,
                    view,
                    "range=24h&live=off&from=" + week.deploy.minusSeconds(7200) + "&to="
                            + week.deploy.plusSeconds(7200));
            assertThat(page.locator(".plot[aria-label*='1 marked events']").count())
                    .as(view)
                    .isPositive();
        }
    }

    @Test
    void hidesALineAndRemembersIt() {
        Page page = open("metrics?name=duration_sec", "range=7d&live=off", 1440, ColorScheme.LIGHT);
        Locator p99 = page.locator(".legend button", new Page.LocatorOptions().setHasText("p99"));
        p99.click();

        assertThat(p99.getAttribute("aria-pressed")).isEqualTo("false");
        page.reload();
        settled(page);
        assertThat(p99.getAttribute("aria-pressed")).isEqualTo("false");
    }

    @Test
    void givesTheDataOfAChart() throws IOException {
        Page page = open("metrics?name=duration_sec", "range=7d&live=off", 1440, ColorScheme.LIGHT);
        page.locator(".chart .figures summary").first().click();
        Locator tools = page.locator(".chart .figures .tools").first();
        Download csv = page.waitForDownload(() -> tools.getByText("CSV", new Locator.GetByTextOptions().setExact(true))
                .click());

        assertThat(Files.readString(csv.path())).startsWith("\"time\",\"p99\",\"p95\",\"p50\",\"count\"");
        Download png = page.waitForDownload(() -> tools.getByText("PNG", new Locator.GetByTextOptions().setExact(true))
                .click());
        assertThat(Files.readAllBytes(png.path())).startsWith((byte) 0x89, 'P', 'N', 'G');
    }

    @Test
    void zoomsByTouch() {
        this.context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(360, 800)
                        .setHasTouch(true));
        Page page = watched(this.context.newPage());
        show(page, "overview", "range=7d&live=off");
        page.locator(".u-over").first().scrollIntoViewIfNeeded();
        page.evaluate("(() => {"
                + "const over = document.querySelector('.u-over');"
                + "const box = over.getBoundingClientRect();"
                + "const fire = (type, share) => over.dispatchEvent(new PointerEvent(type, {pointerType: 'touch', isPrimary: true,"
                + " bubbles: true, clientX: box.left + box.width * share, clientY: box.top + 20}));"
                + "fire('pointerdown', 0.2); fire('pointermove', 0.6); fire('pointerup', 0.6); })()");
        page.waitForURL(Pattern.compile("from=.*to="));
        settled(page);

        assertThat(page.locator(".zoom-out").isVisible()).isTrue();
    }

    @Test
    void keepsWhatSomebodyReads() {
        Page page = open("records", "range=7d", 1440, ColorScheme.LIGHT);
        Locator first = page.locator(".records tbody tr").first();
        String before = first.textContent();
        page.evaluate("scrollTo(0, 400)");
        for (int i = 0; i < 70; i++) {
            this.telemetry.record().event("newcomer").metric("n", i).emit();
        }
        assertThat(this.telemetry.flush(Duration.ofSeconds(5))).isTrue();
        Locator fresh = page.locator(".fresh");
        fresh.waitFor(new Locator.WaitForOptions().setTimeout(20_000));

        assertThat(first.textContent()).isEqualTo(before);
        assertThat(fresh.textContent()).contains("new");
        fresh.click();
        assertThat(first.textContent()).contains("newcomer");
    }

    @Test
    void clampsALongMessage() {
        this.telemetry
                .record()
                .event("long")
                .message("endless ".repeat(8_192))
                .status(Status.FAILED)
                .emit();
        assertThat(this.telemetry.flush(Duration.ofSeconds(5))).isTrue();
        Page page = open("records?event=long", "range=7d&live=off", 1024, ColorScheme.LIGHT);

        assertThat(page.locator(".records tbody tr").first().boundingBox().height)
                .isLessThan(100);
        page.locator(".records tbody td:nth-child(3)").first().click();
        page.waitForURL(Pattern.compile("record="));
        settled(page);
        assertThat(page.locator(".detail").textContent()).contains("Show all");
        assertThat(((Number) page.evaluate("document.documentElement.scrollHeight")).intValue())
                .isLessThan(4_000);
    }

    @Test
    void saysThatTheApplicationIsAwayAndComesBack() {
        Page page = open("overview", "range=7d", 1440, ColorScheme.LIGHT);
        page.route("**/actuator/telemetry**", (route) -> route.abort());
        page.locator(".away").waitFor(new Locator.WaitForOptions().setTimeout(20_000));
        assertThat(page.locator("#problem").textContent()).contains("does not answer");
        assertThat(page.locator(".live").textContent()).isEqualTo("Away");

        // A view that was not looked at before cannot be loaded now; the last one's content must not stand beneath its
        // name.
        page.locator("nav a", new Page.LocatorOptions().setHasText("Metrics")).click();
        page.waitForCondition(() -> page.locator("main .tiles").count() == 0);
        page.unroute("**/actuator/telemetry**");
        page.locator("main h1:has-text('Metrics')")
                .waitFor(new Locator.WaitForOptions()
                        .setState(WaitForSelectorState.ATTACHED)
                        .setTimeout(20_000));
        assertThat(page.locator(".away").count()).isZero();
        this.complaints.removeIf((complaint) -> complaint.contains("ERR_FAILED"));
    }

    @Test
    void tellsAnUnknownMetric() {
        Page page = open("metrics?name=nobody_knows_it", "range=7d&live=off", 1440, ColorScheme.LIGHT);

        assertThat(page.locator("main").textContent()).contains("Nobody has recorded a metric named nobody_knows_it");
        assertThat(page.locator(".plot:visible").count()).isZero();
        this.complaints.removeIf((complaint) -> complaint.contains("status of 404"));
    }

    private Page open(String view, String query, int width, ColorScheme scheme) {
        Page page = page(width, scheme);
        show(page, view, query);
        return page;
    }

    private Page page(int width, ColorScheme scheme) {
        this.context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 900)
                        .setColorScheme(scheme)
                        .setLocale("en-US"));
        this.context.setDefaultTimeout(10_000);
        return watched(this.context.newPage());
    }

    private Page watched(Page page) {
        page.onConsoleMessage((message) -> {
            if (List.of("error", "warning").contains(message.type())) {
                this.complaints.add(message.text());
            }
        });
        page.onPageError(this.complaints::add);
        page.onRequest((request) -> {
            if (!request.url().startsWith(origin())
                    && !request.url().startsWith("data:")
                    && !request.url().startsWith("blob:")) {
                this.complaints.add("request to " + request.url());
            }
        });
        return page;
    }

    private void show(Page page, String view, String query) {
        String hash = "#/" + view + (view.contains("?") ? "&" : "?") + query;
        if (page.url().startsWith(origin())) {
            page.evaluate("(hash) => { location.hash = hash }", hash);
        } else {
            page.navigate(origin() + "/actuator/telemetry" + hash);
        }
        settled(page);
    }

    /** Waits until the page shows what its address asks for. */
    private static void settled(Page page) {
        // Not waitForFunction: that needs eval inside the page, which its Content-Security-Policy forbids.
        page.waitForCondition(
                () -> Boolean.TRUE.equals(page.evaluate("document.body.dataset.shown === location.hash")));
    }

    private static List<String> violations(Page page) throws IOException {
        try (InputStream axe = Objects.requireNonNull(DashboardWeekTests.class.getResourceAsStream("/axe.min.js"))) {
            page.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        Map<?, ?> result = (Map<?, ?>) page.evaluate("axe.run()");
        return ((List<?>) Objects.requireNonNull(result.get("violations")))
                .stream()
                        .map((violation) -> (Map<?, ?>) violation)
                        .filter((violation) -> List.of("serious", "critical").contains(violation.get("impact")))
                        .map(Object::toString)
                        .toList();
    }

    private String origin() {
        return "http://localhost:" + this.port;
    }
}
