package org.cloudmesh.ai.telemetry.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.RecordSource;
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

/** Traces, largest first, attributes, curves, comparisons and the choice of a store, over HTTP, on both web stacks. */
@ParameterizedClass
@EnumSource(
        value = WebApplicationType.class,
        names = {"SERVLET", "REACTIVE"})
class AnswersHttpTests {

    private static final String ROOT = "/actuator/telemetry";

    @Parameter
    private WebApplicationType type;

    private static Host host;

    @BeforeParameterizedClassInvocation
    static void start(WebApplicationType type) {
        StubPipeline pipeline = new StubPipeline() {
            @Override
            public RecordSource source(String backend) {
                return backend.equals("memory") ? source() : null;
            }
        };
        pipeline.stores = List.of(StubPipeline.status("memory", true, null), StubPipeline.status("text", false, null));
        fill(pipeline);
        host = Host.start(type, pipeline);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        host.close();
    }

    /** Three traces of a search, an embedding and a chat, ten seconds apart; then two runs of twenty steps each. */
    private static void fill(StubPipeline pipeline) {
        Origin shop = Records.origin("aa", "shop", "S");
        for (int i = 0; i < 3; i++) {
            long end = 10_000_000L * i;
            pipeline.add(pipeline.record(shop, end + 100_000)
                    .event("embed")
                    .status(Status.COMPLETED)
                    .metrics(new String[] {"duration_sec"}, new double[] {0.1})
                    .attributes(place(i, "b", "a")));
            Map<String, String> chat = place(i, "c", "a");
            chat.put("gen_ai.response.model", "llama-3");
            chat.put("gen_ai.response.id", "r-" + i);
            pipeline.add(pipeline.record(shop, end + 400_000)
                    .event("gen_ai.client.operation")
                    .status(i == 1 ? Status.FAILED : Status.COMPLETED)
                    .metrics(
                            new String[] {
                                "gen_ai.client.operation.duration", "gen_ai.usage.input_tokens", "gen_ai.usage.cost"
                            },
                            new double[] {0.2, 10 * (i + 1), 0.5})
                    .attributes(chat));
            pipeline.add(pipeline.record(shop, end + 500_000)
                    .event("search")
                    .status(Status.COMPLETED)
                    .metrics(new String[] {"duration_sec"}, new double[] {0.5})
                    .attributes(place(i, "a", null)));
        }
        pipeline.add(pipeline.record(shop, 60_000_000L)
                .event("gen_ai.evaluation.result")
                .metrics(new String[] {"gen_ai.evaluation.score.value"}, new double[] {0.8})
                .attributes(Map.of("gen_ai.response.id", "r-0", "gen_ai.evaluation.name", "helpful")));
        for (String run : List.of("A", "B")) {
            Origin origin = Records.origin(run, "train", run);
            for (int step = 0; step < 20; step++) {
                pipeline.add(pipeline.record(origin, (run.equals("A") ? 100 : 200) * 1_000_000L + step * 1_000_000L)
                        .status(step == 19 ? Status.FAILED : Status.COMPLETED)
                        .metrics(
                                new String[] {"loss", "step"},
                                new double[] {run.equals("A") ? 20 - step : 100 - step, step})
                        .attributes(Map.of("version", run.equals("A") ? "1.0" : "1.1", "host", "h" + step % 4)));
            }
        }
        pipeline.write();
    }

    private static Map<String, String> place(int trace, String span, String parent) {
        Map<String, String> place = new LinkedHashMap<>();
        place.put("trace_id", "t-" + trace);
        place.put("span_id", span + trace);
        if (parent != null) {
            place.put("parent_span_id", parent + trace);
        }
        place.put("gen_ai.conversation.id", trace == 2 ? "late" : "early");
        return place;
    }

    @Test
    void tracesAreListedTheNewestFirst() {
        assertThat(host.<List<String>>json("/traces", "$.traces[*].trace")).containsExactly("t-2", "t-1", "t-0");
        Map<String, Object> first = host.json("/traces?limit=3", "$.traces[2]");
        assertThat(first)
                .isEqualTo(mapOf(
                        "trace",
                        "t-0",
                        "started",
                        "2026-11-24T22:20:00.000000Z",
                        "duration",
                        0.5,
                        "records",
                        3,
                        "status",
                        "completed",
                        "event",
                        "search",
                        "command",
                        "shop",
                        "models",
                        List.of("llama-3"),
                        "inputTokens",
                        10,
                        "outputTokens",
                        null,
                        "cost",
                        0.5,
                        "currency",
                        null,
                        "scores",
                        Map.of("helpful", 0.8)));
        assertThat(host.<List<String>>json("/traces?status=failed", "$.traces[*].status"))
                .containsExactly("failed");
        assertThat(host.<List<String>>json("/traces?attribute=gen_ai.conversation.id:early", "$.traces[*].trace"))
                .containsExactly("t-1", "t-0");
    }

    @Test
    void tracesArePaged() {
        List<String> traces = new ArrayList<>();
        String cursor = "";
        do {
            String page =
                    host.get(ROOT + "/traces?limit=2&command=shop" + cursor).body();
            traces.addAll(JsonPath.<List<String>>read(page, "$.traces[*].trace"));
            String next = JsonPath.read(page, "$.next");
            cursor = next == null ? null : "&cursor=" + next;
        } while (cursor != null);
        assertThat(traces).containsExactly("t-2", "t-1", "t-0");
        assertProblem("/records?event=a%00b", 400, "event", "NUL");
        assertProblem("/traces?cursor=AAAA", 400, "cursor");
    }

    @Test
    void aTraceIsATreeOfSpans() {
        Map<String, Object> trace = host.json("/traces/t-0", "$");
        assertThat(trace)
                .containsEntry("trace", "t-0")
                .containsEntry("duration", 0.5)
                .containsEntry("truncated", false);
        assertThat(host.<List<String>>json("/traces/t-0", "$.spans[*].event"))
                .containsExactly("search", "embed", "gen_ai.client.operation");
        assertThat(host.<List<Integer>>json("/traces/t-0", "$.spans[*].depth")).containsExactly(0, 1, 1);
        Map<String, Object> span = host.json("/traces/t-0", "$.spans[1]");
        assertThat(span)
                .containsEntry("span", "b0")
                .containsEntry("parent", "a0")
                .containsEntry("started", "2026-11-24T22:20:00.000000Z")
                .containsEntry("duration", 0.1)
                .containsEntry("status", "completed")
                .containsEntry("metrics", Map.of("duration_sec", 0.1))
                .containsKeys("id", "attributes");
        assertThat(host.<List<Double>>json("/traces/t-0", "$.scores[*].value")).containsExactly(0.8);
        assertProblem("/traces/nobody", 404, "nobody");
        assertProblem("/traces/t-0/x", 404);
    }

    @Test
    void theLargestRecordsComeFirst() {
        assertThat(host.<List<Double>>json("/records?top=loss&limit=3", "$.records[*].metrics.loss"))
                .containsExactly(100.0, 99.0, 98.0);
        assertThat(host.<List<Double>>json("/records?top=loss&limit=2&run=A", "$.records[*].metrics.loss"))
                .containsExactly(20.0, 19.0);
        assertThat(host.<Object>json("/records?top=loss", "$.next")).isNull();
        assertThat(host.<List<Object>>json("/records?top=loss&run=S", "$.records"))
                .isEmpty();
        assertProblem("/records?top=nothing", 404, "nothing");
    }

    @Test
    void groupsAreCutAndOrdered() {
        String path = "/metrics/loss?by=attribute.host&top=1&order=max";
        assertThat(host.<List<String>>json(path, "$.groups[*].key")).containsExactly("h0");
        assertThat(host.<Integer>json(path, "$.groupCount")).isEqualTo(4);
        assertThat(host.<Integer>json(path, "$.others.count")).isEqualTo(30);
        assertThat(host.<Boolean>json(path, "$.truncated")).isTrue();
        assertThat(host.<Integer>json("/metrics/loss?by=run", "$.others.count")).isZero();
    }

    @Test
    void aSeriesIsDrawnByGroupAndOverOtherAxes() {
        String byRun = "/metrics/loss/series?by=run&axis=step&buckets=10";
        assertThat(host.<List<String>>json(byRun, "$.series[*].key")).containsExactly("A", "B");
        assertThat(host.<List<Double>>json(byRun, "$.series[0].points[*].at"))
                .containsExactly(0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0);
        assertThat(host.<List<Double>>json(byRun, "$.series[0].points[*].avg"))
                .startsWith(19.5)
                .endsWith(1.5);
        String elapsed = "/metrics/loss/series?by=run&axis=elapsed&buckets=5&top=1";
        assertThat(host.<Double>json(elapsed, "$.to")).isEqualTo(19.0);
        assertThat(host.<List<Integer>>json(elapsed, "$.points[*].count")).containsExactly(8, 8, 8, 8, 8);
        assertThat(host.<List<Integer>>json(elapsed, "$.others.points[*].count"))
                .containsExactly(4, 4, 4, 4, 4);
        assertThat(host.<Integer>json(elapsed, "$.groupCount")).isEqualTo(2);
        assertThat(host.<Boolean>json(elapsed, "$.truncated")).isTrue();
        String time = "/metrics/loss/series?by=run&buckets=2";
        assertThat(host.<String>json(time, "$.points[0].at")).isEqualTo("2026-11-24T22:21:40.000000Z");
        assertThat(host.<String>json(time, "$.bucket")).startsWith("PT");
        assertThat(host.<List<Integer>>json(time, "$.series[0].points[*].count"))
                .containsExactly(20, 0);
        String day = "/metrics/loss/series?by=attribute.host&bucket=day&zone=Europe/Berlin&top=1&groups=2&order=sum";
        assertThat(host.<List<String>>json(day, "$.points[*].at")).containsExactly("2026-11-23T23:00:00.000000Z");
        assertThat(host.<String>json(day, "$.bucket")).isEqualTo("PT24H");
        assertThat(host.<List<String>>json(day, "$.series[*].key")).containsExactly("h0");
        assertThat(host.<List<Object>>json(day, "$.groups"))
                .isEqualTo(host.<List<Object>>json("/metrics/loss?by=attribute.host&top=2&order=sum", "$.groups"));
        assertThat(host.<List<String>>json("/metrics/loss/series?bucket=hour&zone=UTC", "$.points[*].at"))
                .containsExactly("2026-11-24T22:00:00.000000Z");
        assertProblem("/metrics/loss/series?bucket=week", 400, "week");
        assertProblem("/metrics/loss/series?bucket=day&axis=step", 400, "axis");
        assertProblem("/metrics/loss/series?axis=nothing", 404, "nothing");
        assertProblem("/metrics/nothing/series?axis=step", 404, "nothing");
        assertThat(host.<List<Object>>json("/metrics/loss/series?axis=step&run=S", "$.points"))
                .isEmpty();
    }

    @Test
    void attributesAreListedWithTheirValues() {
        List<Map<String, Object>> attributes = host.json("/attributes?run=A", "$.attributes");
        assertThat(attributes)
                .containsExactly(
                        mapOf(
                                "name",
                                "host",
                                "records",
                                20,
                                "values",
                                List.of(
                                        mapOf("value", "h0", "records", 5),
                                        mapOf("value", "h1", "records", 5),
                                        mapOf("value", "h2", "records", 5),
                                        mapOf("value", "h3", "records", 5)),
                                "truncated",
                                false),
                        mapOf(
                                "name",
                                "version",
                                "records",
                                20,
                                "values",
                                List.of(mapOf("value", "1.0", "records", 20)),
                                "truncated",
                                false));
        assertThat(host.<List<String>>json("/attributes?name=trace_id", "$.attributes[*].name"))
                .containsExactly("trace_id");
    }

    @Test
    void runsRangesAndAttributesAreCompared() {
        for (String sides : List.of(
                "base=A&candidate=B",
                "base=2026-11-24T22:21:00Z..2026-11-24T22:22:30Z&candidate=2026-11-24T22:22:30Z..2026-11-24T23:00:00Z",
                "base=attribute.version:1.0&candidate=attribute.version:1.1",
                "base=A&candidate=attribute.version:1.1")) {
            Map<String, Object> loss = host.json("/runs/compare?" + sides + "&metric=loss", "$.metrics[0]");
            assertThat(loss).as(sides).containsEntry("name", "loss").containsEntry("significant", true);
            Map<String, Object> base = host.json("/runs/compare?metric=loss&" + sides, "$.metrics[0].base");
            assertThat(base)
                    .as(sides)
                    .containsEntry("count", 20)
                    .containsEntry("sum", 210.0)
                    .containsEntry("avg", 10.5)
                    .containsEntry("p50", 10.0)
                    .containsEntry("p95", 19.0)
                    .containsEntry("last", 1.0)
                    .containsEntry("successRate", 0.95);
        }
        assertThat(host.<Integer>json(
                        "/runs/compare?base=2000-01-01T00:00:00Z..2001-01-01T00:00:00Z&candidate=B",
                        "$.metrics[0].base.count"))
                .isZero();
        assertProblem("/runs/compare?base=attribute.version:9&candidate=B", 404, "attribute.version:9");
    }

    @Test
    void aStoreIsChosenByItsName() {
        assertThat(host.<Integer>json("?store=memory", "$.records")).isEqualTo(50);
        assertThat(host.<String>json("?store=text", "$.store.backend")).isEqualTo("text");
        assertThat(host.<Boolean>json("?store=text", "$.store.available")).isFalse();
        assertThat(host.<Integer>json("", "$.store.unreadable")).isZero();
        assertThat(host.<List<Object>>json("/records?store=memory&limit=1", "$.records"))
                .hasSize(1);
        assertProblem("/records?store=text", 404, "text");
        assertProblem("?store=nobody", 400, "store", "nobody", "memory, text");
        String next = host.json("/records?store=memory&limit=1", "$.next");
        assertThat(host.<List<Object>>json("/records?limit=1&cursor=" + next, "$.records"))
                .hasSize(1);
        assertProblem("/records?store=text&cursor=" + next, 400, "store", "text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/records?top=|top|",
                "/records?top=loss&cursor=x|cursor|x",
                "/metrics/loss?by=run&top=0|top|0",
                "/metrics/loss?by=run&top=1001|top|1001",
                "/metrics/loss?by=run&order=size|order|size",
                "/metrics/loss/series?by=run&top=101|top|101",
                "/metrics/loss/series?axis=|axis|",
                "/traces?limit=0|limit|0",
                "/traces?from=today&zone=Nowhere|zone|Nowhere",
                "/runs/compare?base=A&candidate=-1d..-2d|candidate|-1d..-2d",
                "/runs/compare?base=-2d..-1d&candidate=A&from=-1h|from|-1h",
                "/runs/compare?base=-2d..-1d&candidate=A&run=A|run|A"
            })
    void badInputIsRefusedWithTheReason(String row) {
        String[] parts = row.split("\\|", -1);
        assertProblem(parts[0], 400, parts[1], parts[2], "accepted");
    }

    private static Map<String, Object> mapOf(Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    private static void assertProblem(String path, int status, String... words) {
        HttpResponse<String> response = host.get(ROOT + path);
        assertThat(response.statusCode()).as(path + " " + response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        for (String word : words) {
            assertThat(JsonPath.<String>read(response.body(), "$.detail"))
                    .as(path)
                    .contains(word);
        }
    }
}
