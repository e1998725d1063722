package org.cloudmesh.ai.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.RecordFilter.Comparison;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;
import org.cloudmesh.ai.telemetry.store.query.QueryEngine;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every readable store must do. A subclass for each backend. */
public abstract class StoreContractTests {

    private static final Comparator<TelemetryRecord> OLDEST_FIRST =
            Comparator.comparingLong(TelemetryRecord::timestampMicros).thenComparing(TelemetryRecord::id);

    @TempDir
    protected Path directory;

    protected TelemetryStore store;

    /** Returns a new store, not yet opened; the second one in a directory holds what the first one kept. */
    protected abstract TelemetryStore create(StoreSettings settings);

    /** Returns whether records outlive the store. */
    protected boolean survivesClose() {
        return true;
    }

    /** Returns how many records the larger tests write: enough for more than one of the store's units. */
    protected int many() {
        return 12_000;
    }

    @BeforeEach
    void open() throws Exception {
        this.store = newStore();
        this.store.open();
    }

    @AfterEach
    void close() {
        this.store.close();
    }

    private TelemetryStore newStore() {
        return create(
                new StoreSettings(this.directory.resolve("telemetry.data"), Retention.defaults(), Clock.systemUTC()));
    }

    @Test
    void givesBackWhatWasWritten() throws Exception {
        TelemetryRecord record = TelemetryRecord.builder(
                        Records.origin("aa", "train", "r1"), 1, Records.START + 123_456)
                .status(Status.of("queued"))
                .event("inference")
                .metrics(new String[] {"zero", "tiny", "max", "min", "sum", "big", "third", "int"}, new double[] {
                    -0.0, 1e-310, Double.MAX_VALUE, Double.MIN_VALUE, 0.1 + 0.2, 1e22, 1.0 / 3, 1L << 53
                })
                .attributes(Map.of("model", "llama-3", "", "empty key"))
                .system(Records.system(12.5))
                .message("warm")
                .build();
        this.store.write(List.of(record), true);
        assertThat(all()).satisfiesExactly((back) -> assertSame(back, record));
    }

    @Test
    void givesBackARecordThatHasNothing() throws Exception {
        TelemetryRecord record = TelemetryRecord.builder(
                        new org.cloudmesh.ai.telemetry.Origin("aa", "c", null, Map.of()), 1, Records.START)
                .build();
        this.store.write(List.of(record), true);
        assertThat(all()).satisfiesExactly((back) -> assertSame(back, record));
    }

    @Test
    @FaultRow(
            number = 20,
            injected = "newline, quote, HTML, emoji, ... in every string, every store",
            expected = "given back as it was")
    void givesBackEveryText() throws Exception {
        List<TelemetryRecord> records = new ArrayList<>();
        for (String text : Records.NASTY_TEXTS) {
            records.add(TelemetryRecord.builder(Records.origin("aa", text, text), records.size() + 1, Records.START)
                    .status(Status.of(text.strip().toLowerCase(java.util.Locale.ROOT)))
                    .event(text)
                    .metrics(new String[] {text}, new double[] {1})
                    .attributes(Map.of(text, text))
                    .message(text)
                    .build());
        }
        this.store.write(records, true);
        List<TelemetryRecord> back = all();
        assertThat(back).hasSameSizeAs(records);
        for (int i = 0; i < records.size(); i++) {
            assertSame(back.get(i), records.get(i));
            String text = Records.NASTY_TEXTS.get(i);
            RecordFilter filter = RecordFilter.builder()
                    .command(text)
                    .run(text)
                    .event(text)
                    .metric(text)
                    .attribute(text, text)
                    .build();
            assertThat(source().page(filter, null, 10, none()).records()).hasSize(1);
            assertThat(source().metric(text, RecordFilter.ALL, null, none())).hasSize(1);
        }
    }

    @Test
    @FaultRow(number = 19, injected = "numbers of every kind in every store", expected = "given back as they were")
    void numbersOfEveryKindSurvive() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 1; i <= 500; i++) {
            double wild = Double.longBitsToDouble(random.nextLong());
            records.add(TelemetryRecord.builder(Records.origin("aa", "c", "r"), i, Records.START + i)
                    .metrics(new String[] {"wild", "plain", "short"}, new double[] {
                        Double.isFinite(wild) ? wild : 0, random.nextGaussian(), random.nextInt(10_000) / 100.0
                    })
                    .build());
        }
        this.store.write(records, false);
        List<TelemetryRecord> back = all();
        for (int i = 0; i < records.size(); i++) {
            assertThat(back.get(i).metrics())
                    .as("seed %d", seed)
                    .isEqualTo(records.get(i).metrics());
        }
        Map<String, Distribution> metrics = source().metrics(RecordFilter.ALL, none());
        double[] wild =
                records.stream().mapToDouble((r) -> r.metricValue(0)).sorted().toArray();
        assertThat(metrics.get("wild").min()).as("seed %d", seed).isEqualTo(wild[0]);
        assertThat(metrics.get("wild").max()).as("seed %d", seed).isEqualTo(wild[wild.length - 1]);
    }

    @Test
    @FaultRow(
            number = 19,
            injected = "the largest numbers, whose sum no double can hold",
            expected =
                    "answers with their count, least and greatest; an infinite sum, or the exact one of a single number")
    void numbersWhoseSumIsTooLargeAreAnswered() throws Exception {
        double[] values = {Double.MAX_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, -Double.MAX_VALUE, Double.MAX_VALUE};
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            records.add(TelemetryRecord.builder(Records.origin("aa", "c", "r"), i + 1, Records.START + i)
                    .status(i < 499 ? Status.COMPLETED : Status.FAILED)
                    .metrics(new String[] {"large"}, new double[] {values[i % values.length]})
                    .build());
        }
        this.store.write(records, false);
        Distribution all = source().metrics(RecordFilter.ALL, none()).get("large");
        assertThat(all.count()).isEqualTo(500);
        assertThat(all.min()).isEqualTo(-Double.MAX_VALUE);
        assertThat(all.max()).isEqualTo(Double.MAX_VALUE);
        assertThat(all.sum()).isNotFinite();
        Map<@Nullable String, Distribution> byStatus =
                source().metric("large", RecordFilter.ALL, Dimension.of(Dimension.Kind.STATUS), none());
        assertThat(byStatus.get("failed").sum()).isEqualTo(Double.MAX_VALUE);
        assertThat(byStatus.get("completed").count()).isEqualTo(499);
    }

    @Test
    void filtersByEveryField() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 1_000);
        this.store.write(records, false);
        check(
                seed,
                records,
                filter("train", null, null, null, null),
                (r) -> r.origin().command().equals("train"));
        check(
                seed,
                records,
                filter(null, "r2", null, null, null),
                (r) -> "r2".equals(r.origin().run()));
        check(
                seed,
                records,
                filter(null, null, "failed", null, null),
                (r) -> r.status().equals(Status.FAILED));
        check(
                seed,
                records,
                filter(null, null, "queued", null, null),
                (r) -> r.status().value().equals("queued"));
        check(seed, records, filter(null, null, null, "load \"x\"", null), (r) -> "load \"x\"".equals(r.event()));
        check(
                seed,
                records,
                filter(null, null, null, null, "tokens"),
                (r) -> r.metrics().containsKey("tokens"));
        check(seed, records, filter("train", "r2", null, null, null), (r) -> false);
        check(seed, records, filter("nobody", null, null, null, null), (r) -> false);
        check(
                seed,
                records,
                filter("serve", "r2", "completed", "inference", "latency"),
                (r) -> r.origin().command().equals("serve")
                        && r.status().equals(Status.COMPLETED)
                        && "inference".equals(r.event())
                        && r.metrics().containsKey("latency"));
    }

    @Test
    void filtersByAttributesAndSystem() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 1_000);
        this.store.write(records, false);
        RecordFilter attribute =
                RecordFilter.builder().attribute("model", "a:b,c").build();
        check(seed, records, attribute, (r) -> "a:b,c".equals(r.attributes().get("model")));
        check(seed, records, RecordFilter.builder().attribute("model", "llama").build(), (r) -> false);
        for (Comparison comparison : Comparison.values()) {
            check(
                    seed,
                    records,
                    RecordFilter.builder()
                            .system(new SystemCondition("cpu_percent", comparison, 10))
                            .build(),
                    (r) -> r.system() != null
                            && comparison.holds(((Number) r.system().get("cpu_percent")).doubleValue(), 10));
        }
        check(
                seed,
                records,
                RecordFilter.builder()
                        .system(new SystemCondition("gpu_model", Comparison.GREATER_OR_EQUAL, 0))
                        .build(),
                (r) -> false);
    }

    @Test
    void filtersByBeginningsOfNames() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = traced(seed);
        this.store.write(records, false);
        checkAll(
                seed,
                records,
                RecordFilter.builder().event(NamePattern.parse("in*")).build(),
                (r) -> r.event() != null && r.event().startsWith("in"));
        checkAll(
                seed,
                records,
                RecordFilter.builder().event(NamePattern.parse("*")).build(),
                (r) -> r.event() != null);
        checkAll(
                seed,
                records,
                RecordFilter.builder().metric(NamePattern.parse("to*")).build(),
                (r) -> r.metrics().containsKey("tokens"));
        checkAll(
                seed,
                records,
                RecordFilter.builder().metric(NamePattern.parse("*")).build(),
                (r) -> !r.metrics().isEmpty());
        checkAll(
                seed,
                records,
                RecordFilter.builder()
                        .attribute("model", NamePattern.parse("llama*"))
                        .build(),
                (r) -> "llama-3".equals(r.attributes().get("model")));
        checkAll(
                seed,
                records,
                RecordFilter.builder()
                        .attribute("trace_id", NamePattern.parse("t-\"1*"))
                        .build(),
                (r) -> r.attributes().getOrDefault("trace_id", "").startsWith("t-\"1"));
        checkAll(
                seed,
                records,
                RecordFilter.builder()
                        .attribute("trace_id", NamePattern.parse("*"))
                        .attribute("model", NamePattern.parse("*"))
                        .event(NamePattern.parse("lo*"))
                        .build(),
                (r) -> r.attributes().containsKey("trace_id")
                        && r.attributes().containsKey("model")
                        && "load \"x\"".equals(r.event()));
        checkAll(
                seed,
                records,
                RecordFilter.builder().event(NamePattern.parse("nothing*")).build(),
                (r) -> false);
    }

    @Test
    void leavesAnEventOut() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = traced(seed);
        this.store.write(records, false);
        checkAll(seed, records, RecordFilter.ALL.withoutEvent("inference"), (r) -> !"inference".equals(r.event()));
        checkAll(
                seed,
                records,
                RecordFilter.builder().attribute("model", "llama-3").build().withoutEvent("inference"),
                (r) -> "llama-3".equals(r.attributes().get("model")) && !"inference".equals(r.event()));
        checkAll(
                seed,
                records,
                RecordFilter.builder().event("inference").build().withoutEvent("inference"),
                (r) -> false);
    }

    @Test
    void filtersByTrace() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = traced(seed);
        this.store.write(records, false);
        for (int i = 0; i < 200; i += 17) {
            String trace = "t-\"" + i;
            checkAll(
                    seed,
                    records,
                    RecordFilter.builder().trace(trace).build(),
                    (r) -> trace.equals(r.attributes().get("trace_id")));
        }
    }

    @Test
    void findsTextInMessageEventAndAttributesWhateverItsCase() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = traced(seed);
        this.store.write(records, false);
        for (String text : List.of(
                "INFER",
                "llama",
                "A:B",
                "measured",
                "Straße",
                "STRASSE",
                "ÉTÉ",
                "100%",
                "100_",
                "\\N",
                "\u2028",
                "\u212aelvin",
                "KELVIN",
                "😀 b",
                "t-\"19",
                "\"",
                "'",
                "load \"X\"",
                "nowhere",
                "_",
                "%",
                "te\nx")) {
            checkAll(seed, records, RecordFilter.builder().text(text).build(), (r) -> contains(r, text));
            checkAll(
                    seed,
                    records,
                    RecordFilter.builder()
                            .text(text)
                            .status("failed")
                            .metric("latency")
                            .build(),
                    (r) -> contains(r, text)
                            && r.status().equals(Status.FAILED)
                            && r.metrics().containsKey("latency"));
        }
        checkAll(
                seed,
                records,
                RecordFilter.builder().text("llama").text("measured").build(),
                (r) -> contains(r, "llama") && contains(r, "measured"));
    }

    private static boolean contains(TelemetryRecord record, String text) {
        List<String> texts = new ArrayList<>(record.attributes().values());
        texts.add(Objects.requireNonNullElse(record.event(), ""));
        texts.add(Objects.requireNonNullElse(record.message(), ""));
        return texts.stream().anyMatch((one) -> {
            for (int i = 0; i + text.length() <= one.length(); i++) {
                if (one.substring(i, i + text.length()).equalsIgnoreCase(text)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** Records of some hundred traces, with messages that not every search tool reads right. */
    private static List<TelemetryRecord> traced(long seed) {
        String[] messages = {
            "Im Straßenverkehr",
            "été 100% 1000",
            "back\\now",
            "two\u2028lines",
            "300 kelvin",
            "300 \u212aelvin",
            "ıs it",
            "\"quoted\"",
            "it's",
            "😀 Bee",
            "te\nxt",
            null
        };
        Random random = new Random(seed);
        List<TelemetryRecord> records = new ArrayList<>();
        for (TelemetryRecord record : Records.random(seed, 1_500)) {
            Map<String, String> attributes = new HashMap<>(record.attributes());
            if (random.nextInt(3) > 0) {
                attributes.put("trace_id", "t-\"" + random.nextInt(200));
            }
            String message = record.message() == null ? messages[random.nextInt(messages.length)] : record.message();
            records.add(TelemetryRecord.builder(record.origin(), record.sequence(), record.timestampMicros())
                    .status(record.status())
                    .event(record.event())
                    .metrics(
                            record.metrics().keySet().toArray(new String[0]),
                            record.metrics().values().stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                    .attributes(attributes)
                    .system(record.system())
                    .message(message)
                    .build());
        }
        return records;
    }

    /** Checks all questions against a plain scan. */
    private void checkAll(
            long seed, List<TelemetryRecord> records, RecordFilter filter, Predicate<TelemetryRecord> expected) {
        check(seed, records, filter, expected);
        List<TelemetryRecord> chosen = records.stream().filter(expected).toList();
        Map<String, Distribution> metrics = source().metrics(filter, none());
        Map<String, Long> latencies = new HashMap<>();
        long count = 0;
        for (TelemetryRecord record : chosen) {
            if (record.metrics().containsKey("latency")) {
                latencies.merge(String.valueOf(record.attributes().get("model")), 1L, Long::sum);
                count++;
            }
        }
        assertThat(metrics.containsKey("latency") ? metrics.get("latency").count() : 0)
                .as("%s, seed %d", filter, seed)
                .isEqualTo(count);
        Map<String, Long> found = new HashMap<>();
        source().metric("latency", filter, Dimension.attribute("model"), none())
                .forEach((key, values) -> found.put(String.valueOf(key), values.count()));
        assertThat(found).as("%s, seed %d", filter, seed).isEqualTo(latencies);
        if (count > 0) {
            assertSummary(seed, metrics.get("latency"), "latency", chosen);
            long[] edges = {Records.START - 100_000, Records.START + 500_000, Records.START + 2_000_000};
            long early = chosen.stream()
                    .filter((r) -> r.metrics().containsKey("latency") && r.timestampMicros() < edges[1])
                    .count();
            assertThat(source().series("latency", filter, edges, none()))
                    .as("%s, seed %d", filter, seed)
                    .extracting(Distribution::count)
                    .containsExactly(early, count - early);
        }
    }

    @Test
    void fromIsIncludedAndToIsNot() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 1_000);
        this.store.write(records, false);
        long from = Records.START + 200_000;
        long to = Records.START + 700_000;
        check(
                seed,
                records,
                RecordFilter.ALL.between(EpochMicros.instant(from), EpochMicros.instant(to)),
                (r) -> r.timestampMicros() >= from && r.timestampMicros() < to);
        check(
                seed,
                records,
                RecordFilter.ALL.between(EpochMicros.instant(from).plusNanos(1), null),
                (r) -> r.timestampMicros() > from);
        check(seed, records, RecordFilter.ALL.between(Instant.MIN, Instant.MAX), (r) -> true);
        check(
                seed,
                records,
                RecordFilter.ALL.between(EpochMicros.instant(to), EpochMicros.instant(from)),
                (r) -> false);
    }

    @Test
    void pagesNeitherSkipNorRepeatWhileRecordsArrive() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 600);
        this.store.write(records.subList(0, 500), false);
        List<String> seen = new ArrayList<>();
        String cursor = null;
        int late = 500;
        do {
            RecordPage page = source().page(RecordFilter.ALL, cursor, 37, none());
            page.records().forEach((record) -> seen.add(record.id()));
            cursor = page.next();
            if (late < 600) {
                // Later than all, as new records are.
                TelemetryRecord record = records.get(late++);
                this.store.write(
                        List.of(TelemetryRecord.builder(
                                        record.origin(), record.sequence(), Records.START + 10_000_000L + late)
                                .build()),
                        false);
            }
        } while (cursor != null);
        assertThat(seen)
                .as("seed %d", seed)
                .isEqualTo(records.subList(0, 500).stream()
                        .sorted(OLDEST_FIRST.reversed())
                        .map(TelemetryRecord::id)
                        .toList());
    }

    @Test
    void aPageThatHoldsTheRestIsTheLast() throws Exception {
        this.store.write(Records.random(1, 100), false);
        RecordPage page = source().page(RecordFilter.ALL, null, 100, none());
        assertThat(page.records()).hasSize(100);
        assertThat(page.next()).isNull();
        assertThat(source().page(RecordFilter.ALL, null, 99, none()).next()).isNotNull();
        assertThatThrownBy(() -> source().page(RecordFilter.ALL, "nonsense", 10, none()))
                .isInstanceOfSatisfying(
                        QueryException.class,
                        (ex) -> assertThat(ex.reason()).isEqualTo(QueryException.Reason.BAD_CURSOR));
    }

    @Test
    void recordsOfOneInstantAreOrderedById() throws Exception {
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            records.add(TelemetryRecord.builder(Records.origin(i % 2 == 0 ? "aa" : "bb", "c", "r"), i, Records.START)
                    .build());
        }
        this.store.write(records, false);
        List<String> ids = new ArrayList<>();
        String cursor = null;
        do {
            RecordPage page = source().page(RecordFilter.ALL, cursor, 7, none());
            page.records().forEach((record) -> ids.add(record.id()));
            cursor = page.next();
        } while (cursor != null);
        assertThat(ids).hasSize(50).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(all()).extracting(TelemetryRecord::id).isSorted();
    }

    @Test
    void countsGroups() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 1_000);
        this.store.write(records, false);
        Map<List<String>, long[]> expected = new HashMap<>();
        for (TelemetryRecord record : records) {
            long at = record.timestampMicros();
            long[] group = expected.computeIfAbsent(
                    Arrays.asList(
                            record.origin().command(),
                            record.origin().run(),
                            record.status().value(),
                            record.event()),
                    (key) -> new long[] {0, at, at});
            group[0]++;
            group[1] = Math.min(group[1], at);
            group[2] = Math.max(group[2], at);
        }
        List<RecordGroup> groups = source().groups(RecordFilter.ALL, none());
        assertThat(groups).as("seed %d", seed).hasSize(expected.size());
        for (RecordGroup group : groups) {
            assertThat(new long[] {group.count(), group.first(), group.last()})
                    .as("seed %d", seed)
                    .isEqualTo(
                            expected.get(Arrays.asList(group.command(), group.run(), group.status(), group.event())));
        }
        assertThat(source().groups(filter("nobody", null, null, null, null), none()))
                .isEmpty();
    }

    @Test
    void summarisesMetrics() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 2_000);
        this.store.write(records, false);
        Map<String, Distribution> metrics = source().metrics(RecordFilter.ALL, none());
        assertThat(metrics).containsOnlyKeys("latency", "tokens");
        metrics.forEach((name, distribution) -> assertSummary(seed, distribution, name, records));
        assertThat(source().metrics(RecordFilter.builder().metric("tokens").build(), none()))
                .as("the records with tokens have latencies too")
                .containsOnlyKeys("latency", "tokens");
        assertThat(source().knows("tokens", none())).isTrue();
        assertThat(source().knows("nothing", none())).isFalse();
        assertThat(source().metric("nothing", RecordFilter.ALL, null, none())).isEmpty();
    }

    @Test
    void groupsAMetricByEachDimension() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 2_000);
        this.store.write(records, false);
        Map<Dimension, Function<TelemetryRecord, String>> dimensions = new LinkedHashMap<>();
        dimensions.put(null, (record) -> "");
        dimensions.put(
                Dimension.of(Dimension.Kind.STATUS), (record) -> record.status().value());
        dimensions.put(
                Dimension.of(Dimension.Kind.COMMAND),
                (record) -> record.origin().command());
        dimensions.put(Dimension.of(Dimension.Kind.EVENT), TelemetryRecord::event);
        dimensions.put(
                Dimension.of(Dimension.Kind.RUN), (record) -> record.origin().run());
        dimensions.put(
                Dimension.attribute("model"), (record) -> record.attributes().get("model"));
        dimensions.forEach((by, key) -> {
            Map<String, Distribution> groups = source().metric("latency", RecordFilter.ALL, by, none());
            assertThat(groups.keySet())
                    .as("%s, seed %d", by, seed)
                    .isEqualTo(records.stream()
                            .filter((record) -> record.metrics().containsKey("latency"))
                            .map(key)
                            .collect(Collectors.toSet()));
            groups.forEach((name, distribution) -> assertSummary(
                    seed,
                    distribution,
                    "latency",
                    records.stream()
                            .filter((record) -> Objects.equals(key.apply(record), name))
                            .toList()));
        });
    }

    @Test
    void refusesMoreGroupsThanAHeapCanBear() throws Exception {
        for (int from = 0; from < QueryEngine.MOST_GROUPS; from += 1_000) {
            this.store.write(eachWithAValueOfItsOwn(from, from + 1_000), false);
        }
        Dimension trace = Dimension.attribute("trace_id");
        assertThat(source().metric("latency", RecordFilter.ALL, trace, none())).hasSize(QueryEngine.MOST_GROUPS);
        this.store.write(eachWithAValueOfItsOwn(QueryEngine.MOST_GROUPS, QueryEngine.MOST_GROUPS + 1), true);
        assertThatThrownBy(() -> source().metric("latency", RecordFilter.ALL, trace, none()))
                .hasMessageContaining("more than 50000 groups")
                .isInstanceOfSatisfying(
                        QueryException.class,
                        (ex) -> assertThat(ex.reason()).isEqualTo(QueryException.Reason.TOO_LARGE));
        assertThat(source().metric("latency", RecordFilter.ALL, Dimension.of(Dimension.Kind.STATUS), none()))
                .hasSize(1);
        RecordFilter narrower = RecordFilter.ALL.between(EpochMicros.instant(Records.START + 1), null);
        assertThat(source().metric("latency", narrower, trace, none())).hasSize(QueryEngine.MOST_GROUPS);
    }

    private static List<TelemetryRecord> eachWithAValueOfItsOwn(int from, int to) {
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = from; i < to; i++) {
            records.add(TelemetryRecord.builder(Records.origin("aa", "c", "r"), i + 1, Records.START + i)
                    .metrics(new String[] {"latency"}, new double[] {i})
                    .attributes(Map.of("trace_id", Integer.toHexString(i)))
                    .build());
        }
        return records;
    }

    @Test
    void makesSeries() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, 2_000);
        this.store.write(records, false);
        long[] edges = {
            Records.START - 5_000_000,
            Records.START - 1_000_000,
            Records.START + 100_000,
            Records.START + 100_001,
            Records.START + 1_500_000,
            Records.START + 9_000_000
        };
        List<Distribution> series = source().series("latency", filter("train", null, null, null, null), edges, none());
        assertThat(series).hasSize(5);
        for (int i = 0; i < 5; i++) {
            long from = edges[i];
            long to = edges[i + 1];
            assertSummary(
                    seed,
                    series.get(i),
                    "latency",
                    records.stream()
                            .filter((record) -> record.origin().command().equals("train"))
                            .filter((record) -> record.timestampMicros() >= from && record.timestampMicros() < to)
                            .toList());
        }
    }

    @Test
    void largestRecordsAreThoseOfAPlainScan() throws Exception {
        againstAPlainScan((seed, expected, filter) -> {
            for (String metric : List.of("gen_ai.usage.cost", "duration_sec", "nothing")) {
                for (int limit : new int[] {1, 10, 300}) {
                    assertThat(source().largest(metric, filter, limit, none()))
                            .as("%d of %s, %s, seed %d", limit, metric, filter, seed)
                            .extracting(TelemetryRecord::id)
                            .isEqualTo(expected.largest(metric, filter, limit, none()).stream()
                                    .map(TelemetryRecord::id)
                                    .toList());
                }
            }
        });
    }

    @Test
    void tracesAreThoseOfAPlainScan() throws Exception {
        againstAPlainScan((seed, expected, filter) -> {
            String where = filter + ", seed " + seed;
            List<TracePage.Summary> all = new TelemetryReader(expected)
                    .traces(filter, null, 1000, none())
                    .traces();
            List<TracePage.Summary> paged = new ArrayList<>();
            String next = null;
            do {
                TracePage page = new TelemetryReader(source()).traces(filter, next, 7, none());
                paged.addAll(page.traces());
                next = page.next();
            } while (next != null && paged.size() < 50);
            assertThat(paged).as(where).isEqualTo(all.subList(0, Math.min(all.size(), paged.size())));
            assertThat(new TraceSearch(source(), 0, none())
                            .page(filter, null, 20)
                            .traces())
                    .as("of many records, %s", where)
                    .isEqualTo(all.subList(0, Math.min(all.size(), 20)));
            for (TracePage.Summary summary : all.subList(0, Math.min(all.size(), 5))) {
                Trace trace = new TelemetryReader(expected).trace(summary.trace());
                assertThat(new TelemetryReader(source()).trace(summary.trace()))
                        .as(where)
                        .isEqualTo(trace);
                assertThat(new TraceSearch(source(), 0, none()).find(summary.trace(), null, null))
                        .as("of many records, %s", where)
                        .isEqualTo(trace);
                assertThat(trace.summary()).as(where).isEqualTo(summary);
            }
        });
        assertThat(new TelemetryReader(source()).trace("nobody")).isNull();
    }

    @Test
    void attributesAreThoseOfAPlainScan() throws Exception {
        againstAPlainScan((seed, expected, filter) -> {
            for (String name : new String[] {null, "tenant", "user", "nothing"}) {
                assertThat(new TelemetryReader(source()).attributes(filter, name, none()))
                        .as("%s, %s, seed %d", name, filter, seed)
                        .isEqualTo(new TelemetryReader(expected).attributes(filter, name, none()));
            }
        });
    }

    @Test
    void curvesAreThoseOfAPlainScan() throws Exception {
        List<Dimension> dimensions = new ArrayList<>();
        dimensions.add(null);
        dimensions.add(Dimension.of(Dimension.Kind.RUN));
        dimensions.add(Dimension.attribute("tenant"));
        dimensions.add(Dimension.attribute("user"));
        againstAPlainScan((seed, expected, filter) -> {
            for (SeriesAxis axis : List.of(
                    SeriesAxis.TIME,
                    SeriesAxis.hours(ZoneId.of("Asia/Kathmandu")),
                    SeriesAxis.ELAPSED,
                    SeriesAxis.of("step"))) {
                for (Dimension by : dimensions) {
                    GroupOrder order = orders().get((int) Math.floorMod(seed, (long) orders().size()));
                    MetricCurves actual = curves(source(), filter, axis, by, order);
                    MetricCurves plain = curves(expected, filter, axis, by, order);
                    String where = axis + " by " + by + ", " + filter + ", seed " + seed;
                    assertThat(actual.from()).as(where).isEqualTo(plain.from());
                    assertThat(actual.to()).as(where).isEqualTo(plain.to());
                    assertThat(actual.bucket()).as(where).isEqualTo(plain.bucket());
                    assertThat(actual.groupCount()).as(where).isEqualTo(plain.groupCount());
                    assertSamePoints(where, actual.points(), plain.points());
                    assertSamePoints(where, actual.others(), plain.others());
                    assertSameTotals(where, actual.totals(), plain.totals());
                    if (by != null && axis.isTime()) {
                        assertSameTotals(
                                where,
                                actual.totals(),
                                new TelemetryReader(expected)
                                        .metric("gen_ai.usage.input_tokens", filter, by, order, 5, none())
                                        .groups());
                    }
                    assertThat(actual.groups().stream().map(MetricCurves.Group::key))
                            .as(where)
                            .containsExactlyElementsOf(plain.groups().stream()
                                    .map(MetricCurves.Group::key)
                                    .toList());
                    for (int i = 0; i < actual.groups().size(); i++) {
                        assertSamePoints(
                                where,
                                actual.groups().get(i).points(),
                                plain.groups().get(i).points());
                    }
                }
            }
        });
    }

    /** Returns whether percentiles of a thousand values are exact. */
    protected boolean hasExactPercentiles() {
        return true;
    }

    private List<GroupOrder> orders() {
        List<GroupOrder> orders = new ArrayList<>(List.of(GroupOrder.values()));
        if (!hasExactPercentiles()) {
            orders.remove(GroupOrder.P95);
        }
        return orders;
    }

    private void assertSameTotals(String where, List<MetricReport.Group> actual, List<MetricReport.Group> plain) {
        double within = hasExactPercentiles() ? 0 : 0.01;
        assertThat(actual)
                .as(where)
                .usingRecursiveComparison()
                .withComparatorForType(
                        (a, b) -> Math.abs(a - b) <= within * Math.abs(b) ? 0 : Double.compare(a, b), Double.class)
                .isEqualTo(plain);
    }

    private static MetricCurves curves(
            RecordSource source, RecordFilter filter, SeriesAxis axis, Dimension by, GroupOrder order) {
        return new TelemetryReader(source)
                .curves("gen_ai.usage.input_tokens", filter, axis, by, order, 2, 5, 9, none());
    }

    private static void assertSamePoints(
            String where, List<MetricCurves.Point> actual, List<MetricCurves.Point> plain) {
        assertThat(actual).as(where).hasSameSizeAs(plain);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).at()).as(where).isEqualTo(plain.get(i).at());
            // Whole numbers, so that sums are exact in whatever order.
            assertThat(actual.get(i).values()).as(where).isEqualTo(plain.get(i).values());
        }
    }

    @Test
    void groupsBeyondTheTopStandTogether() throws Exception {
        againstAPlainScan((seed, expected, filter) -> {
            for (GroupOrder order : GroupOrder.values()) {
                for (String attribute : List.of("tenant", "user")) {
                    Dimension by = Dimension.attribute(attribute);
                    MetricReport plain = new TelemetryReader(expected)
                            .metric("gen_ai.usage.input_tokens", filter, by, order, 2, none());
                    assertThat(new TelemetryReader(source())
                                    .metric("gen_ai.usage.input_tokens", filter, by, order, 2, none()))
                            .as("by %s, %s, %s, seed %d", attribute, order, filter, seed)
                            .isEqualTo(plain);
                    assertThat(plain.others().count()
                                    + plain.groups().stream()
                                            .mapToLong((group) -> group.values().count())
                                            .sum())
                            .isEqualTo(plain.values().count());
                }
            }
        });
    }

    /** Writes records of traces, and compares an answer for several filters. */
    private void againstAPlainScan(PlainComparison comparison) throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.traced(seed, 3_000);
        for (int from = 0; from < records.size(); from += 500) {
            this.store.write(records.subList(from, from + 500), false);
            this.store.maintain();
        }
        PlainScan expected = new PlainScan(records);
        Instant early = EpochMicros.instant(Records.START + 500_000);
        Instant late = EpochMicros.instant(Records.START + 2_000_000);
        for (RecordFilter filter : List.of(
                RecordFilter.ALL,
                RecordFilter.ALL.between(early, late),
                RecordFilter.builder().status("failed").to(late).build(),
                RecordFilter.builder().attribute("tenant", "tenant-1").build(),
                RecordFilter.builder().attribute("user", "user-7").from(early).build(),
                RecordFilter.builder().event("nothing").build())) {
            comparison.compare(seed, expected, filter);
        }
    }

    @Test
    void recordsOfAnAttributeOfManyValuesAreThoseOfAPlainScan() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.needles(seed, 40_000);
        for (int from = 0; from < records.size(); from += 500) {
            this.store.write(records.subList(from, from + 500), false);
            this.store.maintain();
        }
        PlainScan expected = new PlainScan(records);
        Random random = new Random(seed);
        for (int i = 0; i < 24; i++) {
            RecordFilter filter = needle(random);
            assertThat(ids(source().page(filter, null, 1000, none())))
                    .as("seed %d, %s", seed, filter)
                    .isEqualTo(ids(expected.page(filter, null, 1000, none())));
            assertThat(ids(source().page(filter, null, 3, none())))
                    .as("seed %d, three of %s", seed, filter)
                    .isEqualTo(ids(expected.page(filter, null, 3, none())));
            for (Dimension by : new Dimension[] {null, Dimension.attribute("user")}) {
                Map<@Nullable String, Distribution> values = source().metric("latency", filter, by, none());
                Map<@Nullable String, Distribution> plain = expected.metric("latency", filter, by, none());
                assertThat(values.keySet()).as("seed %d, %s", seed, filter).isEqualTo(plain.keySet());
                plain.forEach((key, wanted) -> {
                    assertThat(values.get(key).count())
                            .as("seed %d, %s", seed, filter)
                            .isEqualTo(wanted.count());
                    assertThat(values.get(key).max())
                            .as("seed %d, %s", seed, filter)
                            .isEqualTo(wanted.max());
                    assertThat(values.get(key).lastAt())
                            .as("seed %d, %s", seed, filter)
                            .isEqualTo(wanted.lastAt());
                });
            }
            assertThat(source().groups(filter, none()).stream()
                            .mapToLong(RecordGroup::count)
                            .sum())
                    .as("seed %d, %s", seed, filter)
                    .isEqualTo(expected.groups(filter, none()).stream()
                            .mapToLong(RecordGroup::count)
                            .sum());
            assertThat(source().largest("latency", filter, 20, none()).stream().map(TelemetryRecord::id))
                    .as("seed %d, largest of %s", seed, filter)
                    .isEqualTo(expected.largest("latency", filter, 20, none()).stream()
                            .map(TelemetryRecord::id)
                            .toList());
        }
    }

    private static RecordFilter needle(Random random) {
        RecordFilter.Builder filter = RecordFilter.builder();
        switch (random.nextInt(6)) {
            case 0 -> filter.attribute("session", "session-" + random.nextInt(4_200));
            case 1 -> filter.attribute("user", "user-" + random.nextInt(120));
            case 2 -> filter.attribute("user", "user-" + random.nextInt(100)).attribute("tenant", "tenant-1");
            case 3 -> filter.attribute("user", "user-" + random.nextInt(100)).system(busy(random));
            case 4 -> filter.system(busy(random));
            default -> {
                return RecordFilter.builder()
                        .status("failed")
                        .build()
                        .havingAny(
                                "session",
                                Set.of("session-" + random.nextInt(2_000), "session-" + random.nextInt(2_000), "none"));
            }
        }
        if (random.nextInt(3) == 0) {
            filter.from(EpochMicros.instant(Records.START + random.nextInt(40_000) * 1_000L));
        }
        if (random.nextInt(4) == 0) {
            filter.status("failed");
        }
        return filter.build();
    }

    private static RecordFilter.SystemCondition busy(Random random) {
        return new RecordFilter.SystemCondition(
                "cpu_percent",
                RecordFilter.Comparison.values()[random.nextInt(RecordFilter.Comparison.values().length)],
                random.nextInt(110));
    }

    private static List<String> ids(RecordPage page) {
        return page.records().stream().map(TelemetryRecord::id).toList();
    }

    private interface PlainComparison {

        void compare(long seed, PlainScan expected, RecordFilter filter);
    }

    @Test
    void manyRecordsAddUp() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.random(seed, many());
        for (int from = 0; from < records.size(); from += 1_000) {
            this.store.write(records.subList(from, Math.min(records.size(), from + 1_000)), false);
            this.store.maintain();
        }
        assertThat(source().groups(RecordFilter.ALL, none()).stream()
                        .mapToLong(RecordGroup::count)
                        .sum())
                .as("seed %d", seed)
                .isEqualTo(many());
        Distribution latency =
                source().metric("latency", RecordFilter.ALL, null, none()).get("");
        double[] values = records.stream()
                .filter((record) -> record.metricCount() > 0)
                .mapToDouble((record) -> record.metricValue(0))
                .sorted()
                .toArray();
        assertThat(latency.count()).isEqualTo(values.length);
        for (double q : new double[] {0.5, 0.9, 0.99}) {
            double exact = values[(int) Math.ceil(q * values.length) - 1];
            assertThat(latency.quantile(q))
                    .as("q %s, seed %d", q, seed)
                    .isCloseTo(exact, org.assertj.core.data.Offset.offset(0.01 * Math.abs(exact)));
        }
        List<TelemetryRecord> sorted = records.stream().sorted(OLDEST_FIRST).toList();
        assertThat(all())
                .as("seed %d", seed)
                .extracting(TelemetryRecord::id)
                .isEqualTo(sorted.stream().map(TelemetryRecord::id).toList());
        long from = Records.START + many() * 500L;
        RecordFilter middle = RecordFilter.ALL.between(EpochMicros.instant(from), EpochMicros.instant(from + 500_000));
        check(seed, records, middle, (r) -> r.timestampMicros() >= from && r.timestampMicros() < from + 500_000);
    }

    @Test
    void aVisitorThatHasEnoughEndsTheWalk() throws Exception {
        this.store.write(Records.random(1, 100), false);
        List<String> seen = new ArrayList<>();
        source().forEach(RecordFilter.ALL, (record) -> seen.add(record.id()) && seen.size() < 10, none());
        assertThat(seen).hasSize(10);
    }

    @Test
    void readingsAreTheChangesOfTheMachine() throws Exception {
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            records.add(TelemetryRecord.builder(Records.origin("aa", "c", "r"), i + 1, Records.START + i * 1000L)
                    .system(Records.system(i / 100))
                    .build());
        }
        this.store.write(records, false);
        List<SystemReading> readings = source().readings(RecordFilter.ALL, 100, none());
        assertThat(readings).extracting(SystemReading::at).first().isEqualTo(Records.START);
        assertThat(readings)
                .extracting((reading) -> reading.system().get("cpu_percent"))
                .containsExactly(0.0, 1.0, 2.0, 3.0);
        assertThat(readings.get(0).system()).isEqualTo(Records.system(0));
        assertThat(source().readings(RecordFilter.ALL, 2, none())).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void givesBackWhatTheMachineDidMeanwhile() throws Exception {
        Map<String, Object> reading = Records.system(12.5);
        Map<String, Object> during = new LinkedHashMap<>();
        during.put("seconds", 600.25);
        during.put("readings", 601L);
        during.put("cpu_percent_avg", 12.34);
        during.put("cpu_percent_max", 100.0);
        during.put("memory_used_max", 68_719_476_736L);
        during.put("gpu_percent_avg", null);
        during.put("gpu_percent_max", null);
        during.put("gpu_memory_used_max", null);
        during.put("gpu_energy", 37_515.625);
        Map<String, Object> withoutCards = new LinkedHashMap<>(during);
        withoutCards.put("gpu_energy", null);
        Map<String, Object> other = new LinkedHashMap<>(Map.of("of a later release", "text"));
        List<TelemetryRecord> records = new ArrayList<>();
        for (Map<String, Object> map : Arrays.asList(null, during, other, withoutCards, during)) {
            records.add(TelemetryRecord.builder(
                            Records.origin("aa", "c", "r"), records.size() + 1, Records.START + records.size())
                    .metrics(new String[] {"duration_sec"}, new double[] {600.25})
                    .reading(reading)
                    .during(map)
                    .build());
        }
        this.store.write(records, true);
        List<TelemetryRecord> back = all();
        assertThat(back).hasSameSizeAs(records);
        for (int i = 0; i < records.size(); i++) {
            assertSame(back.get(i), records.get(i));
            assertThat(back.get(i).reading()).isEqualTo(reading);
            assertThat(back.get(i).during()).isEqualTo(records.get(i).during());
        }
        assertThat(back.get(1).system()).containsEntry("cpu_percent", 12.5).containsEntry("during", during);
        // What is each record's own does not make a reading of its own.
        assertThat(source().readings(RecordFilter.ALL, 100, none()))
                .satisfiesExactly((only) -> assertThat(only.system()).isEqualTo(reading));
        RecordFilter busy = RecordFilter.builder()
                .system(new SystemCondition("cpu_percent", Comparison.GREATER, 12))
                .build();
        assertThat(source().page(busy, null, 10, none()).records()).hasSize(5);
    }

    /** Returns whether readings are kept that no record carries. */
    protected boolean keepsHistory() {
        return true;
    }

    @Test
    void readingsThatNoRecordCarriesAreTheHistoryAndNoRecords() throws Exception {
        assumeThat(keepsHistory()).isTrue();
        this.store.writeReadings(Records.origin("aa", "train", "r1"), readings(0, 60));
        this.store.writeReadings(Records.origin("bb", "serve", "r2"), readings(1_000, 10));
        assertHistory();
        if (survivesClose()) {
            this.store.close();
            this.store = newStore();
            this.store.open();
            assertHistory();
        }
    }

    private void assertHistory() {
        List<SystemReading> readings = source().readings(RecordFilter.ALL, 1000, none());
        assertThat(readings).hasSize(70);
        assertThat(readings.get(59)).isEqualTo(readings(0, 60).get(59));
        assertThat(readings.get(60)).isEqualTo(readings(1_000, 10).get(0));
        assertThat(source().readings(
                                RecordFilter.builder()
                                        .run("r2")
                                        .status("failed")
                                        .build(),
                                100,
                                none()))
                .hasSize(10);
        assertThat(source().readings(RecordFilter.builder().command("train").build(), 100, none()))
                .hasSize(60);
        RecordFilter minute = RecordFilter.ALL.between(
                EpochMicros.instant(Records.START + 60_000_000), EpochMicros.instant(Records.START + 120_000_000));
        assertThat(source().readings(minute, 100, none()))
                .extracting(SystemReading::at)
                .hasSize(6)
                .startsWith(Records.START + 60_000_000);
        List<SystemReading> few = source().readings(RecordFilter.ALL, 7, none());
        assertThat(few).hasSizeBetween(4, 7);
        assertThat(few.get(0).at()).isEqualTo(Records.START);

        assertThat(all()).isEmpty();
        assertThat(source().groups(RecordFilter.ALL, none())).isEmpty();
        assertThat(source().page(RecordFilter.ALL, null, 10, none()).records()).isEmpty();
        assertThat(source().metrics(RecordFilter.ALL, none())).isEmpty();
        assertThat(source().attributes(RecordFilter.ALL, null, none())).isEmpty();
    }

    @Test
    void aReadingThatARecordCarriesAsWellIsShownOnce() throws Exception {
        assumeThat(keepsHistory()).isTrue();
        List<SystemReading> history = readings(0, 60);
        this.store.writeReadings(Records.origin("aa", "train", "r1"), history);
        Map<String, Object> between = new LinkedHashMap<>(history.get(20).system());
        between.put("sampled_at", "2026-11-24T22:23:25Z");
        this.store.write(
                List.of(
                        TelemetryRecord.builder(Records.origin("aa", "train", "r1"), 1, Records.START + 200_300_000)
                                .reading(history.get(20).system())
                                .build(),
                        TelemetryRecord.builder(Records.origin("aa", "train", "r1"), 2, Records.START + 205_300_000)
                                .reading(between)
                                .build()),
                false);
        List<SystemReading> readings = source().readings(RecordFilter.ALL, 1000, none());
        assertThat(readings).hasSize(61);
        assertThat(readings).extracting(SystemReading::at).isSorted();
        assertThat(readings)
                .extracting((reading) -> reading.system().get("sampled_at"))
                .doesNotHaveDuplicates();
        assertThat(all()).hasSize(2);
    }

    private static List<SystemReading> readings(int from, int count) {
        List<SystemReading> readings = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            long at = Records.START + i * 10_000_000L;
            Map<String, Object> system = new LinkedHashMap<>();
            system.put("sampled_at", EpochMicros.instant(at).toString());
            system.putAll(Records.system(i % 100 + 0.25));
            system.put("memory_used", 34_359_738_368L + i);
            system.put("load_1m", null);
            Map<String, Object> card = new LinkedHashMap<>();
            card.put("index", 0L);
            card.put("id", "GPU-1");
            card.put("memory_used", 1_073_741_824L - i);
            card.put("temperature", null);
            card.put("power", 62.5 + i);
            system.put("gpus", List.of(card));
            readings.add(new SystemReading(at, system));
        }
        return readings;
    }

    @Test
    void aBatchThatComesAgainIsNotKeptTwice() throws Exception {
        List<TelemetryRecord> records = Records.random(1, 200);
        this.store.write(records.subList(0, 100), false);
        this.store.write(records.subList(0, 100), false);
        this.store.write(records, true);
        this.store.write(records, true);
        assertThat(all()).hasSize(200);
        assertThat(all()).extracting(TelemetryRecord::id).doesNotHaveDuplicates();
    }

    @Test
    void anEmptyDurableWriteSyncs() throws Exception {
        this.store.write(List.of(), true);
        this.store.write(Records.random(1, 10), false);
        this.store.write(List.of(), true);
        this.store.maintain();
        assertThat(all()).hasSize(10);
    }

    @Test
    void anEmptyStoreAnswers() {
        assertThat(source().groups(RecordFilter.ALL, none())).isEmpty();
        assertThat(source().metrics(RecordFilter.ALL, none())).isEmpty();
        assertThat(source().page(RecordFilter.ALL, null, 10, none())).isEqualTo(new RecordPage(List.of(), null));
        assertThat(source().readings(RecordFilter.ALL, 10, none())).isEmpty();
        assertThat(source().knows("x", none())).isFalse();
        assertThat(source().series("x", RecordFilter.ALL, new long[] {0, 1}, none()))
                .hasSize(1);
    }

    @Test
    @FaultRow(number = 23, injected = "a query past its deadline, every store", expected = "ends")
    void aQueryEndsAtItsDeadline() throws Exception {
        this.store.write(Records.random(1, many()), false);
        Deadline deadline = Deadline.after(Duration.ofNanos(1));
        assertThatThrownBy(() -> source().metrics(RecordFilter.ALL, deadline))
                .isInstanceOfSatisfying(
                        QueryException.class,
                        (ex) -> assertThat(ex.reason()).isEqualTo(QueryException.Reason.DEADLINE));
    }

    @Test
    void reopeningKeepsEverything() throws Exception {
        assumeThat(survivesClose()).isTrue();
        List<TelemetryRecord> records = Records.random(7, 500);
        this.store.write(records.subList(0, 400), false);
        this.store.close();
        this.store.close();
        this.store = newStore();
        this.store.open();
        this.store.write(records.subList(400, 500), true);
        List<TelemetryRecord> back = all();
        List<TelemetryRecord> sorted = records.stream().sorted(OLDEST_FIRST).toList();
        assertThat(back).hasSize(500);
        for (int i = 0; i < 500; i++) {
            assertSame(back.get(i), sorted.get(i));
        }
    }

    private void check(
            long seed, List<TelemetryRecord> records, RecordFilter filter, Predicate<TelemetryRecord> expected) {
        List<String> ids = records.stream()
                .filter(expected)
                .sorted(OLDEST_FIRST)
                .map(TelemetryRecord::id)
                .toList();
        List<String> seen = new ArrayList<>();
        source().forEach(filter, (record) -> seen.add(record.id()), none());
        assertThat(seen).as("%s, seed %d", filter, seed).isEqualTo(ids);
        List<String> reversed = new ArrayList<>(ids);
        java.util.Collections.reverse(reversed);
        assertThat(source().page(filter, null, records.size(), none()).records())
                .as("%s, seed %d", filter, seed)
                .extracting(TelemetryRecord::id)
                .isEqualTo(reversed);
        assertThat(source().groups(filter, none()).stream()
                        .mapToLong(RecordGroup::count)
                        .sum())
                .as("%s, seed %d", filter, seed)
                .isEqualTo(ids.size());
    }

    private static void assertSummary(
            long seed, Distribution distribution, String metric, List<TelemetryRecord> records) {
        List<TelemetryRecord> having = records.stream()
                .filter((record) -> record.metrics().containsKey(metric))
                .sorted(OLDEST_FIRST)
                .toList();
        double[] values = having.stream()
                .mapToDouble((record) -> record.metrics().get(metric))
                .sorted()
                .toArray();
        assertThat(distribution.count()).as("seed %d", seed).isEqualTo(values.length);
        if (values.length == 0) {
            return;
        }
        double sum = Arrays.stream(values).sum();
        assertThat(distribution.sum())
                .as("seed %d", seed)
                .isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-9 * (1 + Math.abs(sum))));
        assertThat(distribution.min()).as("seed %d", seed).isEqualTo(values[0]);
        assertThat(distribution.max()).as("seed %d", seed).isEqualTo(values[values.length - 1]);
        long lastAt = having.get(having.size() - 1).timestampMicros();
        assertThat(distribution.lastAt()).as("seed %d", seed).isEqualTo(lastAt);
        assertThat(having.stream()
                        .filter((record) -> record.timestampMicros() == lastAt)
                        .map((record) -> record.metrics().get(metric)))
                .as("seed %d", seed)
                .contains(distribution.last());
        double median = values[(int) Math.ceil(0.5 * values.length) - 1];
        assertThat(distribution.quantile(0.5))
                .as("seed %d", seed)
                .isCloseTo(median, org.assertj.core.data.Offset.offset(0.01 * Math.abs(median)));
    }

    private static void assertSame(TelemetryRecord back, TelemetryRecord record) {
        assertThat(back.id()).isEqualTo(record.id());
        assertThat(back.sequence()).isEqualTo(record.sequence());
        assertThat(back.timestampMicros()).isEqualTo(record.timestampMicros());
        assertThat(back.origin()).isEqualTo(record.origin());
        assertThat(back.status()).isEqualTo(record.status());
        assertThat(back.event()).isEqualTo(record.event());
        assertThat(back.metrics()).isEqualTo(record.metrics());
        assertThat(back.attributes()).isEqualTo(record.attributes());
        assertThat(back.system()).isEqualTo(record.system());
        assertThat(back.message()).isEqualTo(record.message());
    }

    /** Returns all records, the oldest first. */
    protected List<TelemetryRecord> all() {
        List<TelemetryRecord> records = new ArrayList<>();
        source().forEach(RecordFilter.ALL, records::add, none());
        return records;
    }

    protected RecordSource source() {
        return Objects.requireNonNull(this.store.source());
    }

    private static Deadline none() {
        return Deadline.none();
    }

    private static RecordFilter filter(String command, String run, String status, String event, String metric) {
        return RecordFilter.builder()
                .command(command)
                .run(run)
                .status(status)
                .event(event)
                .metric(metric)
                .build();
    }
}
