package org.cloudmesh.ai.telemetry.store.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.GroupedSeries;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.query.QueryPlan.ResolvedSegment;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares plans and answers over random trees of blocks with a plain scan of the same records. */
class QueryEngineTests {

    private static final int RECORDS = 400;

    private static final List<Origin> ORIGINS = List.of(
            new Origin("aaa", "train", "run-1", Map.of()),
            new Origin("bbb", "serve", null, Map.of()),
            new Origin("ccc", "train", "run-2", Map.of()));

    static List<Long> seeds() {
        Random random = new Random();
        return random.longs(6).boxed().toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aPlanHasEachRecordOfItsRangeOnceAndSoMuchAsItsRollupsCanTell(long seed) {
        Random random = new Random(seed);
        RolledUpRecords storage = new RolledUpRecords(records(random), random);
        for (int i = 0; i < 40; i++) {
            RecordFilter filter = filter(random);
            long[] edges = edges(random);
            RecordFilter range =
                    filter.between(EpochMicros.instant(edges[0]), EpochMicros.instant(edges[edges.length - 1]));
            RecordMatcher matcher = new RecordMatcher(range);
            ResolvedFilter resolved = new ResolvedFilter(matcher, range, storage, "a", null);
            List<ResolvedSegment> segments = List.of(new ResolvedSegment(storage, resolved));
            for (int few : new int[] {0, 10, RECORDS}) {
                List<TelemetryRecord> chosen = new ArrayList<>();
                for (PlanStep step : QueryPlan.ofValues(segments, edges, few, Deadline.none())) {
                    for (Block block : step.blocks()) {
                        for (TelemetryRecord record : storage.recordsOf(block)) {
                            if (step.isScan()) {
                                if (matcher.matches(new MemoryRecordView(record))) {
                                    chosen.add(record);
                                }
                            } else {
                                assertThat(QueryPlan.bucket(edges, record.timestampMicros()))
                                        .isEqualTo(step.bucket());
                                assertThat(resolved.isPartial(storage.seriesOf(record)))
                                        .isFalse();
                                if (record.metrics().containsKey("a")
                                        && matcher.matches(new MemoryRecordView(record))) {
                                    chosen.add(record);
                                }
                            }
                        }
                    }
                }
                assertThat(chosen.stream().filter((record) -> record.metrics().containsKey("a")))
                        .as("%s with edges %s", range, edges)
                        .containsExactlyInAnyOrderElementsOf(storage.records().stream()
                                .filter((record) -> record.metrics().containsKey("a")
                                        && matcher.matches(new MemoryRecordView(record)))
                                .toList());
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void answersAsAPlainScanDoes(long seed) {
        Random random = new Random(seed);
        List<TelemetryRecord> records = records(random);
        RecordSource expected = new PlainScan(records);
        RecordSource actual = new QueryEngine(new RolledUpRecords(records, random), random.nextInt(2) * 50);
        for (int i = 0; i < 20; i++) {
            compare(random, filter(random), actual, expected);
        }
        compare(random, RecordFilter.ALL, actual, expected);
    }

    private static void compare(Random random, RecordFilter filter, RecordSource actual, RecordSource expected) {
        Deadline none = Deadline.none();
        assertThat(actual.groups(filter, none))
                .as("groups of %s", filter)
                .containsExactlyInAnyOrderElementsOf(expected.groups(filter, none));
        same(filter, actual.metrics(filter, none), expected.metrics(filter, none));
        assertThat(actual.metricNames(filter, none))
                .isEqualTo(expected.metrics(filter, none).keySet());
        for (Dimension by : new Dimension[] {
            null,
            Dimension.of(Dimension.Kind.STATUS),
            Dimension.of(Dimension.Kind.RUN),
            Dimension.of(Dimension.Kind.EVENT),
            Dimension.attribute("model"),
            Dimension.attribute("trace")
        }) {
            same(by + " of " + filter, actual.metric("a", filter, by, none), expected.metric("a", filter, by, none));
        }
        long[] edges = edges(random);
        List<Distribution> points = actual.series("b", filter, edges, none);
        List<Distribution> wanted = expected.series("b", filter, edges, none);
        assertThat(points).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.size(); i++) {
            same("point " + i + " of " + filter, points.get(i), wanted.get(i));
        }
        compareSearches(random, filter, actual, expected);
        assertThat(actual.knows("c", none)).isEqualTo(expected.knows("c", none));
        assertThat(actual.knows("nobody", none)).isFalse();
        List<String> each = new ArrayList<>();
        actual.forEach(filter, (record) -> each.add(record.id()), none);
        List<String> all = new ArrayList<>();
        expected.forEach(filter, (record) -> all.add(record.id()), none);
        assertThat(each).as("each of %s", filter).isEqualTo(all);
        List<String> pages = new ArrayList<>();
        String next = null;
        do {
            RecordPage page = actual.page(filter, next, 1 + random.nextInt(60), none);
            page.records().forEach((record) -> pages.add(record.id()));
            next = page.next();
        } while (next != null);
        Collections.reverse(pages);
        assertThat(pages).as("pages of %s", filter).isEqualTo(all);
    }

    private static void compareSearches(
            Random random, RecordFilter filter, RecordSource actual, RecordSource expected) {
        Deadline none = Deadline.none();
        int limit = 1 + random.nextInt(30);
        assertThat(actual.largest("a", filter, limit, none))
                .as("%d largest of %s", limit, filter)
                .isEqualTo(expected.largest("a", filter, limit, none));
        String next = null;
        do {
            RecordPage page = actual.latestOfEach("trace", filter, next, limit, none);
            RecordPage wanted = expected.latestOfEach("trace", filter, next, limit, none);
            assertThat(page.records()).as("%d latest of %s", limit, filter).isEqualTo(wanted.records());
            assertThat(page.next() == null).isEqualTo(wanted.next() == null);
            next = page.next();
        } while (next != null);
        for (String name : new String[] {null, "model", "trace"}) {
            assertThat(actual.attributes(filter, name, none))
                    .as("attributes of %s", filter)
                    .isEqualTo(expected.attributes(filter, name, none));
        }
        Set<String> keys = new HashSet<>(List.of("m1", "t3"));
        keys.add(null);
        long[] edges = edges(random);
        double[] places = {-5, 0, 100, 400, 900};
        for (Dimension by : List.of(Dimension.attribute("model"), Dimension.attribute("trace"))) {
            same(
                    filter,
                    actual.series("b", filter, by, keys, edges, none),
                    expected.series("b", filter, by, keys, edges, none));
            same(
                    filter,
                    actual.curve("b", "a", filter, by, keys, places, none),
                    expected.curve("b", "a", filter, by, keys, places, none));
        }
    }

    private static void same(RecordFilter filter, GroupedSeries actual, GroupedSeries expected) {
        assertThat(actual.groups().keySet())
                .as("groups of %s", filter)
                .isEqualTo(expected.groups().keySet());
        expected.groups().forEach((key, points) -> {
            for (int i = 0; i < points.size(); i++) {
                same(key + " of " + filter, actual.groups().get(key).get(i), points.get(i));
            }
        });
        for (int i = 0; i < expected.others().size(); i++) {
            same(
                    "others of " + filter,
                    actual.others().get(i),
                    expected.others().get(i));
        }
    }

    private static void same(Object what, Map<String, Distribution> actual, Map<String, Distribution> expected) {
        assertThat(actual.keySet()).as("keys of %s", what).isEqualTo(expected.keySet());
        expected.forEach((key, distribution) -> same(what + " " + key, actual.get(key), distribution));
    }

    private static void same(String what, Distribution actual, Distribution expected) {
        assertThat(actual.count()).as("count of %s", what).isEqualTo(expected.count());
        if (expected.count() > 0) {
            assertThat(actual.min()).as(what).isEqualTo(expected.min());
            assertThat(actual.max()).as(what).isEqualTo(expected.max());
            assertThat(actual.lastAt()).as(what).isEqualTo(expected.lastAt());
            assertThat(actual.sum()).as(what).isCloseTo(expected.sum(), within(1e-6));
            double median = expected.quantile(0.5);
            assertThat(actual.quantile(0.5)).as(what).isCloseTo(median, within(Math.abs(median) / 100));
        }
    }

    private static List<TelemetryRecord> records(Random random) {
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            List<String> names = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                if (random.nextInt(3) > 0) {
                    names.add(name);
                }
            }
            double[] values = random.doubles(names.size(), -10, 1000).toArray();
            Map<String, String> attributes = new LinkedHashMap<>();
            if (random.nextInt(2) == 0) {
                attributes.put("model", "m" + random.nextInt(3));
            }
            if (random.nextInt(3) == 0) {
                attributes.put("trace", "t" + random.nextInt(20));
            }
            // Some come late, and some share their microsecond.
            long at = 1_000 + 10L * i - (random.nextInt(10) == 0 ? random.nextInt(500) : 0) / 5 * 5;
            records.add(TelemetryRecord.builder(ORIGINS.get(random.nextInt(3)), i, at)
                    .status(random.nextBoolean() ? Status.COMPLETED : Status.FAILED)
                    .event(random.nextBoolean() ? null : "event-" + random.nextInt(2))
                    .metrics(names.toArray(String[]::new), values)
                    .attributes(attributes)
                    .build());
        }
        return records;
    }

    private static RecordFilter filter(Random random) {
        RecordFilter.Builder filter = RecordFilter.builder();
        if (random.nextInt(3) == 0) {
            filter.status(random.nextBoolean() ? "completed" : "queued");
        }
        if (random.nextInt(4) == 0) {
            filter.command("train");
        }
        if (random.nextInt(4) == 0) {
            filter.metric(random.nextBoolean() ? "a" : "b");
        }
        if (random.nextInt(4) == 0) {
            filter.attribute("model", "m1");
        }
        if (random.nextInt(5) == 0) {
            filter.attribute("trace", "t" + random.nextInt(20));
        }
        if (random.nextInt(3) > 0) {
            filter.from(EpochMicros.instant(random.nextInt(5_000)));
        }
        if (random.nextInt(3) > 0) {
            filter.to(EpochMicros.instant(random.nextInt(6_000)));
        }
        return filter.build();
    }

    private static long[] edges(Random random) {
        return random.longs(2 + random.nextInt(6), 0, 6_000).distinct().sorted().toArray();
    }
}
