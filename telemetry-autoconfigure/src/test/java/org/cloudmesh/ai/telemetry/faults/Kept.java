package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a file holds, read without the product's own code, and what the product answers about it. */
final class Kept {

    private static final JsonMapper JSON = new JsonMapper();

    private Kept() {}

    /** I5, and how often each number is there, by metric name. */
    static Map<String, Map<Long, Integer>> numbers(String backend, Path path) throws Exception {
        return backend.equals("sqlite") ? rows(path) : lines(path);
    }

    static Map<Long, Integer> numbers(String backend, Path path, String metric) throws Exception {
        return numbers(backend, path).getOrDefault(metric, Map.of());
    }

    private static Map<String, Map<Long, Integer>> rows(Path path) throws Exception {
        Map<String, Map<Long, Integer>> numbers = new HashMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path)) {
            try (ResultSet check = connection.createStatement().executeQuery("PRAGMA quick_check")) {
                assertThat(check.next()).isTrue();
                assertThat(check.getString(1)).isEqualTo("ok");
            }
            try (ResultSet rows = connection.createStatement().executeQuery("SELECT metrics FROM telemetry")) {
                while (rows.next()) {
                    add(JSON.readTree(rows.getString(1)), numbers);
                }
            }
        }
        return numbers;
    }

    private static Map<String, Map<Long, Integer>> lines(Path path) throws Exception {
        Map<String, Map<Long, Integer>> numbers = new HashMap<>();
        for (Path file : withRolled(path)) {
            try (BufferedReader lines = reader(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    add(JSON.readTree(line).get("metrics"), numbers);
                }
            }
        }
        return numbers;
    }

    /** Returns the file and those that were rolled from it; of one that is there packed and plain, the packed one. */
    private static List<Path> withRolled(Path path) throws IOException {
        String rolled = Pattern.quote(path.getFileName().toString()) + "\\.\\d{8}T[\\d.]+Z(\\.gz)?";
        List<Path> files = new ArrayList<>();
        try (Stream<Path> siblings = Files.list(path.toAbsolutePath().getParent())) {
            siblings.filter((file) -> file.getFileName().toString().matches(rolled))
                    .filter((file) -> Files.notExists(file.resolveSibling(file.getFileName() + ".gz")))
                    .forEach(files::add);
        }
        files.add(path);
        return files;
    }

    private static BufferedReader reader(Path file) throws IOException {
        if (!file.toString().endsWith(".gz")) {
            return Files.newBufferedReader(file);
        }
        return new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8));
    }

    private static void add(JsonNode metrics, Map<String, Map<Long, Integer>> numbers) {
        metrics.properties()
                .forEach((metric) -> numbers.computeIfAbsent(metric.getKey(), (name) -> new HashMap<>())
                        .merge(metric.getValue().asLong(), 1, Integer::sum));
    }

    /** I2: each acknowledged number once, and no number twice. */
    static void assertExactlyOnce(Map<Long, Integer> numbers, List<long[]> acknowledged) {
        assertThat(numbers.values()).as("records that are there twice").allMatch((count) -> count == 1);
        for (long[] range : acknowledged) {
            for (long number = range[0]; number <= range[1]; number++) {
                assertThat(numbers.containsKey(number))
                        .as("acknowledged number %d is kept", number)
                        .isTrue();
            }
        }
    }

    /** The aggregates that the store keeps say what its records say. */
    static void assertAggregates(String backend, Path path, String metric, Map<Long, Integer> numbers) {
        try (Telemetry telemetry = open(backend, path)) {
            flush(telemetry);
            Distribution distribution = ((PipelineView) telemetry)
                    .source()
                    .metric(metric, RecordFilter.ALL, null, Deadline.none())
                    .get("");
            assertThat(distribution.count()).isEqualTo(numbers.size());
            assertThat(distribution.sum())
                    .isEqualTo(
                            numbers.keySet().stream().mapToLong(Long::longValue).sum());
        }
    }

    static Telemetry open(String backend, Path path) {
        return Telemetry.builder()
                .backend(backend)
                .path(path.toString())
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .closeTimeout(Duration.ofSeconds(2))
                .command("reader")
                .build();
    }

    /** Opens the file, which mends its end, and closes it. */
    static void flushOnce(String backend, Path path) {
        try (Telemetry telemetry = open(backend, path)) {
            flush(telemetry);
        }
    }

    static void flush(Telemetry telemetry) {
        assertThat(telemetry.flush(Duration.ofSeconds(20))).isTrue();
    }

    static long count(List<long[]> acknowledged) {
        return acknowledged.stream()
                .mapToLong((range) -> range[1] - range[0] + 1)
                .sum();
    }
}
