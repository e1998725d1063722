package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;

/** Records for tests of stores. */
public final class Records {

    /** 2026-11-24T22:20:00Z. */
    public static final long START = 1_795_558_800_000_000L;

    /** Texts that break what is careless with them. */
    public static final List<String> NASTY_TEXTS = List.of(
            "\"quoted\" 'single' `back`",
            "back\\slash \\n \\u0041 \\",
            "<script>alert(1)</script>&amp;",
            "line\nfeed\r\ncarriage\ttab\b\f",
            "\u0001\u001f\u007f\u0085\u2028\u2029",
            "émoji 😀 👩‍👩‍👧 日本語 ‮right",
            "'; DROP TABLE telemetry; --",
            "=1+1",
            "{\"timestamp\":\"2020-01-01T00:00:00Z\"}",
            " padded ",
            "%s %n ${x} #{y}",
            "x".repeat(100_000));

    private Records() {}

    /** Returns an origin. */
    public static Origin origin(String token, String command, String run) {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("name", "ann");
        user.put("host", "h1");
        user.put("pid", 42L);
        return new Origin(token, command, run, user);
    }

    /** Returns a machine's state. */
    public static Map<String, Object> system(double cpu) {
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("cpu", "AMD EPYC");
        system.put("cpu_count", 2L);
        system.put("cpu_percent", cpu);
        system.put("memory_total", 68_719_476_736L);
        system.put("gpu_present", false);
        system.put("gpu_model", null);
        system.put("gpus", List.of());
        return system;
    }

    /** Returns records of two origins, a millisecond apart, some of them up to fifty late. */
    public static List<TelemetryRecord> random(long seed, int count) {
        Random random = new Random(seed);
        Origin[] origins = {origin("aa", "train", "r1"), origin("bb", "serve", "r2")};
        long[] sequences = new long[2];
        String[] events = {null, "inference", "load \"x\""};
        Status[] statuses = {Status.STARTED, Status.COMPLETED, Status.FAILED, Status.RECORDED, Status.of("queued")};
        Map<String, Object> system = system(10);
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int origin = random.nextInt(2);
            long late = random.nextInt(10) == 0 ? random.nextInt(50) : 0;
            if (i % 100 == 99) {
                system = system(random.nextInt(100));
            }
            TelemetryRecord.Builder record = TelemetryRecord.builder(
                            origins[origin], ++sequences[origin], START + (i - late) * 1000L)
                    .status(statuses[random.nextInt(statuses.length)])
                    .event(events[random.nextInt(events.length)])
                    .system(random.nextInt(20) == 0 ? null : system);
            switch (random.nextInt(3)) {
                case 0 ->
                    record.metrics(
                            new String[] {"latency", "tokens"},
                            new double[] {random.nextDouble(), random.nextInt(1000)});
                case 1 -> record.metrics(new String[] {"latency"}, new double[] {random.nextGaussian()});
                default -> record.message("nothing measured");
            }
            if (random.nextBoolean()) {
                record.attributes(Map.of("model", random.nextBoolean() ? "llama-3" : "a:b,c"));
            }
            records.add(record.build());
        }
        return records;
    }

    /**
     * Returns records of traces: spans with durations and parents, scores, steps, and attributes of few and of many
     * values. Some are of no trace, some have a parent that never came.
     */
    public static List<TelemetryRecord> traced(long seed, int count) {
        Random random = new Random(seed);
        Origin[] origins = {origin("aa", "train", "r1"), origin("bb", "serve", "r2"), origin("cc", "serve", null)};
        long[] sequences = new long[origins.length];
        Status[] statuses = {Status.COMPLETED, Status.COMPLETED, Status.FAILED, Status.RECORDED};
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int origin = random.nextInt(origins.length);
            Map<String, String> attributes = new LinkedHashMap<>();
            if (random.nextInt(5) > 0) {
                // Neighbours mostly share a trace.
                attributes.put("trace_id", "t" + (i / 10 + random.nextInt(3)));
                attributes.put("span_id", "s" + i);
                if (random.nextInt(3) > 0) {
                    attributes.put("parent_span_id", "s" + (i + 1 + random.nextInt(4)));
                }
            }
            if (random.nextBoolean()) {
                attributes.put("tenant", "tenant-" + random.nextInt(3));
                attributes.put("user", "user-" + random.nextInt(60));
            }
            TelemetryRecord.Builder record = TelemetryRecord.builder(
                            origins[origin], ++sequences[origin], START + 1_000L * (i - random.nextInt(20)))
                    .status(statuses[random.nextInt(statuses.length)]);
            switch (random.nextInt(4)) {
                case 0 -> {
                    attributes.put("gen_ai.response.model", "model-" + random.nextInt(3));
                    attributes.put("gen_ai.response.id", "response-" + i);
                    record.event("gen_ai.client.operation")
                            .metrics(
                                    new String[] {
                                        "gen_ai.client.operation.duration",
                                        "gen_ai.usage.input_tokens",
                                        "gen_ai.usage.cost",
                                        "step"
                                    },
                                    new double[] {
                                        random.nextDouble() / 10, random.nextInt(100), random.nextInt(8) / 8.0, i / 7
                                    });
                }
                case 1 ->
                    record.event("answer").metrics(new String[] {"duration_sec", "step"}, new double[] {
                        random.nextInt(20) == 0 ? -1 : random.nextDouble() / 5, i / 7
                    });
                case 2 -> {
                    attributes.put("gen_ai.evaluation.name", "helpful-" + random.nextInt(2));
                    attributes.put("gen_ai.response.id", "response-" + random.nextInt(i + 1));
                    record.event("gen_ai.evaluation.result")
                            .metrics(
                                    new String[] {"gen_ai.evaluation.score.value"}, new double[] {random.nextDouble()});
                }
                default -> record.message("nothing measured");
            }
            records.add(record.attributes(attributes).build());
        }
        return records;
    }

    /**
     * Returns records with attributes of many values, sessions near each other and users all over, some of them seconds
     * late, under readings of the machine that change now and then.
     */
    public static List<TelemetryRecord> needles(long seed, int count) {
        Random random = new Random(seed);
        Origin[] origins = {origin("aa", "train", "r1"), origin("bb", "serve", "r2")};
        long[] sequences = new long[2];
        Map<String, Object> system = system(10);
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int origin = random.nextInt(2);
            if (random.nextInt(50) == 0) {
                system = system(random.nextInt(100));
            }
            Map<String, String> attributes = new LinkedHashMap<>();
            if (random.nextInt(10) > 0) {
                attributes.put("session", "session-" + i / 10);
                attributes.put("user", "user-" + random.nextInt(100));
            }
            attributes.put("tenant", "tenant-" + random.nextInt(3));
            int late = random.nextInt(20) == 0 ? random.nextInt(10_000) : 0;
            records.add(TelemetryRecord.builder(origins[origin], ++sequences[origin], START + 1_000L * (i - late))
                    .status(random.nextInt(4) == 0 ? Status.FAILED : Status.COMPLETED)
                    .event("call")
                    .metrics(new String[] {"latency"}, new double[] {random.nextGaussian()})
                    .attributes(attributes)
                    .system(random.nextInt(20) == 0 ? null : system)
                    .build());
        }
        return records;
    }
}
