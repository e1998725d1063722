package org.cloudmesh.ai.telemetry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stranger's application that was built beneath src/it: starts its jar on a free port, has it record, asks for the
 * record as JSON and for the dashboard, stops it, and looks at the file that is left.
 */
public final class Consumer {

    /** A start takes 4 s; this is for machines that have much else to do. */
    private static final Duration TIME_LIMIT = Duration.ofMinutes(3);

    /** What the JVM answers to SIGTERM once its shutdown hooks are done. */
    private static final int TERMINATED = 128 + 15;

    private static final Pattern PORT = Pattern.compile("started on port (\\d+)");

    private static final Pattern ASSET = Pattern.compile("(?:src|href)=\"(telemetry/assets/[^\"]+)\"");

    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    private final Path project;

    private final JsonMapper json = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private Map<Integer, Path> jdks = Map.of(Runtime.version().feature(), Path.of(System.getProperty("java.home")));

    private @Nullable String credentials;

    public Consumer(File project) {
        this.project = project.toPath();
    }

    /** Asks as this user, and sees to it that nobody else is answered. */
    public Consumer login(String user, String password) {
        this.credentials =
                "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Sees to it that this library, in this version, is in the application's jar. */
    public Consumer bundles(String library) throws IOException {
        try (ZipFile files = new ZipFile(jar().toFile())) {
            assertThat(files.stream().map(ZipEntry::getName))
                    .as("libraries of the application")
                    .contains("BOOT-INF/lib/" + library);
        }
        return this;
    }

    /** Runs the application on each JDK, 17 or newer, that is installed beside the one of this build. */
    public Consumer onEveryJdk() throws IOException {
        Map<Integer, Path> found = new LinkedHashMap<>(this.jdks);
        Path installed = Path.of(System.getProperty("java.home")).toRealPath().getParent();
        try (Stream<Path> homes = Files.list(installed)) {
            for (Path home : homes.filter((home) -> Files.isExecutable(home.resolve("bin/java")))
                    .toList()) {
                int version = version(home);
                if (version >= 17) {
                    found.putIfAbsent(version, home);
                }
            }
        }
        this.jdks = found;
        return this;
    }

    public void check() throws Exception {
        for (Map.Entry<Integer, Path> jdk : this.jdks.entrySet()) {
            Path directory = Files.createDirectories(this.project.resolve("target/jdk-" + jdk.getKey()));
            run(jdk.getValue().resolve("bin/java"), directory);
            System.out.println(this.project.getFileName() + " runs on JDK " + jdk.getKey());
        }
    }

    private void run(Path java, Path directory) throws Exception {
        Process application = new ProcessBuilder(
                        java.toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-jar",
                        jar().toString(),
                        "--server.port=0")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            Path log = directory.resolve("application.log");
            CompletableFuture<Integer> port = new CompletableFuture<>();
            Thread reader = new Thread(() -> read(application, log, port), "log");
            reader.start();
            visit("http://localhost:" + port.get(TIME_LIMIT.toSeconds(), TimeUnit.SECONDS));
            // By its handle: the process itself would close the stream of what it still says.
            application.toHandle().destroy();
            assertThat(application.waitFor(TIME_LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("the application stops, see %s", log)
                    .isTrue();
            assertThat(application.exitValue()).isEqualTo(TERMINATED);
            reader.join();
            assertThat(Files.readAllLines(log)).noneMatch((line) -> line.contains(" ERROR "));
            inspect(directory.resolve("telemetry.db"));
        } finally {
            application.destroyForcibly();
        }
    }

    private void visit(String address) throws Exception {
        assertThat(get(address + "/answer", "*/*").body()).isEqualTo("42");

        String endpoint = address + "/actuator/telemetry";
        JsonNode latency = awaitRecord(endpoint + "/records?metric=inference_latency");
        assertThat(latency.path("metrics").path("inference_latency").doubleValue())
                .isEqualTo(0.125);
        assertThat(latency.path("status").stringValue()).isEqualTo("completed");
        JsonNode tracked = awaitRecord(endpoint + "/records?event=inference&status=completed");
        assertThat(tracked.path("metrics").path("duration_sec").doubleValue()).isPositive();

        JsonNode overview = this.json.readTree(get(endpoint, "application/json").body());
        assertThat(overview.path("records").intValue()).isEqualTo(3);
        assertThat(overview.path("store").path("backend").stringValue()).isEqualTo("sqlite");
        assertThat(overview.path("store").path("available").asBoolean(true)).isTrue();

        HttpResponse<String> page = get(endpoint, "text/html");
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        Matcher assets = ASSET.matcher(page.body());
        int count = 0;
        for (; assets.find(); count++) {
            assertThat(get(address + "/actuator/" + assets.group(1), "*/*").body())
                    .isNotEmpty();
        }
        assertThat(count).isGreaterThan(1);

        JsonNode health = this.json.readTree(
                get(address + "/actuator/health", "application/json").body());
        assertThat(health.path("status").stringValue()).isEqualTo("UP");

        if (this.credentials != null) {
            HttpRequest stranger = HttpRequest.newBuilder(URI.create(endpoint))
                    .timeout(TIME_LIMIT)
                    .build();
            assertThat(this.http.send(stranger, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(401);
        }
    }

    /** Records are written, and the store is opened, in the background: until then the list is empty or a 503. */
    private JsonNode awaitRecord(String address) throws Exception {
        long start = System.nanoTime();
        while (true) {
            HttpResponse<String> response = send(address, "application/json");
            assertThat(response.statusCode()).as(address).isIn(200, 503);
            JsonNode records = this.json.readTree(response.body()).path("records");
            if (records.size() > 0) {
                assertThat(records.size()).isEqualTo(1);
                return records.get(0);
            }
            assertThat(System.nanoTime() - start)
                    .as("nanoseconds until there is a record at %s", address)
                    .isLessThan(TIME_LIMIT.toNanos());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private HttpResponse<String> get(String address, String accept) throws Exception {
        HttpResponse<String> response = send(address, accept);
        assertThat(response.statusCode()).as(address).isEqualTo(200);
        return response;
    }

    private HttpResponse<String> send(String address, String accept) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address)).timeout(TIME_LIMIT).header("Accept", accept);
        if (this.credentials != null) {
            request.header("Authorization", this.credentials);
        }
        return this.http.send(request.build(), BodyHandlers.ofString());
    }

    /** The file alone: what was recorded is in it, and nothing that belongs to the application's own database. */
    private static void inspect(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            assertThat(text(statement, "PRAGMA quick_check")).isEqualTo("ok");
            assertThat(text(statement, "SELECT count(*) FROM telemetry")).isEqualTo("3");
            assertThat(text(
                            statement,
                            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'flyway%' OR name LIKE 'question%'"))
                    .isEqualTo("0");
        }
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    /** Copies what the application says to the file, and finds the port in it. */
    private static void read(Process application, Path log, CompletableFuture<Integer> port) {
        try (BufferedReader lines = application.inputReader(StandardCharsets.UTF_8);
                var copy = Files.newBufferedWriter(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.write(line);
                copy.newLine();
                Matcher started = PORT.matcher(line);
                if (started.find()) {
                    port.complete(Integer.valueOf(started.group(1)));
                }
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        } finally {
            port.completeExceptionally(new IllegalStateException("The application ended before it served, see " + log));
        }
    }

    private Path jar() throws IOException {
        try (Stream<Path> files = Files.list(this.project.resolve("target"))) {
            List<Path> jars =
                    files.filter((file) -> file.toString().endsWith(".jar")).toList();
            assertThat(jars).hasSize(1);
            return jars.get(0);
        }
    }

    private static int version(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.exists(release)) {
            return 0;
        }
        Matcher version = VERSION.matcher(Files.readString(release));
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }
}
