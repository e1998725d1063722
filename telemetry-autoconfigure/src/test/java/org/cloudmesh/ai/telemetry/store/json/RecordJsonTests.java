package org.cloudmesh.ai.telemetry.store.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RecordJsonTests {

    private static final long AT = 1_795_558_800_123_456L;

    private final JsonMapper mapper = JsonMapper.builder().build();

    private final RecordReader reader = new RecordReader(ZoneOffset.UTC);

    @Test
    void writesTheFieldsOfTheContract() {
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("cpu_percent", 12.5);
        system.put("memory_total", 68_719_476_736L);
        system.put("gpu_model", null);
        Origin origin = new Origin("a1", "serve", "r1", user());
        TelemetryRecord record = TelemetryRecord.builder(origin, 7, AT)
                .status(Status.COMPLETED)
                .event("inference")
                .metrics(new String[] {"latency", "tokens"}, new double[] {0.125, 512})
                .attributes(Map.of("model", "llama-3"))
                .system(system)
                .message("warm")
                .build();
        assertThat(RecordJson.write(record))
                .isEqualTo("{\"id\":\"a1-000000000007\",\"timestamp\":\"2026-11-24T22:20:00.123456Z\","
                        + "\"command\":\"serve\",\"run\":\"r1\",\"status\":\"completed\",\"event\":\"inference\","
                        + "\"metrics\":{\"latency\":0.125,\"tokens\":512.0},\"attributes\":{\"model\":\"llama-3\"},"
                        + "\"system\":{\"cpu_percent\":12.5,\"memory_total\":68719476736,\"gpu_model\":null},"
                        + "\"user\":{\"name\":\"ann\",\"host\":\"h\",\"pid\":42},\"message\":\"warm\"}");
    }

    @Test
    void absentFieldsAreLeftOutOfFilesAndNullInAnswers() {
        TelemetryRecord record = TelemetryRecord.builder(new Origin("a1", "serve", null, Map.of()), 7, AT)
                .build();
        assertThat(RecordJson.write(record))
                .isEqualTo("{\"id\":\"a1-000000000007\",\"timestamp\":\"2026-11-24T22:20:00.123456Z\","
                        + "\"command\":\"serve\",\"run\":null,\"status\":\"recorded\",\"metrics\":{},\"system\":null,"
                        + "\"user\":{}}");
        JsonBuffer answer = new JsonBuffer(16);
        RecordWriter.forAnswers().write(record, answer);
        JsonNode tree = this.mapper.readTree(answer.toString());
        assertThat(tree.propertyNames())
                .containsExactly(
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
        assertThat(tree.get("event").isNull()).isTrue();
        assertThat(tree.get("attributes").isNull()).isTrue();
        assertThat(tree.get("id").asString()).isEqualTo(record.id());
        assertThat(tree.get("command").asString()).isEqualTo(record.origin().command());
        assertThat(tree.get("status").asString()).isEqualTo(record.status().value());
        assertThat(tree.get("metrics")).isEqualTo(this.mapper.valueToTree(record.metrics()));
        assertThat(tree.get("user"))
                .isEqualTo(this.mapper.valueToTree(record.origin().user()));
        assertThat(tree.get("system")).isEqualTo(this.mapper.valueToTree(record.system()));
        assertThat(tree).isEqualTo(this.mapper.valueToTree(RecordJson.fields(record)));
    }

    @Test
    void numbersSurviveWhateverReadsThem() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Double> values = new ArrayList<>(List.of(
                -0.0, 0.0, 1e-310, Double.MIN_VALUE, Double.MAX_VALUE, 0.1 + 0.2, 1e9, 999999999.999999, -1e-6, 45.2));
        for (int i = 0; i < 20_000; i++) {
            double wild = Double.longBitsToDouble(random.nextLong());
            values.add(Double.isFinite(wild) ? wild : 1.5);
            values.add(random.nextGaussian() * 1000);
            values.add(random.nextInt() / 1000.0);
            values.add(random.nextInt() / 1e6);
            values.add(random.nextLong() / 1e10);
            values.add((double) random.nextInt());
        }
        JsonBuffer buffer = new JsonBuffer(16);
        for (double value : values) {
            buffer.clear(64);
            String json = buffer.number(value).toString();
            assertThat(Double.parseDouble(json)).as("seed %d: %s", seed, json).isEqualTo(value);
            assertThat(this.mapper.readTree(json).doubleValue())
                    .as("seed %d: %s", seed, json)
                    .isEqualTo(value);
        }
    }

    @Test
    void textsSurviveWhateverReadsThem() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String text = random.ints(random.nextInt(40), 0, 5)
                    .map((kind) -> switch (kind) {
                        case 0 -> random.nextInt(0x20);
                        case 1 -> "\"\\/\u0085\u2028\u2029\u007f<>&".charAt(random.nextInt(10));
                        case 2 -> 0x10000 + random.nextInt(0x100000);
                        case 3 -> random.nextInt(0xD800);
                        default -> ' ' + random.nextInt(95);
                    })
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            String json = new JsonBuffer(1).string(text).toString();
            assertThat(this.mapper.readTree(json).stringValue())
                    .as("seed %d", seed)
                    .isEqualTo(text);
            assertThat(json.lines()).as("seed %d: %s", seed, json).hasSize(1);
        }
    }

    @Test
    @FaultRow(number = 20, injected = "half a surrogate pair", expected = "replaced, valid JSON")
    void aLoneSurrogateBecomesTheReplacementCharacter() {
        assertThat(new JsonBuffer(1).string("a\uD800b").toString()).isEqualTo("\"a\uFFFDb\"");
    }

    @Test
    void whatWasWrittenIsReadBack() {
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("cpu_count", 8L);
        system.put("gpu_model", null);
        system.put("gpus", List.of(Map.of("model", "A100", "percent", 12.5)));
        TelemetryRecord record = TelemetryRecord.builder(new Origin("a-b-1", "serve", "r", user()), 12, AT)
                .status(Status.of("queued"))
                .event("e")
                .metrics(new String[] {"a", "b"}, new double[] {-0.0, 1e-310})
                .attributes(Map.of("k", "v"))
                .system(system)
                .message("m")
                .build();
        TelemetryRecord back = read(RecordJson.write(record));
        assertThat(back).isNotNull();
        assertThat(RecordJson.fields(back)).isEqualTo(RecordJson.fields(record));
        assertThat(back.sequence()).isEqualTo(12);
        assertThat(read(RecordJson.write(record)).origin()).isSameAs(back.origin());
    }

    @Test
    @FaultRow(number = 30, injected = "a line nested 100,000 levels deep", expected = "no record")
    void aBombOfNestingIsNoRecord() {
        String bomb = "{\"timestamp\":\"2026-11-25T00:00:00Z\",\"metrics\":" + "[".repeat(100_000);
        assertThat(read(bomb)).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> RecordJson.read("{\"a\":".repeat(100_000)));
        assertThat(read("{\"timestamp\":\"2026-11-25T00:00:00Z\",\"metrics\":{\"a\":" + "1".repeat(100_000) + "}}"))
                .isNull();
        assertThat(read("[1]")).isNull();
        assertThat(read("{}")).isNull();
        assertThat(read("{\"timestamp\":\"2026-11-25T00:00:00Z\"")).isNull();
    }

    @Test
    void pythonsKeywordsFindTheirPlaces() {
        TelemetryRecord record =
                read("{\"timestamp\": \"2026-11-25T00:32:20.317598\", \"command\": \"train\", \"status\": \"running\","
                        + " \"metrics\": {\"metric\": \"latency\", \"value\": 0.125, \"event\": \"load\","
                        + " \"model\": \"llama-3\", \"warm\": true, \"bad\": NaN, \"worse\": -Infinity, \"no\": null},"
                        + " \"system\": {\"cpu\": \"x\", \"gpu_model\": null}, \"host\": \"h1\"}");
        assertThat(record.metrics()).containsExactly(Map.entry("latency", 0.125));
        assertThat(record.event()).isEqualTo("load");
        assertThat(record.attributes())
                .isEqualTo(Map.of("model", "llama-3", "warm", "true", "invalid_metrics", "bad,worse,no", "host", "h1"));
        assertThat(record.status()).isEqualTo(Status.of("running"));
        assertThat(record.id()).isEqualTo("python-000000000001");
        assertThat(record.timestamp()).hasToString("2026-11-25T00:32:20.317598Z");
        assertThat(record.system()).containsEntry("cpu", "x").containsEntry("gpu_model", null);
    }

    @Test
    void linesOfOtherProgramsHaveTheirTimeInManyForms() {
        for (String time : List.of(
                "\"timestamp\":\"2026-11-24T22:20:00.5Z\"",
                "\"ts\":1795558800.5",
                "\"time\":1795558800500",
                "\"time\":\"2026-11-24T23:20:00.5+01:00\"",
                "\"timestamp\":\"soon\",\"ts\":1795558800500")) {
            assertThat(read("{" + time + ",\"loss\":0.25}").timestamp())
                    .as(time)
                    .hasToString("2026-11-24T22:20:00.500Z");
        }
        for (String time : List.of("\"ts\":1e300", "\"ts\":true", "\"ts\":\"1795558800\"", "\"date\":1795558800")) {
            assertThat(read("{" + time + ",\"loss\":0.25}")).as(time).isNull();
        }
    }

    @Test
    void numbersOfOtherProgramsAreMetricsAndTextsAttributes() {
        TelemetryRecord record = read("{\"ts\":1795558800,\"time\":2.5,\"loss\":0.25,\"step\":7,\"level\":\"info\","
                + "\"ok\":true,\"tags\":[1],\"none\":null,\"huge\":1e999,\"user\":\"ann\",\"message\":\"m\"}");
        assertThat(record.metrics())
                .containsExactly(Map.entry("time", 2.5), Map.entry("loss", 0.25), Map.entry("step", 7.0));
        assertThat(record.attributes())
                .isEqualTo(
                        Map.of("level", "info", "ok", "true", "tags", "[1]", "invalid_metrics", "huge", "user", "ann"));
        assertThat(record.message()).isEqualTo("m");
        assertThat(record.status()).isEqualTo(Status.RECORDED);
    }

    @Test
    void timestampsWithoutAZoneAreOfTheZoneGiven() {
        ForeignRecords records = new ForeignRecords(ZoneId.of("Asia/Kolkata"));
        assertThat(records.row(3, "2026-11-25 05:30:00", null, null, "{}", null, null)
                        .timestamp())
                .hasToString("2026-11-25T00:00:00Z");
        assertThat(records.row(3, "2026-11-25T05:30:00+02:00", "c", null, "oops", "{", null)
                        .timestamp())
                .hasToString("2026-11-25T03:30:00Z");
        assertThat(records.row(3, "yesterday", "c", null, null, null, null)).isNull();
        assertThat(records.row(1, "2026-11-25T05:30:00", "c", null, null, null, null)
                        .origin())
                .isSameAs(records.row(2, "2026-11-25T05:30:00", "c", null, null, null, null)
                        .origin());
    }

    private TelemetryRecord read(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return this.reader.read(bytes, 0, bytes.length, () -> 1);
    }

    private static Map<String, Object> user() {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("name", "ann");
        user.put("host", "h");
        user.put("pid", 42L);
        return user;
    }
}
