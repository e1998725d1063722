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
}
