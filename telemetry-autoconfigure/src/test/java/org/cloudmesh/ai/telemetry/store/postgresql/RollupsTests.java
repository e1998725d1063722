package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.assertj.core.data.Offset;
import org.awaitility.Awaitility;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.GroupedSeries;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Questions over days and hours that are summed up, and over those that are not yet, or no longer. */
class RollupsTests {

    private static final long HOUR = TimeUnit.HOURS.toMicros(1);

    private static final long DAYS = 4;

    // Midnight.
    private static final long BEGIN = Records.START - Records.START % TimeUnit.DAYS.toMicros(1);

    private final PostgresSettings settings = PostgresSettings.defaults();

    private HikariDataSource database;

    private JdbcTemplate sql;

    private Connections connections;

    private RecordSource source;

    private long sequence;

    @BeforeEach
    void open() throws Exception {
        this.database = PostgresServer.shared().newPool(8);
        this.sql = new JdbcTemplate(this.database);
        this.connections = new Connections(() -> this.database);
        this.source = new PostgresSource(this.settings, this.connections, 0);
        store(BEGIN).open();
    }

    @AfterEach
    void close() {
        this.database.close();
    }

    private PostgresStore store(long now) {
        return new PostgresStore(() -> this.database, this.settings, clock(now));
    }

    private static Clock clock(long now) {
        return Clock.fixed(EpochMicros.instant(now), ZoneOffset.UTC);
    }

    private Rollups rollups(long now) {
        return new Rollups(this.settings, this.connections, clock(now), Duration.ZERO, 0);
    }

    private List<TelemetryRecord> random(Random random, int count, long from, long to) {
        String[] events = {null, "inference", "load"};
        Status[] statuses = {Status.COMPLETED, Status.FAILED, Status.RECORDED};
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int process = random.nextInt(3);
            long at = from + (long) (random.nextDouble() * (to - from));
            // Some lie on the very edge of an hour.
            at = random.nextInt(20) == 0 ? at - at % HOUR : at;
            TelemetryRecord.Builder record = TelemetryRecord.builder(
                            Records.origin("t" + process, process == 0 ? "train" : "serve", "r" + process),
                            ++this.sequence,
                            at)
                    .status(statuses[random.nextInt(statuses.length)])
                    .event(events[random.nextInt(events.length)]);
            switch (random.nextInt(3)) {
                case 0 ->
                    record.metrics(
                            new String[] {"latency", "tokens"},
                            new double[] {random.nextGaussian(), random.nextInt(3) * random.nextInt(1000)});
                case 1 -> record.metrics(new String[] {"latency"}, new double[] {Math.exp(random.nextGaussian() * 9)});
                default -> record.attributes(Map.of("model", "m" + random.nextInt(3)));
            }
            records.add(record.build());
        }
        return records;
    }

    @Test
    void answersAreThoseOfAPlainScanWhateverIsSummedUp() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<TelemetryRecord> all = new ArrayList<>();
        long end = BEGIN + DAYS * 24 * HOUR;
        for (int round = 0; round < 3; round++) {
            // At first over the whole range, then late ones in parts of it.
            long from = round == 0 ? BEGIN : BEGIN + (long) (random.nextDouble() * (end - BEGIN));
            List<TelemetryRecord> batch =
                    random(random, round == 0 ? 1_500 : 50, from, round == 0 ? end : Math.min(end, from + 3 * HOUR));
            store(end).write(batch, true);
            all.addAll(batch);
            check(seed, random, all, end);
            // In the first round most of two days is not over yet.
            rollups(round == 0 ? BEGIN + 50 * HOUR : end).sumUp();
            check(seed, random, all, end);
        }
        assertThat(stale()).isZero();
    }

    private long stale() {
        return this.sql.queryForObject("SELECT count(*) FROM telemetry_block WHERE stale", Long.class);
    }

    private void check(long seed, Random random, List<TelemetryRecord> records, long end) {
        PlainScan expected = new PlainScan(records);
        List<RecordFilter> filters = new ArrayList<>(List.of(
                RecordFilter.ALL,
                RecordFilter.builder().status("failed").command("serve").build(),
                RecordFilter.builder().event("inference").metric("tokens").build(),
                RecordFilter.builder().run("r2").build(),
                RecordFilter.builder().attribute("model", "m1").build(),
                RecordFilter.builder().text("INFER").build()));
        for (RecordFilter filter : List.copyOf(filters)) {
            long from = BEGIN + (long) (random.nextDouble() * (end - BEGIN));
            long to = from + (long) (random.nextDouble() * (end - from));
            boolean even = random.nextBoolean();
            filters.add(filter.between(
                    EpochMicros.instant(even ? from - from % HOUR : from),
                    random.nextInt(4) == 0 ? null : EpochMicros.instant(even ? to - to % HOUR : to)));
        }
        for (RecordFilter filter : filters) {
            String what = filter + ", seed " + seed;
            assertThat(groups(this.source, filter)).as(what).isEqualTo(groups(expected, filter));
            assertSame(what, this.source.metrics(filter, Deadline.none()), expected.metrics(filter, Deadline.none()));
            assertThat(this.source.metricNames(filter, Deadline.none()))
                    .as(what)
                    .isEqualTo(expected.metricNames(filter, Deadline.none()));
            for (Dimension by : Arrays.asList(
                    null,
                    Dimension.of(Dimension.Kind.STATUS),
                    Dimension.of(Dimension.Kind.RUN),
                    Dimension.of(Dimension.Kind.EVENT),
                    Dimension.attribute("model"))) {
                assertSame(
                        what + " by " + by,
                        this.source.metric("latency", filter, by, Deadline.none()),
                        expected.metric("latency", filter, by, Deadline.none()));
            }
            checkSeries(what, random, expected, filter, end);
        }
    }

    private void checkSeries(String what, Random random, PlainScan expected, RecordFilter filter, long end) {
        int buckets = 1 + random.nextInt(40);
        long[] edges = new long[buckets + 1];
        long from = BEGIN + random.nextInt(3) * HOUR / 2;
        for (int i = 0; i <= buckets; i++) {
            edges[i] = from + (end - from) / buckets * i;
        }
        List<Distribution> points = this.source.series("latency", filter, edges, Deadline.none());
        List<Distribution> plain = expected.series("latency", filter, edges, Deadline.none());
        assertThat(points).as(what).hasSize(buckets);
        Dimension by = Dimension.of(Dimension.Kind.COMMAND);
        GroupedSeries grouped = this.source.series("latency", filter, by, Set.of("serve"), edges, Deadline.none());
        List<Distribution> serve = grouped.groups().getOrDefault("serve", GroupedSeries.empty(buckets));
        for (int i = 0; i < buckets; i++) {
            assertSame(what + " point " + i, points.get(i), plain.get(i));
            Distribution both = new Distribution();
            both.merge(serve.get(i));
            both.merge(grouped.others().get(i));
            assertThat(both.count()).as(what).isEqualTo(plain.get(i).count());
        }
    }

    static Map<List<String>, List<Long>> groups(RecordSource source, RecordFilter filter) {
        Map<List<String>, List<Long>> groups = new HashMap<>();
        for (RecordGroup group : source.groups(filter, Deadline.none())) {
            groups.put(
                    Arrays.asList(group.command(), group.run(), group.status(), group.event()),
                    List.of(group.count(), group.first(), group.last()));
        }
        return groups;
    }

    private static <K> void assertSame(String what, Map<K, Distribution> actual, Map<K, Distribution> expected) {
        assertThat(actual.keySet()).as(what).isEqualTo(expected.keySet());
        expected.forEach((key, values) -> assertSame(what + " " + key, actual.get(key), values));
    }

    private static void assertSame(String what, Distribution actual, Distribution expected) {
        assertThat(actual.count()).as(what).isEqualTo(expected.count());
        if (expected.count() == 0) {
            return;
        }
        assertThat(actual.sum())
                .as(what)
                .isCloseTo(expected.sum(), Offset.offset(1e-9 * (1 + Math.abs(expected.sum()))));
        assertThat(actual.min()).as(what).isEqualTo(expected.min());
        assertThat(actual.max()).as(what).isEqualTo(expected.max());
        assertThat(actual.lastAt()).as(what).isEqualTo(expected.lastAt());
        for (double q : new double[] {0.5, 0.9, 0.99}) {
            double exact = expected.quantile(q);
            assertThat(actual.quantile(q)).as(what).isCloseTo(exact, Offset.offset(0.01 * Math.abs(exact)));
        }
    }

    @Test
    void hoursAndDaysAreReadFromRollupsAlone() throws Exception {
        List<TelemetryRecord> records = random(new Random(1), 1_000, BEGIN, BEGIN + 48 * HOUR);
        store(BEGIN + 48 * HOUR).write(records, true);
        rollups(BEGIN + 48 * HOUR).sumUp();
        Map<List<String>, List<Long>> groups = groups(this.source, RecordFilter.ALL);
        RecordFilter hours =
                RecordFilter.ALL.between(EpochMicros.instant(BEGIN + 5 * HOUR), EpochMicros.instant(BEGIN + 43 * HOUR));
        Map<String, Distribution> metrics = this.source.metrics(hours, Deadline.none());
        this.sql.update("DELETE FROM telemetry_record");
        assertThat(groups(this.source, RecordFilter.ALL)).hasSizeGreaterThan(10).isEqualTo(groups);
        assertSame("without records", this.source.metrics(hours, Deadline.none()), metrics);
        assertThat(this.sql.queryForList("SELECT DISTINCT span FROM telemetry_block", String.class))
                .containsExactlyInAnyOrder("hour", "day");
        // Without the hours of a day the day itself tells.
        this.sql.update("DELETE FROM telemetry_rollup_records WHERE span = 'hour'");
        assertThat(groups(this.source, RecordFilter.ALL)).isEqualTo(groups);
    }

    @Test
    void questionsThatTellLittleApartAreReadFromTheirLevelAlone() throws Exception {
        List<TelemetryRecord> records = random(new Random(11), 1_000, BEGIN, BEGIN + 30 * HOUR);
        store(BEGIN + 30 * HOUR).write(records, true);
        rollups(BEGIN + 30 * HOUR).sumUp();
        this.sql.update("DELETE FROM telemetry_record");
        RecordSource plain = new PlainScan(records);
        RecordFilter failed = RecordFilter.builder().status("failed").build();
        RecordFilter run = RecordFilter.builder().status("failed").run("r2").build();
        checkMetric(plain, run, Dimension.of(Dimension.Kind.COMMAND), "series");
        this.sql.update("DELETE FROM telemetry_rollup WHERE span IN ('hour', 'day')");
        checkMetric(plain, run, Dimension.of(Dimension.Kind.COMMAND), "process");
        this.sql.update("DELETE FROM telemetry_rollup WHERE span LIKE '%-process'");
        checkMetric(plain, failed, null, "status");
        checkMetric(plain, RecordFilter.ALL, Dimension.of(Dimension.Kind.STATUS), "status");
        checkCurve(plain, failed);
        this.sql.update("DELETE FROM telemetry_rollup WHERE span LIKE '%-status'");
        checkMetric(plain, RecordFilter.ALL, null, "all");
        checkCurve(plain, RecordFilter.ALL);
        assertSame(
                "all metrics",
                this.source.metrics(RecordFilter.ALL, Deadline.none()),
                plain.metrics(RecordFilter.ALL, Deadline.none()));
    }

    private void checkMetric(RecordSource plain, RecordFilter filter, Dimension by, String level) {
        assertSame(
                level,
                this.source.metric("latency", filter, by, Deadline.none()),
                plain.metric("latency", filter, by, Deadline.none()));
    }

    /** Asks for buckets whose edges cut hours, though none of their parts. */
    private void checkCurve(RecordSource plain, RecordFilter filter) {
        long[] edges = LongStream.rangeClosed(0, 10)
                .map((i) -> BEGIN + i * 35 * HOUR / 12)
                .toArray();
        List<Distribution> expected = plain.series("latency", filter, edges, Deadline.none());
        List<Distribution> points = this.source.series("latency", filter, edges, Deadline.none());
        for (int i = 0; i < expected.size(); i++) {
            assertSame("point " + i + " of " + filter, points.get(i), expected.get(i));
        }
    }

    @Test
    void aLevelThatLacksLateRecordsIsNotRead() throws Exception {
        long end = BEGIN + 24 * HOUR;
        List<TelemetryRecord> all = new ArrayList<>(random(new Random(12), 500, BEGIN, end));
        store(end).write(all, true);
        rollups(end).sumUp();
        for (String table : List.of("telemetry_rollup", "telemetry_rollup_records")) {
            this.sql.update("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table + " WHERE span LIKE '%-%'");
        }
        List<TelemetryRecord> late = random(new Random(13), 100, BEGIN, end);
        store(end).write(late, true);
        all.addAll(late);
        rollups(end).sumUp();
        // As a node of an earlier release leaves them, which sums up and knows no levels.
        for (String table : List.of("telemetry_rollup", "telemetry_rollup_records")) {
            this.sql.update("DELETE FROM " + table + " WHERE span LIKE '%-%'");
            this.sql.update("INSERT INTO " + table + " SELECT * FROM kept_" + table);
        }
        check(12, new Random(12), all, end);
    }

    @Test
    void whatIsNotOverIsNotSummedUp() throws Exception {
        store(BEGIN).write(random(new Random(1), 300, BEGIN, BEGIN + 3 * HOUR), true);
        rollups(BEGIN + 2 * HOUR + HOUR / 2).sumUp();
        assertThat(this.sql.queryForList(
                        "SELECT DISTINCT extract(hour FROM time AT TIME ZONE 'UTC')::int FROM telemetry_rollup",
                        Integer.class))
                .containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void hoursOfFewRecordsAreNotSummedUpButTheirDayIs() throws Exception {
        // Some fifty series; in each hour after the first there are few records of each.
        long end = BEGIN + 24 * HOUR;
        List<TelemetryRecord> all = new ArrayList<>(random(new Random(8), 800, BEGIN, BEGIN + HOUR));
        all.addAll(random(new Random(9), 900, BEGIN + HOUR, end));
        store(end).write(all, true);
        Rollups rollups = new Rollups(this.settings, this.connections, clock(end), Duration.ZERO, 6);
        rollups.sumUp();
        assertThat(stale()).isZero();
        assertThat(this.sql.queryForList(
                        "SELECT DISTINCT span || extract(hour FROM time AT TIME ZONE 'UTC') FROM telemetry_block"
                                + " WHERE summed",
                        String.class))
                .containsExactlyInAnyOrder("hour0", "day0");
        check(8, new Random(8), all, end);
        // Late records make an hour worth it.
        List<TelemetryRecord> late = random(new Random(10), 800, BEGIN + 5 * HOUR, BEGIN + 6 * HOUR);
        store(end).write(late, true);
        all.addAll(late);
        check(8, new Random(8), all, end);
        rollups.sumUp();
        assertThat(this.sql.queryForObject(
                        "SELECT count(DISTINCT time) FROM telemetry_rollup WHERE span = 'hour'", Long.class))
                .isEqualTo(2);
        check(8, new Random(8), all, end);
    }

    @Test
    void hoursOfFewRecordsASeriesHaveCoarseRollups() throws Exception {
        long end = BEGIN + 6 * HOUR;
        List<TelemetryRecord> records = random(new Random(14), 600, BEGIN, end);
        store(end).write(records, true);
        // A series has some four records an hour, an hour a hundred.
        Rollups rollups = new Rollups(this.settings, this.connections, clock(end), Duration.ZERO, 5);
        rollups.sumUp();
        assertThat(spans()).containsExactlyInAnyOrder("hour-all", "hour-status");
        check(14, new Random(14), records, end);
        this.sql.update("DELETE FROM telemetry_record WHERE time >= ?", Selection.time(EpochMicros.instant(BEGIN)));
        RecordSource plain = new PlainScan(records);
        RecordFilter failed = RecordFilter.builder().status("failed").build();
        checkMetric(plain, RecordFilter.ALL, null, "all");
        checkMetric(plain, failed, null, "failed");
        List<TelemetryRecord> all = new ArrayList<>(records);
        List<TelemetryRecord> late = random(new Random(15), 60, BEGIN + 2 * HOUR, BEGIN + 3 * HOUR);
        this.sql.update("DELETE FROM telemetry_block");
        store(end).write(records, true);
        store(end).write(late, true);
        all.addAll(late);
        check(15, new Random(15), all, end);
        rollups.sumUp();
        check(15, new Random(15), all, end);
    }

    @Test
    void fewRecordsOfAnHourHaveNoRollups() throws Exception {
        long end = BEGIN + 6 * HOUR;
        store(end).write(random(new Random(16), 300, BEGIN, end), true);
        new Rollups(this.settings, this.connections, clock(end), Duration.ZERO, 5).sumUp();
        assertThat(spans()).isEmpty();
    }

    private List<String> spans() {
        return this.sql.queryForList("SELECT DISTINCT span FROM telemetry_rollup", String.class);
    }

    @Test
    void fewRecordsAreLookedAtThemselves() throws Exception {
        List<TelemetryRecord> records = random(new Random(1), 1_000, BEGIN, BEGIN + 24 * HOUR);
        store(BEGIN).write(records, true);
        rollups(BEGIN + 24 * HOUR).sumUp();
        RecordSource source = store(BEGIN).source();
        Distribution latency = source.metric("latency", RecordFilter.ALL, null, Deadline.none())
                .get("");
        assertThat(latency.exact()).isTrue();
    }

    @Test
    @FaultRow(
            number = 36,
            injected = "four nodes write to the same hours, two sum them up, a third asks, all at once",
            expected =
                    "every answer has what was acknowledged, and nothing twice; in the end roll-ups equal a plain scan")
    void answersAreRightWhileNodesWriteAndSumUp() throws Exception {
        long end = BEGIN + 24 * HOUR;
        int nodes = 4;
        int batches = 25;
        AtomicLong begun = new AtomicLong();
        AtomicLong kept = new AtomicLong();
        List<TelemetryRecord> all = new ArrayList<>();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int n = 0; n < nodes; n++) {
            List<List<TelemetryRecord>> work = new ArrayList<>();
            for (int i = 0; i < batches; i++) {
                work.add(of("node" + n, i * 40, 40, new Random(n * 100 + i)));
                all.addAll(work.get(i));
            }
            writers.add(CompletableFuture.runAsync(() -> {
                PostgresStore store = store(end);
                for (List<TelemetryRecord> batch : work) {
                    begun.addAndGet(batch.size());
                    try {
                        store.write(batch, true);
                    } catch (Exception ex) {
                        throw new IllegalStateException(ex);
                    }
                    kept.addAndGet(batch.size());
                }
            }));
        }
        CompletableFuture<Void> writing = CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new));
        List<CompletableFuture<Void>> keepers = new ArrayList<>();
        for (int k = 0; k < 2; k++) {
            keepers.add(CompletableFuture.runAsync(() -> {
                while (!writing.isDone()) {
                    try {
                        rollups(end).sumUp();
                    } catch (Exception ex) {
                        throw new IllegalStateException(ex);
                    }
                }
            }));
        }
        int questions = 0;
        while (!writing.isDone()) {
            long least = kept.get();
            long counted = this.source.groups(RecordFilter.ALL, Deadline.none()).stream()
                    .mapToLong(RecordGroup::count)
                    .sum();
            assertThat(counted).isBetween(least, begun.get());
            questions++;
        }
        writing.join();
        keepers.forEach(CompletableFuture::join);
        assertThat(questions).isPositive();
        rollups(end).sumUp();
        assertThat(stale()).isZero();
        assertThat(groups(this.source, RecordFilter.ALL)).isEqualTo(groups(new PlainScan(all), RecordFilter.ALL));
        assertSame(
                "in the end",
                this.source.metrics(RecordFilter.ALL, Deadline.none()),
                new PlainScan(all).metrics(RecordFilter.ALL, Deadline.none()));
        assertThat(this.sql.queryForObject(
                        "SELECT sum(count) FROM telemetry_rollup WHERE span = 'hour' AND metric = 'latency'",
                        Long.class))
                .isEqualTo(nodes * batches * 40L);
    }

    private static List<TelemetryRecord> of(String token, int first, int count, Random random) {
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(TelemetryRecord.builder(
                            Records.origin(token, "serve", token),
                            first + i + 1,
                            BEGIN + random.nextInt(3) * HOUR + random.nextInt(1_000_000))
                    .status(Status.COMPLETED)
                    .metrics(new String[] {"latency"}, new double[] {random.nextDouble()})
                    .build());
        }
        return records;
    }

    @Test
    void aNodeThatIsWritingIsNotWaitedFor() throws Exception {
        store(BEGIN).write(of("a", 0, 100, new Random(1)), true);
        store(BEGIN).write(of("b", 0, 100, new Random(2)), true);
        try (Connection frozen = this.database.getConnection()) {
            frozen.setAutoCommit(false);
            frozen.createStatement()
                    .executeUpdate("UPDATE telemetry_block SET records = records WHERE process ="
                            + " (SELECT id FROM telemetry_process WHERE token = 'a')");
            rollups(BEGIN + 24 * HOUR).sumUp();
            frozen.rollback();
        }
        assertThat(this.sql.queryForList(
                        "SELECT DISTINCT p.token FROM telemetry_block b JOIN telemetry_process p ON p.id = b.process"
                                + " WHERE b.span = 'hour' AND b.stale",
                        String.class))
                .containsExactly("a");
        rollups(BEGIN + 24 * HOUR).sumUp();
        assertThat(stale()).isZero();
    }

    @Test
    void aServerProcessKilledInTheMidstLeavesNothingHalfDone() throws Exception {
        List<TelemetryRecord> records = random(new Random(3), 500, BEGIN, BEGIN + 24 * HOUR);
        store(BEGIN).write(records, true);
        try (Connection blocking = this.database.getConnection()) {
            blocking.setAutoCommit(false);
            blocking.createStatement().execute("LOCK TABLE telemetry_rollup IN SHARE MODE");
            CompletableFuture<Void> work = CompletableFuture.runAsync(() -> {
                try {
                    rollups(BEGIN + 24 * HOUR).sumUp();
                } catch (Exception ex) {
                    throw new IllegalStateException(ex);
                }
            });
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            boolean killed = false;
            while (!killed && System.nanoTime() - end < 0) {
                killed = !this.sql
                        .queryForList("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                                + " current_database() AND wait_event_type = 'Lock'")
                        .isEmpty();
            }
            assertThatThrownBy(work::join).hasRootCauseInstanceOf(SQLException.class);
            blocking.rollback();
        }
        assertThat(groups(this.source, RecordFilter.ALL)).isEqualTo(groups(new PlainScan(records), RecordFilter.ALL));
        rollups(BEGIN + 24 * HOUR).sumUp();
        assertThat(stale()).isZero();
        assertThat(groups(this.source, RecordFilter.ALL)).isEqualTo(groups(new PlainScan(records), RecordFilter.ALL));
    }

    @Test
    @FaultRow(
            number = 39,
            injected = "the clocks of two nodes a day ahead and a day behind, while they write and sum up",
            expected = "answers are those of a plain scan by each record's own time; the right clock sums up all")
    void aClockADayOffChangesNoAnswer() throws Exception {
        long day = 24 * HOUR;
        long now = BEGIN + 2 * day + 10 * HOUR;
        Random random = new Random(4);
        List<TelemetryRecord> all = new ArrayList<>();
        for (long off : new long[] {-day, 0, day}) {
            List<TelemetryRecord> batch = random(random, 300, now + off - 3 * HOUR, now + off);
            store(now + off).write(batch, true);
            all.addAll(batch);
            rollups(now + off).sumUp();
            check(4, random, all, BEGIN + DAYS * day);
        }
        List<TelemetryRecord> later = random(random, 300, now - 3 * HOUR, now + HOUR);
        store(now).write(later, true);
        all.addAll(later);
        check(4, random, all, BEGIN + DAYS * day);
        rollups(now + 2 * day).sumUp();
        assertThat(stale()).isZero();
        check(4, random, all, BEGIN + DAYS * day);
    }

    @Test
    void rollupsGoWithTheirRecords() throws Exception {
        List<TelemetryRecord> records = random(new Random(5), 2_000, BEGIN, BEGIN + DAYS * 24 * HOUR);
        long now = BEGIN + DAYS * 24 * HOUR;
        PostgresSettings two = new PostgresSettings(
                null, true, PostgresSettings.SCHEMA, PostgresSettings.TABLE_PREFIX, Duration.ofDays(2));
        PostgresStore store = new PostgresStore(() -> this.database, two, clock(now));
        store.write(records, true);
        rollups(now).sumUp();
        assertThat(stale()).isZero();
        store.maintain();
        store.close();
        Instant first = EpochMicros.instant(now).minus(Duration.ofDays(2));
        List<TelemetryRecord> left = records.stream()
                .filter((record) -> record.timestampMicros() >= EpochMicros.micros(first))
                .toList();
        assertThat(left).hasSizeLessThan(1_500);
        assertThat(groups(this.source, RecordFilter.ALL)).isEqualTo(groups(new PlainScan(left), RecordFilter.ALL));
        for (String table : List.of("telemetry_block", "telemetry_rollup", "telemetry_rollup_records")) {
            assertThat(this.sql
                            .queryForObject("SELECT min(time) FROM " + table, Timestamp.class)
                            .toInstant())
                    .isEqualTo(first);
        }
    }

    @Test
    void theStoreSumsUpByItself() throws Exception {
        store(BEGIN).write(random(new Random(6), 500, BEGIN, BEGIN + 24 * HOUR), true);
        this.sql.update("UPDATE telemetry_block SET changed = changed - interval '1 minute'");
        PostgresStore store = store(BEGIN + 24 * HOUR);
        store.open();
        store.maintain();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (stale() > 0 && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        store.close();
        assertThat(stale()).isZero();
    }

    @Test
    void oneConnectionIsEnoughToSumUp() throws Exception {
        // Over whatever the server's clock says.
        long begin = BEGIN - 3_650 * 24 * HOUR;
        store(BEGIN).write(random(new Random(17), 100, begin, begin + 2 * HOUR), true);
        try (HikariDataSource one = PostgresServer.pool(this.database, 1)) {
            one.setConnectionTimeout(1_000);
            Connections single = new Connections(() -> one);
            // Neither clock has been asked yet.
            new Rollups(this.settings, single, new ServerClock(single), Duration.ZERO, 0).sumUp();
            assertThat(stale()).isZero();
            new Rollups(this.settings, single, new ServerClock(single), Duration.ZERO, 0).begin();
        }
    }

    @Test
    void theWorkEndsBetweenTwoOfItsStatementsToo() throws Exception {
        store(BEGIN).write(random(new Random(19), 500, BEGIN, BEGIN + 24 * HOUR), true);
        AtomicReference<Rollups> rollups = new AtomicReference<>();
        AtomicReference<Thread> worker = new AtomicReference<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        // The end comes just before a statement that waits for a lock.
        DataSource between = new Interrupted(this.database, "DELETE FROM telemetry_rollup ", () -> {
            worker.set(Thread.currentThread());
            Thread closing = new Thread(() -> {
                rollups.get().end();
                end.complete(null);
            });
            closing.start();
            Awaitility.await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        });
        try (Connection blocking = this.database.getConnection()) {
            blocking.setAutoCommit(false);
            blocking.createStatement().execute("LOCK TABLE telemetry_rollup IN SHARE MODE");
            rollups.set(new Rollups(
                    this.settings, new Connections(() -> between), clock(BEGIN + 24 * HOUR), Duration.ZERO, 0));
            rollups.get().begin();
            end.get(30, TimeUnit.SECONDS);
            assertThat(worker.get().isAlive()).isFalse();
            assertThat(this.sql.queryForObject(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                    + " AND wait_event_type = 'Lock'",
                            Long.class))
                    .isZero();
            blocking.rollback();
        }
        rollups(BEGIN + 24 * HOUR).sumUp();
        assertThat(stale()).isZero();
    }

    @Test
    void bucketsOfTheDatabaseAreThoseOfASketch() {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            double value = (random.nextBoolean() ? 1 : -1) * Math.exp(random.nextGaussian() * 20);
            Double middle = this.sql.queryForObject(
                    "SELECT telemetry_bucket_middle(telemetry_bucket(?::float8))", Double.class, value);
            assertThat(middle).isCloseTo(value, Offset.offset(0.008 * Math.abs(value)));
        }
        assertThat(this.sql.queryForObject("SELECT telemetry_bucket_middle(telemetry_bucket(0))", Double.class))
                .isZero();
    }

    /** Does something before a statement is prepared. */
    private static final class Interrupted extends DelegatingDataSource {

        private final String text;

        private final Runnable action;

        Interrupted(DataSource target, String text, Runnable action) {
            super(target);
            this.text = text;
            this.action = action;
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("prepareStatement")
                                && arguments[0].toString().startsWith(this.text)) {
                            this.action.run();
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (InvocationTargetException ex) {
                            throw ex.getCause();
                        }
                    });
        }
    }
}
