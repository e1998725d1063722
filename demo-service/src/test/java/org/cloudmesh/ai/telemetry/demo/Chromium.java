package org.cloudmesh.ai.telemetry.demo;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The system's own Chromium, cut off from everything but this host, one for all tests of a JVM. Nothing is downloaded.
 */
final class Chromium {

    private static @Nullable Browser browser;

    private Chromium() {}

    /** Returns the browser, which ends with the JVM. */
    static synchronized Browser browser() {
        Browser launched = browser;
        if (launched == null) {
            launched = launch();
            browser = launched;
        }
        return launched;
    }

    private static Browser launch() {
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
        BrowserType.LaunchOptions options = new BrowserType.LaunchOptions()
                .setArgs(List.of(
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"));
        executable().ifPresent(options::setExecutablePath);
        return playwright.chromium().launch(options);
    }

    private static Optional<Path> executable() {
        List<String> directories = Arrays.asList(System.getenv("PATH").split(File.pathSeparator));
        // The shell is the same browser without what a screen needs; its tests take two thirds of the time.
        return Stream.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
                .flatMap((name) -> directories.stream().map((directory) -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
