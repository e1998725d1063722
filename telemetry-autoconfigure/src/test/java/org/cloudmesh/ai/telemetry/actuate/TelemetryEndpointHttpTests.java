package org.cloudmesh.ai.telemetry.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;

/** Every path of the endpoint, over HTTP, on both web stacks. */
@ParameterizedClass
@EnumSource(
        value = WebApplicationType.class,
        names = {"SERVLET", "REACTIVE"})
class TelemetryEndpointHttpTests {

    private static final String ROOT = "/actuator/telemetry";

    @Parameter
    private WebApplicationType type;

    private static StubPipeline pipeline;

    private static Host host;

    @BeforeParameterizedClassInvocation
    static void start(WebApplicationType type) {
        pipeline = new StubPipeline();
        fill(pipeline);
        // The host's own JSON settings must not reach the endpoint's answers.
        host = Host.start(
                type,
                pipeline,
                "spring.jackson.property-naming-strategy=SNAKE_CASE",
                "spring.jackson.default-property-inclusion=non_null",
                "spring.jmx.enabled=true");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    /**
     * Two runs of 100 values a second apart, the second run twice as slow; each tenth fails. Then one with odd names.
     */
    private static void fill(StubPipeline pipeline) {
        Origin a = Records.origin("aa", "train", "A");
        Origin b = Records.origin("bb", "serve", "B");
        Map<String, Object> busy = Records.system(95);
        Map<String, Object> idle = Records.system(5);
        for (int i = 0; i < 100; i++) {
            pipeline.add(pipeline.record(a, i * 1_000_000L)
                    .event("inference")
                    .status(i % 10 == 0 ? Status.FAILED : Status.COMPLETED)
                    .metrics(new String[] {"latency"}, new double[] {i + 1})
                    .attributes(Map.of("model", i % 2 == 0 ? "llama-3" : "a,b:c"))
                    .system(i < 50 ? idle : busy));
            pipeline.add(pipeline.record(b, (100 + i) * 1_000_000L)
                    .status(Status.STARTED)
                    .metrics(new String[] {"latency", "rows"}, new double[] {2 * (i + 1), 5}));
        }
        pipeline.add(pipeline.record(b, 200_000_000L)
                .metrics(new String[] {"with/slash 100%"}, new double[] {1})
                .message("=1+1"));
        pipeline.write();
    }

    @Test
    void theOverviewCountsEachRecordOnce() {
        String body = host.get(ROOT).body();
        Map<String, Object> answer = JsonPath.read(body, "$");
        assertThat(answer)
                .containsEntry("records", 201)
                .containsEntry("from", "2026-11-24T22:20:00.000000Z")
                .containsEntry("to", "2026-11-24T22:23:20.000000Z")
                .containsEntry("successRate", 0.9)
                .containsEntry("statuses", Map.of("started", 100, "completed", 90, "failed", 10, "recorded", 1))
                .containsEntry("commands", Map.of("train", 100, "serve", 101))
                .containsEntry("events", Map.of("inference", 100))
                .containsEntry("metrics", List.of("latency", "rows", "with/slash 100%"))
                .containsEntry("truncated", false)
                .containsEntry("run", "run-now");
        Map<String, Object> store = JsonPath.read(body, "$.store");
        assertThat(store)
                .containsEntry("backend", "memory")
                .containsEntry("file", null)
                .containsEntry("bytes", 0)
                .containsEntry("available", true)
                .containsEntry("reason", null);
        Map<String, Object> figures = JsonPath.read(body, "$.pipeline");
        assertThat(figures)
                .isEqualTo(Map.of(
                        "accepted", 10,
                        "written", 7,
                        "queued", 1,
                        "dropped", Map.of("queue-full", 2),
                        "normalised", Map.of("invalid-value", 1)));
    }

    @Test
    void filtersHoldOnEveryPath() {
        assertThat(host.<Integer>json("?command=train", "$.records")).isEqualTo(100);
        assertThat(host.<Integer>json("?run=B", "$.records")).isEqualTo(101);
        assertThat(host.<Integer>json("?status=FAILED", "$.records")).isEqualTo(10);
        assertThat(host.<Integer>json("?event=inference&metric=latency", "$.records"))
                .isEqualTo(100);
        assertThat(host.<Integer>json("?attribute=model:a,b:c", "$.records")).isEqualTo(50);
        assertThat(host.<Integer>json("?attribute=model:a,b:c&attribute=model:llama-3", "$.records"))
                .isZero();
        assertThat(host.<Integer>json("?system=cpu_percent%3E90", "$.records")).isEqualTo(50);
        assertThat(host.<Integer>json("?system=cpu_percent%3E%3D5&system=cpu_percent%3C90", "$.records"))
                .isEqualTo(50);
        assertThat(host.<Integer>json("?from=2026-11-24T22:20:10Z&to=2026-11-24T22:20:12Z", "$.records"))
                .isEqualTo(2);
        assertThat(host.<Integer>json("/metrics/latency?command=train&attribute=model:a,b:c", "$.count"))
                .isEqualTo(50);
    }

    @Test
    void nothingEndedIsNoSuccessRate() {
        String body = host.get(ROOT + "?command=serve").body();
        assertThat(body).contains("\"successRate\":null");
        assertThat(host.get(ROOT + "?command=nobody").body()).contains("\"records\":0", "\"from\":null", "\"to\":null");
    }

    @Test
    void recordsCarryEveryFieldAndTheLatestFirst() {
        String body = host.get(ROOT + "/records?limit=1").body();
        Map<String, Object> record = JsonPath.read(body, "$.records[0]");
        assertThat(record.keySet())
                .containsExactlyInAnyOrder(
                        "id",
                        "timestamp",
                        "command",
                        "run",
                        "status",
                        "event",
                        "metrics",
                        "attributes",
                        "system",
                        "user",
                        "message");
        assertThat(record)
                .containsEntry("id", "bb-000000000101")
                .containsEntry("timestamp", "2026-11-24T22:23:20.000000Z")
                .containsEntry("event", null)
                .containsEntry("attributes", null)
                .containsEntry("message", "=1+1");
        assertThat(JsonPath.<String>read(body, "$.next")).isNotNull();
    }

    @Test
    void pagesNeitherSkipNorRepeatWhileRecordsArrive() {
        Origin late = Records.origin("dd", "late", "C");
        Set<String> seen = new LinkedHashSet<>();
        String cursor = null;
        int pages = 0;
        do {
            String path = ROOT + "/records?command=train&limit=7" + (cursor == null ? "" : "&cursor=" + cursor);
            String body = host.get(path).body();
            List<String> ids = JsonPath.read(body, "$.records[*].id");
            assertThat(seen).doesNotContainAnyElementsOf(ids);
            seen.addAll(ids);
            pipeline.add(pipeline.record(late, pages * 1_000L)).write();
            cursor = JsonPath.read(body, "$.next");
            pages++;
        } while (cursor != null);
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 100)
                        .mapToObj((i) -> "aa-%012d".formatted(101 - i))
                        .toList());
        assertThat(pages).isEqualTo(15);
    }

    @Test
    void aCursorHoldsItsFiltersAndItsRange() {
        String first =
                host.get(ROOT + "/records?command=train&from=-40000d&limit=60").body();
        String cursor = JsonPath.read(first, "$.next");
        assertThat(host.<List<String>>json("/records?limit=60&cursor=" + cursor, "$.records[*].id"))
                .hasSize(40);
        assertThat(host.<List<String>>json("/records?from=-40000d&cursor=" + cursor, "$.records[*].id"))
                .hasSize(40);
        assertProblem("/records?command=serve&cursor=" + cursor, 400, "command", "serve");
        assertProblem("/records?from=-2h&cursor=" + cursor, 400, "from", "-2h");
        for (int i = 0; i < cursor.length(); i += 7) {
            char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
            assertProblem("/records?cursor=" + cursor.substring(0, i) + other + cursor.substring(i + 1), 400, "cursor");
        }
    }

    @Test
    void metricsAreSummarised() {
        List<Map<String, Object>> metrics = host.json("/metrics?command=train", "$.metrics");
        assertThat(metrics)
                .containsExactly(Map.of(
                        "name", "latency",
                        "count", 100,
                        "min", 1.0,
                        "avg", 50.5,
                        "max", 100.0,
                        "last", 100.0,
                        "lastSeen", "2026-11-24T22:21:39.000000Z"));
    }

    @Test
    void oneMetricHasPercentilesAndGroups() {
        Map<String, Object> train = host.json("/metrics/latency?command=train", "$");
        assertThat(train)
                .isEqualTo(Map.of(
                        "metric", "latency", "count", 100, "sum", 5050.0, "avg", 50.5, "min", 1.0, "max", 100.0, "p50",
                        50.0, "p90", 90.0, "p95", 95.0, "p99", 99.0));
        assertThat(host.<List<Object>>json("/metrics/latency?by=status", "$.groups[*].key"))
                .containsExactly("started", "completed", "failed");
        assertThat(host.<List<Object>>json("/metrics/latency?by=status", "$.groups[*].count"))
                .containsExactly(100, 90, 10);
        assertThat(host.<List<Object>>json("/metrics/latency?by=attribute.model", "$.groups[*].key"))
                .containsExactly(null, "a,b:c", "llama-3")
                .hasSize(3);
        for (String by : List.of("command", "event", "run")) {
            assertThat(host.<List<Object>>json("/metrics/latency?by=" + by, "$.groups"))
                    .hasSize(2);
        }
        assertThat(host.<Boolean>json("/metrics/latency?by=run", "$.truncated")).isFalse();
    }

    @Test
    void aNameThatAPathCannotCarryComesAsParameter() {
        String name = Host.encode("with/slash 100%");
        assertThat(host.<Integer>json("/metrics/_?metric=" + name, "$.count")).isEqualTo(1);
        assertThat(host.<List<Integer>>json("/metrics/_/series?buckets=1&metric=" + name, "$.points[*].count"))
                .containsExactly(1);
        assertProblem("/metrics/_?metric=nothing", 404, "nothing");
    }

    @Test
    void anUnknownMetricIsNotFoundAndAKnownOneWithoutValuesIsEmpty() {
        assertProblem("/metrics/nothing", 404, "nothing");
        assertProblem("/metrics/nothing/series?from=-1h&to=-1m", 404, "nothing");
        String body =
                host.get(ROOT + "/metrics/latency?to=2000-01-01T00:00:00Z").body();
        assertThat(body)
                .isEqualTo("{\"metric\":\"latency\",\"count\":0,\"sum\":null,\"avg\":null,\"min\":null,\"max\":null,"
                        + "\"p50\":null,\"p90\":null,\"p95\":null,\"p99\":null}");
    }

    @Test
    void aSeriesHasExactEdgesAndItsEmptyBuckets() {
        String path = "/metrics/latency/series?run=A&from=2026-11-24T22:19:00Z&to=2026-11-24T22:20:30Z&buckets=3";
        Map<String, Object> series = host.json(path, "$");
        assertThat(series)
                .containsEntry("metric", "latency")
                .containsEntry("bucket", "PT30S")
                .containsEntry("from", "2026-11-24T22:19:00.000000Z");
        List<Map<String, Object>> points = host.json(path, "$.points");
        assertThat(points).hasSize(3);
        assertThat(points.get(0).values()).contains("2026-11-24T22:19:00.000000Z", 0);
        assertThat(points.get(0))
                .containsEntry("avg", null)
                .containsEntry("min", null)
                .containsEntry("max", null)
                .containsEntry("p50", null)
                .containsEntry("p95", null)
                .containsEntry("p99", null);
        assertThat(points.get(2))
                .isEqualTo(Map.of(
                        "at", "2026-11-24T22:20:00.000000Z",
                        "count", 30,
                        "avg", 15.5,
                        "min", 1.0,
                        "max", 30.0,
                        "p50", 15.0,
                        "p95", 29.0,
                        "p99", 30.0));
        List<Integer> counts = host.json("/metrics/latency/series", "$.points[*].count");
        assertThat(counts).hasSize(60);
        assertThat(counts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(200);
    }

    @Test
    void runsAreListedAndCompared() {
        List<Map<String, Object>> runs = host.json("/runs?metric=latency", "$.runs");
        assertThat(runs).hasSize(2);
        assertThat(runs.get(0)).containsEntry("run", "B").containsEntry("successRate", null);
        assertThat(runs.get(1))
                .isEqualTo(Map.of(
                        "run", "A",
                        "command", "train",
                        "started", "2026-11-24T22:20:00.000000Z",
                        "ended", "2026-11-24T22:21:39.000000Z",
                        "records", 100,
                        "successRate", 0.9));
        List<Map<String, Object>> metrics = host.json("/runs/compare?base=A&candidate=B", "$.metrics");
        assertThat(metrics.get(0))
                .containsEntry("name", "latency")
                .containsEntry("ratio", 2.0)
                .containsEntry("significant", true)
                .containsKeys("base", "candidate");
        assertThat(metrics.get(1))
                .containsEntry("name", "rows")
                .containsEntry("ratio", null)
                .containsEntry("significant", false);
        assertProblem("/runs/compare?base=A", 400, "candidate");
        assertProblem("/runs/compare?base=A&candidate=nobody", 404, "nobody");
    }

    @Test
    void theContextIsNowAndOverTime() {
        Map<String, Object> answer = host.json("/context?run=A", "$");
        assertThat(answer.get("present")).asString().contains("cpu_percent");
        assertThat(host.<List<Object>>json("/context?run=A", "$.samples[*].system.cpu_percent"))
                .containsExactly(5.0, 95.0);
        assertThat(host.<List<Object>>json("/context?run=A", "$.samples[*].at"))
                .containsExactly("2026-11-24T22:20:00.000000Z", "2026-11-24T22:20:50.000000Z");
        assertThat(host.get(ROOT + "/context?run=A").body()).contains("\"gpu_model\":null");
    }

    @Test
    @FaultRow(number = 27, injected = "a text that begins with = in a CSV export", expected = "neutralised")
    void anExportIsADownload() {
        HttpResponse<String> ndjson = host.get(ROOT + "/export?command=train");
        assertThat(ndjson.statusCode()).isEqualTo(200);
        assertThat(ndjson.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        assertThat(ndjson.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"telemetry.ndjson\"");
        assertThat(ndjson.body().lines())
                .hasSize(100)
                .allSatisfy((line) ->
                        assertThat(JsonPath.<String>read(line, "$.id")).startsWith("aa-"));
        HttpResponse<String> csv = host.get(ROOT + "/export?format=csv&run=B");
        assertThat(csv.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
        assertThat(csv.headers().firstValue("Content-Disposition")).hasValue("attachment; filename=\"telemetry.csv\"");
        assertThat(csv.body())
                .startsWith("id,timestamp,command,status,event,metric.")
                .contains(",system,message,run,user\r\n")
                .contains(",'=1+1,");
        HttpResponse<String> refused = host.get(ROOT + "/export?format=xls");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("Content-Disposition")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/records?limit=1000000000|limit|1000000000",
                "/records?limit=0|limit|0",
                "/records?limit=|limit|",
                "/records?limit=x|limit|x",
                "/records?limit=1&limit=2|limit|1",
                "/records?cursor=%00|cursor|",
                "/records?cursor=AAAA|cursor|AAAA",
                "/records?cursor=|cursor|",
                "?from=tomorrow|from|tomorrow",
                "?to=yesterday|to|yesterday",
                "?from=today&zone=Mars/Olympus|zone|Mars/Olympus",
                "/records?zone=|zone|",
                "?text=|text|",
                "?from=2026-11-24|from|2026-11-24",
                "?to=-5y|to|-5y",
                "?from=-999999999d|from|-999999999d",
                "?from=%2B999999999-01-01T00:00:00Z|from|999999999",
                "?from=-1h&to=-2h|from|-1h",
                "?attribute=model|attribute|model",
                "?attribute=:x|attribute|:x",
                "?system=gpu|system|gpu",
                "?system=gpu%3Ehot|system|hot",
                "?status=%20|status|",
                "?command=a&command=b|command|a",
                "/metrics/latency?by=colour|by|colour",
                "/metrics/latency?by=attribute.|by|attribute.",
                "/metrics/latency/series?buckets=1001|buckets|1001",
                "/metrics/latency/series?buckets=-1|buckets|-1",
                "/runs/compare?base=A&candidate=B&run=A|run|A",
                "/records?path=export|path|export",
                "/records?path=export&path=x|path|export",
                "/export?format=exe|format|exe"
            })
    @FaultRow(
            number = 23,
            injected = "bad limits, cursors, instants, ranges over HTTP",
            expected = "400 with parameter, value and what is accepted")
    void badInputIsRefusedWithTheReason(String row) {
        String[] parts = row.split("\\|", -1);
        assertProblem(parts[0], 400, parts[1], parts[2], "accepted");
    }

    @Test
    void unknownPathsAreNotFound() {
        for (String path : List.of(
                "/nothing",
                "/records/1",
                "/metrics/latency/series/x",
                "/runs/x",
                "/assets",
                "/assets/nothing.js",
                "/assets/index.html",
                "/assets/app.js/x",
                "/assets/.hidden.js")) {
            assertProblem(path, 404);
        }
        for (String path : List.of(
                "/assets/..%2fapplication.properties",
                "/assets/%2e%2e/secret.js", "/assets/..;/x.js", "/assets/..%5cx.js")) {
            assertThat(host.get(ROOT + path).statusCode()).isIn(400, 404);
        }
    }

    @Test
    @FaultRow(number = 25, injected = "other methods than GET", expected = "refused")
    void nothingButGetIsAllowed() {
        for (String path : List.of("", "/records", "/export")) {
            for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
                assertThat(host.send(host.request(ROOT + path)
                                        .method(method, BodyPublishers.ofString("{}"))
                                        .header("Content-Type", "application/json")
                                        .build())
                                .statusCode())
                        .as(method + path)
                        .isEqualTo(405);
            }
        }
    }

    @Test
    void anExportLeavesTheMachineOutWhenAsked() {
        String whole = host.get(ROOT + "/export?command=train").body();
        String bare = host.get(ROOT + "/export?command=train&system=false").body();
        assertThat(bare.lines().count()).isEqualTo(whole.lines().count()).isEqualTo(100);
        String id = JsonPath.read(whole.lines().findFirst().orElseThrow(), "$.id");
        assertThat(bare.lines().findFirst().orElseThrow()).contains(id).doesNotContain("cpu_percent");
    }

    @Test
    void aBrowserGetsThePageAndEverythingElseJson() {
        String browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        HttpResponse<String> page = host.get(ROOT, "Accept", browser);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).contains("telemetry/assets/app.js");
        for (String accept : List.of("*/*", "application/json", "application/json, text/html;q=0.5")) {
            assertThat(host.get(ROOT, "Accept", accept).headers().firstValue("Content-Type"))
                    .as(accept)
                    .hasValue("application/json");
        }
        HttpResponse<String> script = host.get(ROOT + "/assets/app.js", "Accept", "*/*");
        assertThat(script.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/javascript");
        assertThat(script.body()).isNotBlank();
        assertThat(host.get(ROOT + "/records", "Accept", browser).headers().firstValue("Content-Type"))
                .hasValue("application/json");
    }

    @Test
    @FaultRow(number = 26, injected = "the endpoint asked over HTTP", expected = "a CSP without unsafe-*, nosniff")
    void answersCarryProtectiveHeadersAndOthersDoNot() {
        for (String path : List.of("", "/records", "/export", "/nothing")) {
            HttpResponse<String> response = host.get(ROOT + path);
            assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .startsWith("default-src 'none'")
                    .doesNotContain("unsafe");
        }
        assertThat(host.get("/actuator/health").headers().firstValue("Content-Security-Policy"))
                .isEmpty();
    }

    private static void assertProblem(String path, int status, String... words) {
        HttpResponse<String> response = host.get(ROOT + path);
        assertThat(response.statusCode()).as(path + " " + response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        Map<String, Object> problem = JsonPath.read(response.body(), "$");
        assertThat(problem).containsEntry("status", status).containsKeys("type", "title");
        assertThat((String) problem.get("detail")).as(path).isNotBlank();
        for (String word : words) {
            assertThat((String) problem.get("detail")).as(path).contains(word);
        }
    }
}
