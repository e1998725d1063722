package org.cloudmesh.ai.telemetry.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresSettings;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresStoreFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Asks for the records of ten nodes over a month, before and after they are summed up, and the same in plain SQL. */
final class FleetQueries {

    private static final int NODES = 10;

    private static final int BATCH = 4096;

    private static final int CALLS = 5;

    private static final long DAY = TimeUnit.DAYS.toMicros(1);

    private static final long SPAN = 30 * DAY;

    private static final String METRIC = Sample.NAMES[0];

    private static final String VALUES = "SELECT %s r.numbers[array_position(s.metrics, '" + METRIC + "')] AS v"
            + " FROM telemetry_record r JOIN telemetry_series s ON s.id = r.series AND '" + METRIC + "' = ANY (s.metrics)"
            + " JOIN telemetry_process p ON p.id = s.process %s";

    private static final String SUMMARY =
            "count(*), sum(v), min(v), max(v), percentile_disc(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY v)";

    private final PostgresServer server;

    private final long records;

    // The last hour is over. All edges of a curve's buckets cut an hour, and a part of it.
    private final long end =
            Instant.now().getEpochSecond() / 3600 * TimeUnit.HOURS.toMicros(1) - TimeUnit.SECONDS.toMicros(437);

    private final long begin = this.end - SPAN;

    FleetQueries(PostgresServer server, long records) {
        this.server = server;
        this.records = records;
    }

    void run() throws Exception {
        Markdown.heading(String.format(Locale.ROOT, "Questions over %,d records of %d nodes in a month", this.records, NODES));
        try (HikariDataSource database = FleetBenchmark.pool(this.server, this.server.newDatabase())) {
            JdbcTemplate sql = new JdbcTemplate(database);
            List<TelemetryStore> stores = new ArrayList<>();
            for (int n = 0; n < NODES; n++) {
                stores.add(store(database, n));
            }
            long start = System.nanoTime();
            load(stores);
            double loaded = this.records * 1e9 / (System.nanoTime() - start);
            sql.execute("VACUUM ANALYZE");
            long bytes = size(sql, "telemetry_re%");
            TelemetryReader reader = new TelemetryReader(() -> stores.get(0).source());
            Map<String, Question> questions = questions(reader);
            Map<String, double[]> figures = new LinkedHashMap<>();
            for (Map.Entry<String, Question> question : questions.entrySet()) {
                double plain = time(() -> sql.queryForList(question.getValue().sql));
                double rows = time(question.getValue().ours);
                figures.put(question.getKey(), new double[] {plain, rows, 0});
            }
            start = System.nanoTime();
            sumUp(stores.get(0), sql);
            double summedUp = this.records * 1e9 / (System.nanoTime() - start);
            sql.execute("VACUUM ANALYZE");
            for (Map.Entry<String, Question> question : questions.entrySet()) {
                figures.get(question.getKey())[2] = time(question.getValue().ours);
            }
            Markdown.paragraph(String.format(
                    Locale.ROOT,
                    "Loaded with %,.0f records/s, summed up with %,.0f records/s; %.0f bytes a record and %.0f more for the"
                            + " roll-ups.",
                    loaded,
                    summedUp,
                    bytes / (double) this.records,
                    (size(sql, "telemetry_rollup%") + size(sql, "telemetry_block%")) / (double) this.records));
            Markdown.header("ms", "plain SQL", "before roll-ups", "with roll-ups", "of plain SQL", "target: 0.2 and 200 ms");
            figures.forEach((name, figure) -> Markdown.row(
                    name,
                    figure[0],
                    figure[1],
                    figure[2],
                    figure[2] / figure[0],
                    figure[2] <= 0.2 * figure[0] && figure[2] <= 200 ? "reached" : "**missed**"));
            for (TelemetryStore store : stores) {
                store.close();
            }
        }
    }

    private static TelemetryStore store(HikariDataSource database, int node) throws Exception {
        PostgresSettings settings = new PostgresSettings(
                "node-" + node, true, PostgresSettings.SCHEMA, PostgresSettings.TABLE_PREFIX, null);
        TelemetryStore store = new PostgresStoreFactory(() -> database, settings, () -> {})
                .create(new StoreSettings(Path.of("unused"), Retention.defaults(), Clock.systemUTC()));
        store.open();
        return store;
    }

    private void load(List<TelemetryStore> stores) throws Exception {
        Sample sample = new Sample(4);
        Random random = new Random(5);
        List<List<TelemetryRecord>> batches = new ArrayList<>();
        Origin[] origins = new Origin[NODES];
        for (int n = 0; n < NODES; n++) {
            batches.add(new ArrayList<>());
            origins[n] = new Origin("benchmark" + n, "serve", "run-" + n, Map.of("name", "ada", "host", "h" + n, "pid", 1L));
        }
        for (long made = 0; made < this.records; made++) {
            int n = random.nextInt(NODES);
            int i = random.nextInt();
            List<TelemetryRecord> batch = batches.get(n);
            batch.add(TelemetryRecord.builder(
                            origins[n], made + 1, this.begin + (long) (made * ((double) SPAN / this.records)))
                    .status(sample.status(i))
                    .event(sample.event(i))
                    .metrics(Sample.NAMES, sample.values(i))
                    .attributes(Map.of("tenant", "tenant-" + (i & 7), "customer", "customer-" + random.nextInt(1000)))
                    .message(sample.message(i))
                    .build());
            if (batch.size() == BATCH) {
                stores.get(n).write(batch, true);
                batch.clear();
            }
        }
        for (int n = 0; n < NODES; n++) {
            stores.get(n).write(batches.get(n), true);
        }
    }

    private static void sumUp(TelemetryStore store, JdbcTemplate sql) throws Exception {
        // As if nothing had come for a while.
        sql.update("UPDATE telemetry_block SET changed = changed - interval '1 minute'");
        store.maintain();
        String left = "SELECT count(*) FROM telemetry_block b WHERE b.stale"
                + " AND b.time + CASE b.span WHEN 'day' THEN interval '24 hours' ELSE interval '1 hour' END <= now()";
        while (sql.queryForObject(left, Long.class) > 0) {
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static long size(JdbcTemplate sql, String tables) {
        return sql.queryForObject(
                "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c WHERE c.relkind = 'r'"
                        + " AND c.relname LIKE ?",
                Long.class,
                tables);
    }

    /** Returns how long an answer takes; NaN when it runs past the store's own limits. */
    private static double time(Runnable question) {
        try {
            return median(question);
        } catch (QueryException ex) {
            return Double.NaN;
        }
    }

    private static double median(Runnable question) {
        List<Double> all = new ArrayList<>();
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        // The first call is not counted unless it is the only one.
        for (int i = 0; i <= CALLS && (i < 2 || System.nanoTime() - limit < 0); i++) {
            long start = System.nanoTime();
            question.run();
            all.add((System.nanoTime() - start) / 1e6);
        }
        return Fork.median(all.subList(1, all.size()));
    }

    private Map<String, Question> questions(TelemetryReader reader) {
        RecordFilter all = RecordFilter.ALL;
        RecordFilter failed = RecordFilter.builder().status("failed").build();
        RecordFilter whole = range(this.begin, this.end);
        long from = this.begin + (long) (SPAN * 0.3123);
        long to = this.begin + (long) (SPAN * 0.8377);
        RecordFilter middle = failed.between(instant(from), instant(to));
        long week = this.end - 7 * DAY;
        String bucket = "width_bucket(extract(epoch FROM r.time), " + this.begin / 1e6 + ", " + this.end / 1e6 + ", 60) AS k,";
        Map<String, Question> questions = new LinkedHashMap<>();
        questions.put("metric, all", metric(reader, all, null, "", ""));
        questions.put("metric, the last 7 days", metric(reader, range(week, this.end), null, "", during(week, this.end)));
        questions.put(
                "metric, a range cut in minutes, failed",
                metric(reader, middle, null, "", during(from, to) + " AND s.status = 'failed'"));
        questions.put("metric by status", metric(reader, all, Dimension.Kind.STATUS, "s.status AS k,", ""));
        questions.put("metric by node", metric(reader, all, Dimension.Kind.NODE, "p.node AS k,", ""));
        questions.put(
                "60-bucket series with p95",
                new Question(() -> reader.series(METRIC, whole, 60, deadline()), grouped(bucket, during(this.begin, this.end))));
        questions.put(
                "60-bucket series with p95, failed",
                new Question(
                        () -> reader.series(METRIC, middle.between(whole.from(), whole.to()), 60, deadline()),
                        grouped(bucket, during(this.begin, this.end) + " AND s.status = 'failed'")));
        questions.put(
                "groups and success rate",
                new Question(
                        () -> reader.overview(all, deadline()),
                        "SELECT p.command, p.run, s.status, s.event, count(*), min(r.time), max(r.time)"
                                + " FROM telemetry_record r JOIN telemetry_series s ON s.id = r.series"
                                + " JOIN telemetry_process p ON p.id = s.process GROUP BY 1, 2, 3, 4"));
        questions.put(
                "all metrics",
                new Question(
                        () -> reader.metrics(all, deadline()),
                        "SELECT m.name, count(*), avg(v), min(v), max(v) FROM telemetry_record r"
                                + " JOIN telemetry_series s ON s.id = r.series"
                                + " CROSS JOIN LATERAL unnest(s.metrics, r.numbers) AS m(name, v) GROUP BY 1"));
        return questions;
    }

    // As long as HTTP waits.
    private static Deadline deadline() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    private static Question metric(
            TelemetryReader reader, RecordFilter filter, Dimension.@Nullable Kind by, String key, String where) {
        String sql = key.isEmpty()
                ? "SELECT " + SUMMARY + " FROM (" + VALUES.formatted("", where) + ") x"
                : grouped(key, where);
        return new Question(
                () -> reader.metric(METRIC, filter, by == null ? null : Dimension.of(by), deadline()), sql);
    }

    private static String grouped(String key, String where) {
        return "SELECT k, " + SUMMARY + " FROM (" + VALUES.formatted(key, where) + ") x GROUP BY k";
    }

    private static String during(long from, long to) {
        return "WHERE r.time >= '" + instant(from) + "' AND r.time < '" + instant(to) + "'";
    }

    private static RecordFilter range(long from, long to) {
        return RecordFilter.ALL.between(instant(from), instant(to));
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
    }

    /** What is asked of us, and in SQL. */
    private record Question(Runnable ours, String sql) {}
}
