package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/**
 * The dashboard over a {@link BadWeek}, in a real browser: what it shows, what it costs, and that it can be read and
 * used.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.exercise=false")
class DashboardWeekTests extends DashboardBrowser {

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

    /** In milliseconds; by then a page that is live has asked anew. */
    private static final long REFRESHED = 60_000;

    private static final Logger logger = LoggerFactory.getLogger(DashboardWeekTests.class);

    private static final BadWeek week = new BadWeek(Integer.getInteger("bad-week.requests", 2_000), Instant.now());

    @TempDir
    static Path files;

    @Autowired
    private Telemetry telemetry;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @BeforeAll
    static void start() throws Exception {
        week.write(files.resolve("telemetry.db"));
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
        List<String> views = new ArrayList<>(VIEWS);
        views.addAll(List.of(
                "records?status=failed",
                "ai?axis=attribute.error.type",
                "cost?by=attribute.user",
                "cost?by=attribute.gen_ai.conversation.id",
                "runs?base=" + BadWeek.BEFORE + "&candidate=" + BadWeek.AFTER));
        for (String view : views) {
            Page page = page(1440, ColorScheme.LIGHT);
            List<Response> answers = answers(page);
            show(page, view, "range=7d&live=off");
            isLittle(view, answers);
            assertThat(weight(page)).as(view).isLessThanOrEqualTo(170_000);

            answers.clear();
            page.locator(".live").click();
            page.waitForURL(Pattern.compile("#(?!.*live=off)"));
            settled(page);
            isLittle(view + ", again", answers);
        }
    }

    private static List<Response> answers(Page page) {
        List<Response> answers = new ArrayList<>();
        page.onResponse((response) -> {
            if (response.request().resourceType().equals("fetch")) {
                answers.add(response);
            }
        });
        return answers;
    }

    private static void isLittle(String view, List<Response> answers) {
        // Bodies are fetched from the browser, and what it says meanwhile is added to the list.
        List<Response> all = List.copyOf(answers);
        int bytes = all.stream().mapToInt((answer) -> answer.body().length).sum();
        logger.info(
                "{}: {} requests, {} kB, {} ms until the answers began",
                view,
                all.size(),
                bytes / 1000,
                Math.round(all.stream()
                        .map((answer) -> answer.request().timing())
                        .mapToDouble((timing) -> timing.responseStart - timing.requestStart)
                        .sum()));
        assertThat(all).as(view).hasSizeBetween(1, 5);
        assertThat(bytes).as(view).isLessThan(100_000);
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
            shot(page, "week-" + view.replaceAll("\\W+", "-") + "-" + scheme + "-" + width, true);
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
    void marksTheDeployOfCostsWithTheFirstAnswer() {
        // Nothing has been asked yet, so that the rules of alerts are among the questions.
        Page page = open(
                "cost",
                "range=24h&live=off&from=" + week.deploy.minusSeconds(7200) + "&to=" + week.deploy.plusSeconds(7200),
                1440,
                ColorScheme.LIGHT);

        assertThat(page.locator(".plot[aria-label*='1 marked events']").count()).isPositive();
    }

    @Test
    void chartAndTableOfCostsSpeakOfTheSameCalls() throws Exception {
        Instant from = week.deploy.minusSeconds(4 * 86_400 + 1234);
        Instant to = week.deploy.plusSeconds(4321);
        Page page = open("cost", "range=custom&live=off&from=" + from + "&to=" + to, 1440, ColorScheme.LIGHT);
        String range = "from=" + from + "&to=" + to + "&attribute=gen_ai.usage.cost.currency:USD";

        int calls = page.locator("main tbody tr").all().stream()
                .mapToInt((row) ->
                        Integer.parseInt(row.locator("td").nth(0).textContent().replace(",", "")))
                .sum();
        assertThat(calls)
                .isPositive()
                .isEqualTo(api("/metrics/gen_ai.usage.cost", range).get("count").asInt());
        page.locator(".chart .figures summary").first().click();
        assertThat(page.locator(".chart .figures tbody tr").count())
                .as("days of the calendar, the first and the last cut by the range")
                .isBetween(5, 6);
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
        Page page =
                page(new Browser.NewContextOptions().setViewportSize(360, 800).setHasTouch(true));
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
        Page page = page(1440, ColorScheme.LIGHT);
        page.clock().install();
        show(page, "records", "range=7d");
        Locator first = page.locator(".records tbody tr").first();
        String before = first.textContent();
        page.evaluate("scrollTo(0, 400)");
        for (int i = 0; i < 70; i++) {
            this.telemetry.record().event("newcomer").metric("n", i).emit();
        }
        assertThat(this.telemetry.flush(Duration.ofSeconds(30))).isTrue();
        page.clock().fastForward(REFRESHED);
        Locator fresh = page.locator(".fresh");
        fresh.waitFor();

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
        assertThat(this.telemetry.flush(Duration.ofSeconds(30))).isTrue();
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
        Page page = page(1440, ColorScheme.LIGHT);
        page.clock().install();
        show(page, "overview", "range=7d");
        page.route("**/actuator/telemetry**", (route) -> route.abort());
        page.clock().fastForward(REFRESHED);
        page.locator(".away").waitFor();
        assertThat(page.locator("#problem").textContent()).contains("does not answer");
        assertThat(page.locator(".live").textContent()).isEqualTo("Away");

        // A view that was not looked at before cannot be loaded now; the last one's content must not stand beneath its
        // name.
        page.locator("nav a", new Page.LocatorOptions().setHasText("Metrics")).click();
        page.waitForCondition(() -> page.locator("main .tiles").count() == 0);
        page.unroute("**/actuator/telemetry**");
        page.clock().fastForward(REFRESHED);
        page.locator("main h1:has-text('Metrics')")
                .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
        page.locator(".away").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
        this.complaints.removeIf((complaint) -> complaint.contains("ERR_FAILED"));
    }

    @ParameterizedTest
    @CsvSource({
        "attribute, tena, tenant:",
        "attribute, tenant:glo, tenant:globex",
        "event, spring, spring.ai.tool",
        "metric, gen_ai.usage.co, gen_ai.usage.cost",
        "run, re, release-41"
    })
    void suggestsWhatTheServerKnows(String kind, String typed, String suggestion) {
        // A view that has asked for no summary: what is suggested comes while one types.
        Page page = open("traces", "range=7d&live=off", 1024, ColorScheme.LIGHT);
        page.selectOption("#filters select", kind);
        page.locator("#filters input").pressSequentially(typed);

        page.locator("#filter-values option[value='" + suggestion + "']")
                .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
        page.fill("#filters input", suggestion.endsWith(":") ? "tenant:acme" : suggestion);
        page.keyboard().press("Enter");
        page.waitForURL(Pattern.compile(kind + "="));
        settled(page);
        assertThat(page.locator(".chips li").count()).isOne();
        assertThat(page.locator("main tbody tr").count()).isPositive();
    }

    @Test
    void tellsWhatFailuresHaveInCommon() throws Exception {
        Page page = open("overview", "range=7d&live=off", 1440, ColorScheme.LIGHT);
        page.locator("[data-figure=success] a").click();
        page.waitForURL(Pattern.compile("status=failed"));
        settled(page);

        JsonNode errors = values("error.type");
        Locator shown = page.locator(".common dl", new Page.LocatorOptions().setHasText("error.type"));
        assertThat(shown.locator("dd").first().textContent())
                .isEqualTo("HttpTimeoutException"
                        + String.format(
                                Locale.ROOT, "%,d", errors.get(0).get("records").asInt()));
        shown.locator("a").first().click();
        page.waitForURL(Pattern.compile("attribute=error.type"));
        settled(page);
        assertThat(page.locator("main .count").first().textContent())
                .endsWith(" of "
                        + String.format(
                                Locale.ROOT, "%,d", errors.get(0).get("records").asInt()));
    }

    private JsonNode values(String attribute) throws Exception {
        for (JsonNode one : api("/attributes", "from=-7d&status=failed").get("attributes")) {
            if (one.get("name").asString().equals(attribute)) {
                return one.get("values");
            }
        }
        throw new AssertionError("No failure has the attribute " + attribute);
    }

    @Test
    void comparesBeforeAndAfterADeploy() {
        Page page = open("overview", "range=7d&live=off", 1440, ColorScheme.LIGHT);
        page.getByText("Compare", new Page.GetByTextOptions().setExact(true))
                .first()
                .click();
        page.waitForURL(Pattern.compile("candidate="));
        settled(page);

        Locator duration = page.locator("main tbody tr", new Page.LocatorOptions().setHasText("duration_sec"));
        assertThat(duration.first().textContent()).contains("worse").contains("yes");
        assertThat(page.locator("main section").first().textContent()).startsWith("Comparison");
    }

    @Test
    void sumsUpARequest() throws Exception {
        JsonNode call = api("/records", "event=answer&status=failed&limit=1")
                .get("records")
                .get(0);
        String trace = call.get("attributes").get("trace_id").asString();
        Page page = open("traces?id=" + trace, "range=7d&live=off", 1440, ColorScheme.LIGHT);

        assertThat(page.locator(".facts").first().textContent()).contains("pieces of work failed");
        assertThat(page.locator(".waterfall > li").count())
                .isEqualTo(api("/traces/" + trace, "").get("spans").size());
        assertThat(page.locator(".plot[aria-label^='Machine over time']").getAttribute("aria-label"))
                .contains("CPU", "memory", "GPU")
                .doesNotContain(", 0 readings");
        assertThat(page.locator("main").textContent()).doesNotContain("No readings in this range");
    }

    @Test
    void drawsTheMachineBeneathTheWeek() {
        Page page = open("overview", "range=7d&live=off", 1440, ColorScheme.LIGHT);

        assertThat(page.locator(".plot[aria-label^='Machine over time']").getAttribute("aria-label"))
                .containsPattern("[1-9][0-9] readings");
        assertThat(page.getByText("GPU memory", new Page.GetByTextOptions().setExact(true))
                        .isVisible())
                .isTrue();
    }

    @Test
    void tellsAnUnknownMetric() {
        Page page = open("metrics?name=nobody_knows_it", "range=7d&live=off", 1440, ColorScheme.LIGHT);

        assertThat(page.locator("main").textContent()).contains("Nobody has recorded a metric named nobody_knows_it");
        assertThat(page.locator(".plot:visible").count()).isZero();
        this.complaints.removeIf((complaint) -> complaint.contains("status of 404"));
    }

    private Page open(String view, String query, int width, ColorScheme scheme) {
        return open(address(view, query), width, scheme);
    }

    private void show(Page page, String view, String query) {
        go(page, address(view, query));
    }

    private static String address(String view, String query) {
        return "#/" + view + (view.contains("?") ? "&" : "?") + query;
    }
}
