package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordFilter.Comparison;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SqlTextTests {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * Texts that would do something, were they taken for anything but text. More than 32, so that "k" has many values.
     */
    private static final List<String> TEXTS = List.of(
            "'",
            "''",
            "\"",
            "`",
            "\\",
            "\\'",
            "--",
            "/*",
            "*/",
            "x'; DROP TABLE record; --",
            "x\"; DROP TABLE record; --",
            "x'); DELETE FROM record; --",
            "x\"') IS NULL OR 1=1; DELETE FROM record; --",
            "1; UPDATE record SET message = 'gone'",
            "' OR '1'='1",
            "') OR 1=1 --",
            "1 OR 1=1",
            "' UNION SELECT sql FROM sqlite_schema --",
            "'; ATTACH DATABASE 'stolen.db' AS stolen; --",
            "'; PRAGMA writable_schema=1; --",
            "load_extension('x')",
            "%",
            "_",
            "%' ESCAPE '",
            "*",
            "a%b_c",
            "$",
            "$[0]",
            "$.\"x\"",
            "'$.\"x\"'",
            "x\", '$.\"y",
            "x\\\"y",
            "[#-1]",
            "?",
            "?1",
            ":name",
            "@name",
            "$name",
            "{}",
            "[]",
            "null",
            "{\"a\":1}",
            "line\n'; DROP TABLE record; --",
            "line\n\"x",
            "line\r\nwith\u2028more",
            "\u2018x\u2019 OR \u20181\u2019=\u20181",
            "\uff07; DROP TABLE record; --",
            "\u02bc",
            "\u0001\u0002",
            "a\u0001b",
            "nul\0in it",
            "nul\0'; DROP TABLE record; --",
            "%00",
            "%27%20OR%201=1",
            "lone \ud800 surrogate",
            "\ud83d\ude00",
            "a,b",
            "a:b",
            "a=b&c=d",
            "0x27",
            "char(39)",
            "x'27'",
            "1e999",
            "NaN",
            "-",
            "x".repeat(200) + "'");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 24,
            injected = "quotes, statements, wildcards, JSON paths, NUL, control and look-alike characters as command, "
                    + "run, status, event, metric, attribute key and value, in every filter over HTTP and in Java, as "
                    + "system=, by=, cursor, limit, from, to, buckets, format and unknown parameters",
            expected = "HTTP answers 200, 400 or 404; each text finds its own record and no other; texts come back as "
                    + "given; tables, rows and files unchanged")
    void textsAreNothingButTexts(String backend, TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry");
        fill(backend, path);
        Map<String, Object> before = content(backend, path);
        int requests;
        int questions;
        try (RecordingApplication application = new RecordingApplication(backend, path)) {
            // Opening a file may well write to it; what is asked for afterwards must not.
            Kept.flush(application.telemetry());
            requests = askOverHttp(application);
            questions = askInJava(application.reader());
            assertThat(content(backend, path)).isEqualTo(before);
            assertGivenBack(application.reader());
        }
        assertThat(content(backend, path)).isEqualTo(before);
        if (backend.equals("sqlite")) {
            assertViewShowsTexts(path);
        }
        try (Stream<Path> files = Files.list(this.directory)) {
            assertThat(files).allMatch((file) -> file.getFileName().toString().startsWith("telemetry"));
        }
        reporter.publishEntry(
                "seen",
                "%d texts, %d requests, %d questions in Java: none but 200, 400, 404; all texts given back"
                        .formatted(TEXTS.size(), requests, questions));
    }

    private static String kept(String text) {
        return text.replace('\0', '\uFFFD').replace('\ud800', '\uFFFD').replace("\uFFFD\ude00", "\ud83d\ude00");
    }

    private static void fill(String backend, Path path) {
        for (int i = 0; i < TEXTS.size(); i++) {
            String text = TEXTS.get(i);
            try (Telemetry telemetry = Telemetry.builder()
                    .backend(backend)
                    .path(path.toString())
                    // Conditions on readings are evaluated where there are readings.
                    .context(new TelemetrySettings.Context(i == 0, Duration.ofSeconds(1)))
                    .command(kept(text))
                    .run(kept(text))
                    .build()) {
                telemetry
                        .record()
                        .event(text)
                        .metric(text, i)
                        .metric("n", i)
                        .attribute(text, text)
                        .attribute("k", text)
                        .message(text)
                        .status(Status.of(text))
                        .emit();
                Kept.flush(telemetry);
            }
        }
    }

    private static Map<String, Object> content(String backend, Path path) throws Exception {
        Map<String, Object> content = new TreeMap<>();
        if (!backend.equals("sqlite")) {
            content.put("bytes", Files.readString(path));
            return content;
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT name, type, sql FROM sqlite_schema")) {
                while (rows.next()) {
                    content.put(rows.getString(1), rows.getString(2) + " " + rows.getString(3));
                }
            }
            for (String table : List.copyOf(content.keySet())) {
                if (content.get(table).toString().startsWith("table ")) {
                    try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
                        content.put("rows of " + table, rows.getInt(1));
                    }
                }
            }
        }
        return content;
    }

    /** Returns the texts that are asked for: each in the suite, each third in the ordinary run. */
    private static List<String> asked() {
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < TEXTS.size(); i += Faults.times(1, 3)) {
            asked.add(TEXTS.get(i));
        }
        return asked;
    }

    private static int askOverHttp(RecordingApplication application) throws Exception {
        List<UnaryOperator<String>> forms = List.of(
                (text) -> "?command=" + text,
                (text) -> "?run=" + text,
                (text) -> "?status=" + text,
                (text) -> "?event=" + text,
                (text) -> "?metric=" + text,
                (text) -> "?attribute=" + text,
                (text) -> "?attribute=k:" + text,
                (text) -> "?attribute=" + text + ":" + text + "&attribute=k:" + text,
                (text) -> "?system=" + text,
                (text) -> "?system=" + text + "%3E0",
                (text) -> "?system=cpu_percent%3E" + text,
                (text) -> "?system=cpu_percent" + text + "0",
                (text) -> "?from=" + text,
                (text) -> "?to=" + text,
                (text) -> "?" + text + "=" + text,
                (text) -> "/" + text,
                (text) -> "/records?limit=" + text,
                (text) -> "/records?cursor=" + text,
                (text) -> "/records?sort=" + text + "&order=" + text + "&orderBy=" + text,
                (text) -> "/records?attribute=k:" + text,
                (text) -> "/metrics?command=" + text + "&attribute=k:" + text,
                (text) -> "/metrics/" + text,
                (text) -> "/metrics/" + text + "/series",
                (text) -> "/metrics/_?metric=" + text,
                (text) -> "/metrics/n?by=" + text,
                (text) -> "/metrics/n?by=attribute." + text,
                (text) -> "/metrics/n?by=attribute.k&attribute=k:" + text,
                (text) -> "/metrics/n/series?buckets=" + text,
                (text) -> "/metrics/n/series?attribute=k:" + text + "&event=" + text,
                (text) -> "/runs?run=" + text,
                (text) -> "/runs/compare?base=" + text + "&candidate=" + text,
                (text) -> "/context?run=" + text,
                (text) -> "/export?format=" + text,
                (text) -> "/export?format=csv&attribute=k:" + text);
        int asked = 0;
        for (String text : asked()) {
            List<String> paths = new ArrayList<>();
            forms.forEach((form) -> paths.add(form.apply(RecordingApplication.encode(text))));
            cursors(text).forEach((cursor) -> paths.add("/records?cursor=" + cursor));
            for (String path : paths) {
                HttpResponse<String> answer = application.get("telemetry" + path);
                assertThat(answer.statusCode())
                        .as("%s: %s", path, answer.body())
                        .isIn(200, 400, 404);
                asked++;
            }
            // A text of which a URL can carry every character finds its own record, and no other.
            if (kept(text).equals(text)) {
                String encoded = RecordingApplication.encode(text);
                String attribute =
                        text.contains(":") ? "k:" + encoded : encoded + ":" + encoded + "&attribute=k:" + encoded;
                for (String filter : List.of(
                        "command=" + encoded,
                        "run=" + encoded,
                        "event=" + encoded,
                        "metric=" + encoded,
                        "attribute=" + attribute)) {
                    HttpResponse<String> answer = application.get("telemetry/records?" + filter);
                    List<String> found = JsonPath.read(answer.body(), "$.records[*].message");
                    if (text.endsWith("*") && !filter.startsWith("command") && !filter.startsWith("run")) {
                        // The beginning of names.
                        assertThat(found).as(filter).contains(text);
                    } else {
                        assertThat(found).as(filter).containsExactly(text);
                    }
                    asked++;
                }
            }
        }
        return asked;
    }

    /** Returns cursors whose checksum is right, as anyone can make them. */
    private static List<String> cursors(String text) {
        String json = JSON.writeValueAsString(text);
        List<String> cursors = new ArrayList<>();
        for (String content : List.of(
                "{'filters':{},'from':null,'to':null,'after':%s}",
                "{'filters':{},'from':%s,'to':null,'after':'1:x'}",
                "{'filters':{'event':[%s]},'from':null,'to':null,'after':'9223372036854775807:x'}",
                "{'filters':{'system':[%s]},'from':-9223372036854775808,'to':9223372036854775807,'after':'1:x'}",
                "{'filters':{%s:[%<s]},'from':null,'to':null,'after':'1:x'}",
                "{'filters':%s,'from':null,'to':null,'after':'1:x'}",
                "%s")) {
            byte[] bytes = content.replace('\'', '"').formatted(json).getBytes(StandardCharsets.UTF_8);
            CRC32 checksum = new CRC32();
            checksum.update(bytes);
            cursors.add(Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(ByteBuffer.allocate(bytes.length + Integer.BYTES)
                            .put(bytes)
                            .putInt((int) checksum.getValue())
                            .array()));
        }
        return cursors;
    }

    private static int askInJava(TelemetryReader reader) {
        int asked = 0;
        for (String given : asked()) {
            for (String text : new TreeSet<>(List.of(given, kept(given), ""))) {
                List<RecordFilter> filters = new ArrayList<>();
                filters.add(RecordFilter.builder().command(text).build());
                filters.add(RecordFilter.builder().run(text).build());
                filters.add(RecordFilter.builder().event(text).build());
                filters.add(RecordFilter.builder().metric(text).build());
                for (String key : List.of(text, "k")) {
                    filters.add(RecordFilter.builder().attribute(key, text).build());
                }
                boolean there = !text.isEmpty() && text.equals(kept(text));
                for (RecordFilter filter : filters) {
                    assertThat(reader.overview(filter).records())
                            .as(filter.toString())
                            .isEqualTo(there ? 1 : 0);
                    assertThat(reader.records(filter, null, 10).records()).hasSize(there ? 1 : 0);
                    asked += 2 + askAll(reader, filter, text);
                }
                for (Comparison comparison : Comparison.values()) {
                    for (double value : new double[] {0, -0.0, 1e308, Double.NaN, Double.POSITIVE_INFINITY}) {
                        RecordFilter filter = RecordFilter.builder()
                                .attribute("k", text)
                                .system(new SystemCondition(text, comparison, value))
                                .from(Instant.MIN)
                                .to(Instant.MAX)
                                .build();
                        assertThat(reader.overview(filter).records())
                                .as(filter.toString())
                                .isZero();
                        RecordFilter alone =
                                RecordFilter.builder().system(filter.system()).build();
                        assertThat(reader.records(alone, null, 10).records())
                                .as(alone.toString())
                                .isEmpty();
                        asked += 2;
                    }
                }
            }
        }
        return asked;
    }

    private static int askAll(TelemetryReader reader, RecordFilter filter, String text) {
        reader.metrics(filter);
        reader.metric(text, filter, Dimension.attribute(text));
        reader.metric("n", filter, Dimension.attribute(text));
        reader.series(text, filter, 10);
        reader.knows(text);
        reader.runs(filter);
        reader.compare(text, text, filter);
        reader.readings(filter, 10);
        try {
            reader.records(filter, text, 10);
        } catch (QueryException ex) {
            assertThat(ex.reason()).isEqualTo(QueryException.Reason.BAD_CURSOR);
        }
        return 9;
    }

    private static void assertGivenBack(TelemetryReader reader) {
        List<TelemetryRecord> records = new ArrayList<>();
        reader.forEach(RecordFilter.ALL, records::add, Deadline.none());
        assertThat(records).hasSize(TEXTS.size());
        for (TelemetryRecord record : records) {
            int index = record.metrics().get("n").intValue();
            String text = kept(TEXTS.get(index));
            assertThat(record.message()).isEqualTo(text);
            assertThat(record.event()).isEqualTo(text);
            assertThat(record.status()).isEqualTo(Status.of(text));
            assertThat(record.origin().command()).isEqualTo(text);
            assertThat(record.origin().run()).isEqualTo(text);
            assertThat(record.metrics()).containsOnly(Map.entry(text, (double) index), Map.entry("n", (double) index));
            assertThat(record.attributes()).containsOnly(Map.entry(text, text), Map.entry("k", text));
        }
    }

    private static void assertViewShowsTexts(Path path) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT message, event, command, run, metrics, attributes FROM telemetry")) {
            while (rows.next()) {
                String text = rows.getString(1);
                assertThat(List.of(rows.getString(2), rows.getString(3), rows.getString(4)))
                        .containsOnly(text);
                JsonNode metrics = JSON.readTree(rows.getString(5));
                assertThat(metrics.propertyNames()).containsExactlyInAnyOrder(text, "n");
                JsonNode attributes = JSON.readTree(rows.getString(6));
                assertThat(attributes.get("k").asString()).isEqualTo(text);
                assertThat(attributes.get(text).asString()).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 24,
            injected = "attribute keys that, put side by side, read as others, each with many values",
            expected = "each record has its own keys and values")
    void keysAreToldApart(String backend) {
        List<List<String>> keys = List.of(
                List.of("a", "b"), List.of("a\u0001b"), List.of("\u0001a", "b"), List.of("a", "\u0001b"), List.of("b"));
        try (Recorder recorder = new Recorder(backend, this.directory.resolve("telemetry"))) {
            for (int i = 0; i < 500; i++) {
                var record = recorder.telemetry.record().metric("n", i);
                for (String key : keys.get(i % keys.size())) {
                    record.attribute(key, key + " " + i);
                }
                record.emit();
            }
            Kept.flush(recorder.telemetry);
            List<TelemetryRecord> records = new ArrayList<>();
            new TelemetryReader(((PipelineView) recorder.telemetry)::source)
                    .forEach(RecordFilter.ALL, records::add, Deadline.none());
            assertThat(records).hasSize(500);
            for (TelemetryRecord record : records) {
                int i = record.metrics().get("n").intValue();
                Map<String, String> expected = new TreeMap<>();
                keys.get(i % keys.size()).forEach((key) -> expected.put(key, key + " " + i));
                assertThat(record.attributes()).isEqualTo(expected);
            }
        }
    }
}
