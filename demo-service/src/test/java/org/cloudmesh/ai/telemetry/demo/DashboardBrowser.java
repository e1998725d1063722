package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The dashboard of the running service in a real browser, for tests. Each of them fails on any console error, dialog or
 * foreign request. The service ends with its class, before the directory of its files is removed.
 */
@DirtiesContext
abstract class DashboardBrowser {

    private static final HttpClient client = HttpClient.newHttpClient();

    private static final JsonMapper json = new JsonMapper();

    /** What went wrong; a test takes out what it provoked. */
    final List<String> complaints = new ArrayList<>();

    @LocalServerPort
    private int port;

    private BrowserContext context;

    @AfterEach
    void nothingWentWrong() {
        closePage();
        assertThat(this.complaints).isEmpty();
    }

    /** Opens the page at an address such as {@code #/records?range=7d}, and waits for its figures. */
    Page open(String hash, int width, ColorScheme scheme) {
        Page page = page(width, scheme);
        go(page, hash);
        return page;
    }

    /** Opens a window without going anywhere. */
    Page page(int width, ColorScheme scheme) {
        return page(new Browser.NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(scheme)
                .setLocale("en-US"));
    }

    Page page(Browser.NewContextOptions options) {
        closePage();
        this.context = Chromium.browser().newContext(options);
        this.context.setDefaultTimeout(30_000);
        Page page = this.context.newPage();
        page.onConsoleMessage((message) -> {
            if (List.of("error", "warning").contains(message.type())) {
                this.complaints.add(message.text());
            }
        });
        page.onPageError(this.complaints::add);
        page.onDialog((dialog) -> {
            this.complaints.add("dialog " + dialog.message());
            dialog.dismiss();
        });
        page.onRequest((request) -> {
            if (!request.url().startsWith(origin())
                    && !request.url().startsWith("data:")
                    && !request.url().startsWith("blob:")) {
                this.complaints.add("request to " + request.url());
            }
        });
        return page;
    }

    void closePage() {
        if (this.context != null) {
            this.context.close();
            this.context = null;
        }
    }

    void go(Page page, String hash) {
        if (page.url().startsWith(origin())) {
            page.evaluate("(hash) => { location.hash = hash }", hash);
        } else {
            page.navigate(origin() + "/actuator/telemetry" + hash);
        }
        settled(page);
    }

    /** Waits until the page shows what its address asks for. */
    static void settled(Page page) {
        // Not waitForFunction: that needs eval inside the page, which its Content-Security-Policy forbids. The page
        // itself looks, since each question from here costs the one that it waits for.
        page.evaluate("() => new Promise((resolve, reject) => {"
                + "const began = performance.now();"
                + "const look = () => document.body.dataset.shown === location.hash ? resolve()"
                + " : performance.now() - began > 30_000 ? reject(new Error(location.hash + ' is not shown'))"
                + " : setTimeout(look, 20);"
                + "look(); })");
    }

    /** Returns a figure of a tile, without the separators of thousands. */
    static String figure(Page page, String name) {
        return Objects.toString(page.locator("[data-figure=" + name + "]").textContent())
                .replace(",", "");
    }

    static void shot(Page page, String name, boolean whole) {
        page.screenshot(new Page.ScreenshotOptions()
                .setFullPage(whole)
                .setPath(Path.of("target", "screenshots", name + ".png")));
    }

    /** Returns what axe calls serious or critical. */
    static List<String> violations(Page page) throws IOException {
        if ("undefined".equals(page.evaluate("typeof axe"))) {
            try (InputStream axe = Objects.requireNonNull(DashboardBrowser.class.getResourceAsStream("/axe.min.js"))) {
                page.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        // Only what is wrong is told: the list of all that is right is long.
        Object violations = page.evaluate("axe.run({resultTypes: ['violations']}).then((result) => result.violations)");
        return ((List<?>) Objects.requireNonNull(violations))
                .stream()
                        .map((violation) -> (Map<?, ?>) violation)
                        .filter((violation) -> List.of("serious", "critical").contains(violation.get("impact")))
                        .map(Object::toString)
                        .toList();
    }

    /** Returns how many bytes of scripts and styles the page has loaded. */
    static int weight(Page page) {
        return ((Number) page.evaluate("performance.getEntriesByType('resource')"
                        + ".filter((entry) => entry.name.includes('/assets/'))"
                        + ".reduce((sum, entry) => sum + entry.decodedBodySize, 0)"))
                .intValue();
    }

    String origin() {
        return "http://localhost:" + this.port;
    }

    /** Asks the interface that the page asks. */
    JsonNode api(String path, String query) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create(origin() + "/actuator/telemetry" + path + "?" + query))
                        .header("Accept", "application/json")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json.readTree(response.body());
    }
}
