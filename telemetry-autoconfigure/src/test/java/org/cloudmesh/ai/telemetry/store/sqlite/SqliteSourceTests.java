package org.cloudmesh.ai.telemetry.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares all answers with those of a scan over the same records. */
class SqliteSourceTests {

    private static final Instant NOW = Instant.parse("2026-11-24T22:20:00Z");

    private static final long END = EpochMicros.micros(NOW);

    private static final RollupTreeSettings SMALL = new RollupTreeSettings(8, 2, 4, 32, 3, 40, 10, 60, 0);

    private static final RollupTreeSettings TINY = new RollupTreeSettings(2, 1, 2, 4, 2, 6, 2, 10, 0);

    @TempDir
    Path directory;

    private final List<Origin> origins = List.of(
            new Origin("aaa", "train", "run-1", Map.of("name", "ada", "pid", 12L)),
            new Origin("bbb", "serve", null, Map.of("name", "bob")),
            new Origin("ccc", "train", "run-2", Map.of("name", "ada")));

    private final long[] sequences = new long[3];

    private Random random = new Random();

    @Test
    void answersAsAScanDoes() throws Exception {
        for (int round = 0; round < 3; round++) {
            long seed = new Random().nextLong();
            this.random = new Random(seed);
            this.sequences[0] = this.sequences[1] = this.sequences[2] = 0;
            try {
                compare(round, round % 2 == 0 ? SMALL : TINY, 300 + this.random.nextInt(2000));
            } catch (AssertionError ex) {
                throw new AssertionError("Round " + round + ", seed " + seed + ": " + ex.getMessage(), ex);
            }
        }
    }

    private void compare(int round, RollupTreeSettings tree, int count) throws Exception {
        Path path = this.directory.resolve("telemetry-" + round + ".db");
        StoreSettings settings =
                new StoreSettings(path, Retention.defaults(), Clock.fixed(NOW, java.time.ZoneOffset.UTC));
        List<TelemetryRecord> all = new ArrayList<>();
        try (SqliteStore store = new SqliteStore(settings, tree)) {
            store.open();
            long time = END - 4_000_000;
            while (all.size() < count) {
                List<TelemetryRecord> batch = new ArrayList<>();
                int size = 1 + this.random.nextInt(100);
                for (int i = 0; i < size; i++) {
                    time += this.random.nextInt(4) == 0 ? 0 : this.random.nextInt(1000);
                    batch.add(record(time(time)));
                }
                store.write(batch, this.random.nextInt(20) == 0);
                if (this.random.nextInt(5) == 0) {
                    store.write(batch, false);
                }
                if (this.random.nextInt(20) == 0) {
                    store.open();
                }
                all.addAll(batch);
            }
            RecordSource expected = new PlainScan(all);
            RecordSource actual = store.source();
            for (int i = 0; i < 12; i++) {
                check(expected, actual, filter());
            }
            check(expected, actual, RecordFilter.ALL);
        }
    }

    private long time(long time) {
        return switch (this.random.nextInt(60)) {
            case 0 -> time - this.random.nextInt(4_000_000);
            case 1 -> time - 3_600_000_000L + this.random.nextInt(100);
            case 2 -> END + this.random.nextInt(1_000_000);
            default -> time;
        };
    }

    private TelemetryRecord record(long time) {
        int origin = this.random.nextInt(3);
        int metrics = this.random.nextInt(10) == 0 ? this.random.nextInt(12) : this.random.nextInt(4);
        List<String> names = new ArrayList<>(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i \"quoted\"", "j", "k"));
        if (this.random.nextInt(8) == 0) {
            Collections.shuffle(names, this.random);
        }
        String[] chosen = names.subList(0, Math.min(metrics, names.size())).toArray(String[]::new);
        double[] values = new double[chosen.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (this.random.nextInt(4)) {
                case 0 -> this.random.nextInt(5);
                case 1 -> -Math.exp(this.random.nextGaussian() * 3);
                case 2 -> 1e300 * this.random.nextDouble();
                default -> this.random.nextGaussian();
            };
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        if (this.random.nextInt(3) == 0) {
            attributes.put("model", "llama-" + this.random.nextInt(3));
        }
        if (this.random.nextInt(4) == 0) {
            attributes.put("trace'id", "trace \"" + this.random.nextInt(200));
        }
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("cpu", "x");
        system.put("cpu_percent", (double) (time / 20_000 % 100));
        system.put("gpu_model", null);
        return TelemetryRecord.builder(this.origins.get(origin), ++this.sequences[origin], time)
                .status(Status.of(List.of("completed", "failed", "queued").get(this.random.nextInt(3))))
                .event(this.random.nextBoolean() ? null : "event-" + this.random.nextInt(3))
                .metrics(chosen, values)
                .attributes(attributes)
                .system(this.random.nextInt(10) == 0 ? null : system)
                .message(this.random.nextBoolean() ? null : "message \u00fc " + this.random.nextInt())
                .build();
    }

    private RecordFilter filter() {
        Instant from = this.random.nextInt(3) == 0 ? null : EpochMicros.instant(END - this.random.nextInt(4_500_000));
        Instant to = this.random.nextInt(3) == 0 ? null : EpochMicros.instant(END - this.random.nextInt(4_500_000));
        RecordFilter.Builder filter = RecordFilter.builder();
        if (this.random.nextInt(5) == 0) {
            filter.attribute("model", "llama-1");
        }
        if (this.random.nextInt(4) == 0) {
            filter.attribute("trace'id", "trace \"" + this.random.nextInt(200));
        }
        List<RecordFilter.SystemCondition> system = this.random.nextInt(5) == 0
                ? List.of(new RecordFilter.SystemCondition(
                        "cpu_percent", RecordFilter.Comparison.GREATER, this.random.nextInt(100)))
                : List.of();
        if (this.random.nextInt(6) == 0) {
            filter.text(pick("LLAMA", "nt-1", "\"1", "ce", "measured"));
        }
        if (this.random.nextInt(8) == 0) {
            filter.attribute("trace'id", NamePattern.parse("trace \"1*"));
        }
        filter.event(pick("event-0", "event-1"));
        if (this.random.nextInt(6) == 0) {
            filter.event(NamePattern.parse("event*"));
        }
        return filter.command(pick("train", "serve"))
                .run(pick("run-1", "run-2", "run-3"))
                .status(pick("completed", "failed"))
                .metric(pick("b", "j"))
                .system(system)
                .from(from)
                .to(to)
                .build();
    }

    private String pick(String... values) {
        return this.random.nextInt(4) > 0 ? null : values[this.random.nextInt(values.length)];
    }

    private void check(RecordSource expected, RecordSource actual, RecordFilter filter) {
        Deadline none = Deadline.none();
        assertThat(actual.groups(filter, none))
                .as("groups of %s", filter)
                .containsExactlyInAnyOrderElementsOf(expected.groups(filter, none));
        same(filter, actual.metrics(filter, none), expected.metrics(filter, none));
        for (String metric : List.of("a", "j")) {
            for (Dimension.Kind kind : Dimension.Kind.values()) {
                Dimension by = kind == Dimension.Kind.ATTRIBUTE
                        ? Dimension.attribute(this.random.nextBoolean() ? "model" : "trace'id")
                        : Dimension.of(kind);
                same(by, actual.metric(metric, filter, by, none), expected.metric(metric, filter, by, none));
            }
            same(filter, actual.metric(metric, filter, null, none), expected.metric(metric, filter, null, none));
            long[] edges = this.random
                    .longs(1 + this.random.nextInt(8), END - 4_100_000, END + 1000)
                    .distinct()
                    .sorted()
                    .toArray();
            if (edges.length > 1) {
                List<Distribution> series = actual.series(metric, filter, edges, none);
                List<Distribution> wanted = expected.series(metric, filter, edges, none);
                assertThat(series).hasSameSizeAs(wanted);
                for (int i = 0; i < wanted.size(); i++) {
                    same("bucket " + i, series.get(i), wanted.get(i));
                }
            }
        }
        assertThat(actual.knows("a", none)).isEqualTo(expected.knows("a", none));
        assertThat(actual.knows("nobody", none)).isFalse();
        same("pages of " + filter, pages(actual, filter), pages(expected, filter));
        same("each of " + filter, each(actual, filter), each(expected, filter));
    }

    private List<Map<String, Object>> pages(RecordSource source, RecordFilter filter) {
        List<Map<String, Object>> records = new ArrayList<>();
        int limit = 7;
        RecordPage page = source.page(filter, null, limit, Deadline.none());
        for (int i = 0; i < 20; i++) {
            page.records().forEach((record) -> records.add(fields(record)));
            if (page.next() == null) {
                break;
            }
            limit = 50;
            page = source.page(filter, page.next(), limit, Deadline.none());
        }
        return records;
    }

    private static List<Map<String, Object>> each(RecordSource source, RecordFilter filter) {
        List<Map<String, Object>> records = new ArrayList<>();
        source.forEach(
                filter,
                (record) -> {
                    records.add(fields(record));
                    return records.size() < 1500;
                },
                Deadline.none());
        return records;
    }

    private static Map<String, Object> fields(TelemetryRecord record) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("id", record.id());
        fields.put("origin", record.origin());
        fields.put("timestamp", record.timestamp());
        fields.put("status", record.status());
        fields.put("event", record.event());
        fields.put("metrics", record.metrics());
        fields.put("attributes", record.attributes());
        fields.put("system", record.system());
        fields.put("message", record.message());
        return fields;
    }

    private static void same(String what, List<Map<String, Object>> actual, List<Map<String, Object>> expected) {
        assertThat(actual.stream().map((fields) -> fields.get("id")))
                .as(what)
                .containsExactlyElementsOf(
                        expected.stream().map((fields) -> fields.get("id")).toList());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).as(what).isEqualTo(expected.get(i));
        }
    }

    private static <K> void same(Object what, Map<K, Distribution> actual, Map<K, Distribution> expected) {
        assertThat(actual.keySet()).as("keys of %s", what).isEqualTo(expected.keySet());
        expected.forEach((key, distribution) -> same(what + " " + key, actual.get(key), distribution));
    }

    private static void same(String what, Distribution actual, Distribution expected) {
        assertThat(actual.count()).as("count of %s", what).isEqualTo(expected.count());
        if (expected.count() > 0) {
            assertThat(actual.min()).as(what).isEqualTo(expected.min());
            assertThat(actual.max()).as(what).isEqualTo(expected.max());
            assertThat(actual.lastAt()).as(what).isEqualTo(expected.lastAt());
            assertThat(actual.sum())
                    .as(what)
                    .isCloseTo(expected.sum(), within(1e-9 * Math.max(1, Math.abs(expected.max()))));
            for (double q : new double[] {0.5, 0.9, 0.99}) {
                double quantile = expected.quantile(q);
                assertThat(actual.quantile(q)).as(what).isCloseTo(quantile, within(Math.abs(quantile) / 100));
            }
        }
    }
}
