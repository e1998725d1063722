package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/**
 * The dashboard of the running service in a real browser. Each test fails on any console error, dialog or foreign
 * request.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.exercise=false")
class DashboardTests extends DashboardBrowser {

    private static final PastRuns past = new PastRuns();

    private static final int WIDTH = 1280;

    @TempDir
    static Path files;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @BeforeAll
    static void start() {
        past.write(files.resolve("telemetry.db"));
    }

    @Test
    void showsTheFiguresOfTheInterface() throws Exception {
        Page page = open("#/overview?" + firstHour(), WIDTH, ColorScheme.LIGHT);
        JsonNode summary = api("", firstHour());

        assertThat(figure(page, "records")).isEqualTo(summary.get("records").asString());
        assertThat(Double.parseDouble(figure(page, "success").replace(" %", "")))
                .isCloseTo(100 * summary.get("successRate").asDouble(), within(0.05));
        assertThat(page.locator("section", new Page.LocatorOptions().setHasText("Marked events"))
                        .first()
                        .textContent())
                .contains("model_load");
    }

    @Test
    void drawsThePercentilesOfTheInterface() throws Exception {
        Page page =
                open("#/metrics?name=inference_latency&by=attribute.model&" + firstHour(), WIDTH, ColorScheme.LIGHT);
        JsonNode metric = api("/metrics/inference_latency", firstHour() + "&by=attribute.model");
        for (String name : List.of("count", "p50", "p95", "p99", "avg", "sum")) {
            assertThat(Double.parseDouble(value(page.locator("[data-figure=" + name + "]"))))
                    .as(name)
                    .isEqualTo(metric.get(name).asDouble());
        }
        assertThat(page.locator("table", new Page.LocatorOptions().setHasText("Spread"))
                        .locator("tbody th")
                        .allTextContents())
                .containsExactlyInAnyOrder("llama-3", "mistral", "phi-4");

        page.locator(".chart .figures summary").first().click();
        page.locator(".chart .figures").first().locator("tbody tr").first().waitFor();
        List<List<Double>> shown = new ArrayList<>();
        for (Object row : (List<?>) page.locator(".chart .figures")
                .first()
                .locator("tbody tr")
                .evaluateAll("(rows) => rows.map((row) =>"
                        + " [...row.querySelectorAll('td')].map((cell) => cell.dataset.value))")) {
            shown.add(((List<?>) row)
                    .stream().map((cell) -> Double.valueOf((String) cell)).toList());
        }
        List<List<Double>> answered = new ArrayList<>();
        for (JsonNode point : api(
                        "/metrics/inference_latency/series", firstHour() + "&buckets=" + Math.round(WIDTH / 12.0))
                .get("points")) {
            if (point.get("count").asInt() > 0) {
                answered.add(List.of("p99", "p95", "p50", "count").stream()
                        .map((name) -> point.get(name).asDouble())
                        .toList());
            }
        }
        assertThat(shown).hasSizeGreaterThan(50).isEqualTo(answered);
    }

    @Test
    void zoomsByDraggingAndOutAgain() throws Exception {
        Page page = open("#/overview?range=all&live=off", WIDTH, ColorScheme.LIGHT);
        String before = page.url();
        BoundingBox box = page.locator(".u-over").first().boundingBox();
        page.mouse().move(box.x + box.width * 0.1, box.y + 40);
        page.mouse().down();
        page.mouse().move(box.x + box.width * 0.4, box.y + 50);
        page.mouse().up();
        page.waitForURL(Pattern.compile("from="));
        settled(page);

        Matcher zoomed = Pattern.compile("from=([^&]+)&to=([^&]+)").matcher(page.url());
        assertThat(zoomed.find()).isTrue();
        JsonNode summary = api("", zoomed.group());
        assertThat(summary.get("records").asInt())
                .isPositive()
                .isLessThan(api("", "").get("records").asInt());
        assertThat(figure(page, "records")).isEqualTo(summary.get("records").asString());

        page.locator(".u-over").first().dblclick();
        page.waitForURL(before);
        settled(page);
        page.goBack();
        assertThat(URLDecoder.decode(page.url(), StandardCharsets.UTF_8))
                .contains(URLDecoder.decode(zoomed.group(1), StandardCharsets.UTF_8));
    }

    @Test
    void filtersAndOpensARecordInFull() throws Exception {
        Page page = open("#/records?" + firstHour(), WIDTH, ColorScheme.LIGHT);
        page.selectOption("#filters select", "status");
        page.fill("#filters input", "failed");
        page.keyboard().press("Enter");
        page.waitForURL(Pattern.compile("status=failed"));
        settled(page);
        JsonNode records = api("/records", firstHour() + "&status=failed").get("records");

        assertThat(page.locator(".records tbody tr").count()).isEqualTo(records.size());
        assertThat(page.locator(".records .status").allTextContents()).containsOnly("failed");

        page.locator(".records tbody tr td:nth-child(3)").first().click();
        page.waitForURL(Pattern.compile("record="));
        settled(page);
        String detail = page.locator(".detail").textContent();
        assertThat(detail)
                .contains(records.get(0).get("timestamp").asString())
                .contains(records.get(0).get("id").asString())
                .contains("calm-heron");
        page.reload();
        settled(page);
        assertThat(page.locator(".detail").textContent())
                .contains(records.get(0).get("timestamp").asString());
    }

    @Test
    void pagesThroughAllRecords() throws Exception {
        Page page = open("#/records?" + firstHour(), WIDTH, ColorScheme.LIGHT);
        int records = api("", firstHour()).get("records").asInt();
        Locator rows = page.locator(".records tbody tr");
        Locator older = page.locator("text=Load older records");
        while (older.isVisible()) {
            int before = rows.count();
            older.click();
            page.waitForCondition(() -> rows.count() > before);
        }

        assertThat(rows.count()).isEqualTo(records);
    }

    @Test
    void comparesTwoRuns() throws Exception {
        Page page = open("#/runs?range=24h&live=off", WIDTH, ColorScheme.LIGHT);
        page.getByLabel(PastRuns.BASE + " as base").check();
        page.waitForURL(Pattern.compile("base="));
        settled(page);
        page.getByLabel(PastRuns.CANDIDATE + " as candidate").check();
        page.waitForURL(Pattern.compile("candidate="));
        settled(page);
        JsonNode metrics = api("/runs/compare", "base=" + PastRuns.BASE + "&candidate=" + PastRuns.CANDIDATE)
                .get("metrics");
        Locator table = page.locator("table", new Page.LocatorOptions().setHasText("Significant"));

        assertThat(table.locator("tbody tr").count()).isEqualTo(metrics.size());
        Locator latency = table.locator("tbody tr", new Locator.LocatorOptions().setHasText("inference_latency"));
        assertThat(latency.textContent()).contains("+50 %").contains("worse").contains("yes");
        assertThat(table.locator("tbody tr", new Locator.LocatorOptions().setHasText("tokens_per_sec"))
                        .textContent())
                .contains("worse");
        shot(page, "runs", false);
    }

    @Test
    void showsModelCalls() throws Exception {
        Page page = open("#/ai?" + firstHour(), WIDTH, ColorScheme.LIGHT);
        JsonNode calls =
                api("/metrics/gen_ai.client.operation.duration", firstHour() + "&by=attribute.gen_ai.request.model");

        assertThat(figure(page, "calls")).isEqualTo(calls.get("count").asString());
        Locator groups = page.locator("table", new Page.LocatorOptions().setHasText("Calls by group"));
        for (JsonNode group : calls.get("groups")) {
            assertThat(groups.locator(
                                    "tbody tr",
                                    new Locator.LocatorOptions()
                                            .setHasText(group.get("key").asString()))
                            .locator("td")
                            .first()
                            .textContent())
                    .isEqualTo(group.get("count").asString());
        }
        shot(page, "ai", false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overview", "metrics", "records", "runs", "ai"})
    void showsHostileTextAsText(String view) {
        Page page = open(
                "#/" + view + "?range=24h&run=" + (view.equals("runs") ? "" : "hostile") + "&live=off",
                WIDTH,
                ColorScheme.LIGHT);

        if (!view.equals("runs")) {
            assertThat(Objects.toString(page.locator("main").textContent())).contains("<script>window.hit=1</script>");
        }
        assertThat(page.evaluate("window.hit")).isNull();
        assertThat(page.locator("main img, main script, main [onload], main [onerror], a[href^=javascript]")
                        .count())
                .isZero();
    }

    @Test
    void opensAMetricAndARecordWithHostileNames() throws Exception {
        JsonNode records = api("/records", "run=hostile").get("records");
        Page page = open("#/metrics?range=24h&live=off", WIDTH, ColorScheme.LIGHT);
        for (String name : PastRuns.HOSTILE) {
            go(page, "#/metrics?range=24h&live=off&name=" + encoded(name));
            assertThat(page.locator("h1").textContent()).isEqualTo(name);
            assertThat(figure(page, "count")).isEqualTo("1");
        }
        JsonNode record = records.get(0);
        go(
                page,
                "#/records?range=24h&live=off&record="
                        + encoded(record.get("id").asString())
                        + "&at=" + encoded(record.get("timestamp").asString()));
        assertThat(page.locator(".detail").textContent())
                .contains(record.get("message").asString());
        assertThat(page.evaluate("window.hit")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1280", "DARK, 1280", "LIGHT, 360"})
    void isAccessible(ColorScheme scheme, int width) throws Exception {
        Page page = open("#/overview?" + firstHour(), width, scheme);
        shot(page, "overview-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width, false);
        assertThat(luminance(page)).matches((light) -> scheme == ColorScheme.DARK ? light < 60 : light > 200);
        for (String view : List.of(
                "#/overview?" + firstHour(),
                "#/metrics?" + firstHour(),
                "#/metrics?name=inference_latency&by=attribute.model&" + firstHour(),
                "#/records?" + firstHour(),
                "#/runs?range=24h&live=off&base=" + PastRuns.BASE + "&candidate=" + PastRuns.CANDIDATE,
                "#/ai?" + firstHour())) {
            go(page, view);
            assertThat(violations(page)).as(view).isEmpty();
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .as("no part of %s is wider than the screen", view)
                    .isEqualTo(true);
        }
    }

    @Test
    void answersTheKeyboard() {
        Page page = open("#/overview?" + firstHour(), WIDTH, ColorScheme.LIGHT);
        page.keyboard().press("Tab");
        assertThat(page.evaluate("document.activeElement.textContent")).isEqualTo("Skip to content");
        page.keyboard().press("Enter");
        assertThat(page.evaluate("document.activeElement.id")).isEqualTo("main");
        page.locator("nav a", new Page.LocatorOptions().setHasText("Records")).focus();
        page.keyboard().press("Enter");
        settled(page);
        assertThat(page.locator("nav [aria-current=page]").textContent()).isEqualTo("Records");
    }

    @Test
    void saysWhatIsWrongWithARequest() {
        Page page = open("#/records?live=off&system=cpu", WIDTH, ColorScheme.LIGHT);

        assertThat(page.locator("#problem").textContent()).contains("system").contains("cpu");
        this.complaints.removeIf((complaint) -> complaint.contains("status of 400"));
    }

    @Test
    void isSmall() {
        Page page = open("#/overview?" + firstHour(), WIDTH, ColorScheme.LIGHT);

        assertThat(weight(page)).isBetween(1, 170_000);
    }

    private static String value(Locator cell) {
        return Objects.toString(cell.getAttribute("data-value"));
    }

    private static double luminance(Page page) {
        String colour = (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
        return Pattern.compile("\\d+")
                .matcher(colour)
                .results()
                .limit(3)
                .mapToInt((part) -> Integer.parseInt(part.group()))
                .average()
                .orElseThrow();
    }

    private String firstHour() {
        return "range=own&live=off&from=" + past.start + "&to=" + past.start.plus(Duration.ofHours(1));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
