package org.cloudmesh.ai.telemetry.benchmark;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.sqlite.SqliteStoreFactory;
import org.jspecify.annotations.Nullable;

/** Fills a store and DuckDB with the same records and asks both the same. */
final class QueryCase {

    private static final int BATCH = 8192;

    private static final int CALLS = 31;

    private static final long BEGIN = Instant.parse("2026-09-01T00:00:00Z").getEpochSecond() * 1_000_000;

    private static final String[] TENANTS = {"ada", "bob", "cyd", "dan", "eva", "fay", "gus", "hal"};

    private static final int CUSTOMERS = 1000;

    private static final String CUSTOMER = "customer-77";

    private static final int ACCOUNT = 1000;

    private static final int SESSION = 10;

    private static final int READINGS = 20_000;

    private static final String METRIC = Sample.NAMES[0];

    private static final String SUMMARY =
            "count(%1$s), avg(%1$s), min(%1$s), max(%1$s), approx_quantile(%1$s, [0.5, 0.9, 0.95, 0.99])"
                    .formatted(METRIC);

    private final long records;

    private final long span;

    private final Sample sample = new Sample(4);

    private final Random random = new Random(5);

    private final Origin[] origins = {
        new Origin("m8benchmark1", "train", "run-1", Map.of("name", "ada", "host", "host", "pid", 1L)),
        new Origin("m8benchmark2", "serve", "run-2", Map.of("name", "ada", "host", "host", "pid", 2L))
    };

    private final long[] sequences = new long[2];

    private long made;

    private Map<String, @Nullable Object> system = Map.of();

    private long reading;

    QueryCase(long records, String spread) {
        this.records = records;
        this.span = spread.equals("month") ? 30L * 86_400_000_000L : 60_000_000L;
    }

    void run() throws Exception {
        try (Scratch scratch = new Scratch();
                DuckDb duck = new DuckDb(scratch.file("data.duckdb"))) {
            TelemetryStore store = store(scratch);
            store.open();
            long spent = 0;
            while (this.made < this.records) {
                List<TelemetryRecord> batch = batch((int) Math.min(BATCH, this.records - this.made));
                long start = System.nanoTime();
                store.write(batch, false);
                spent += System.nanoTime() - start;
                duck.append(batch);
            }
            store.close();
            duck.loaded();
            Markdown.paragraph("Loaded with " + Markdown.number(this.records * 1e9 / spent) + " records/s; "
                    + Markdown.number(scratch.bytes("data.db") / (double) this.records) + " bytes a record, DuckDB "
                    + Markdown.number(scratch.bytes("data.duckdb") / (double) this.records) + ".");
            store.open();
            try {
                ask(store, duck);
            } finally {
                store.close();
            }
        }
    }

    private static TelemetryStore store(Scratch scratch) {
        return new SqliteStoreFactory()
                .create(new StoreSettings(
                        scratch.file("data.db"), new TelemetrySettings.Retention(null, 0), Clock.systemUTC()));
    }

    List<TelemetryRecord> batch(int size) {
        List<TelemetryRecord> batch = new ArrayList<>(size);
        for (int n = 0; n < size; n++) {
            int i = this.random.nextInt();
            int origin = this.random.nextInt(2);
            long at = BEGIN + (long) (this.made++ * ((double) this.span / this.records));
            batch.add(TelemetryRecord.builder(this.origins[origin], ++this.sequences[origin], at)
                    .status(this.sample.status(i))
                    .event(this.sample.event(i))
                    .metrics(Sample.NAMES, this.sample.values(i))
                    .attributes(Map.of(
                            "tenant", TENANTS[this.random.nextInt(TENANTS.length)],
                            "customer", "customer-" + this.random.nextInt(CUSTOMERS),
                            "account", "account-" + this.random.nextInt((int) Math.max(1, this.records / ACCOUNT)),
                            "session", "session-" + this.made / SESSION))
                    .system(system())
                    .message(this.sample.message(i))
                    .build());
        }
        return batch;
    }

    /** Returns the machine's state, one for a twenty-thousandth of the records. */
    private Map<String, @Nullable Object> system() {
        long reading = this.made * READINGS / this.records;
        if (reading != this.reading || this.system.isEmpty()) {
            this.reading = reading;
            this.system = Map.of("cpu", "AMD EPYC", "cpu_count", 2, "gpu_percent", this.random.nextInt(1001) / 10.0);
        }
        return this.system;
    }

    private void ask(TelemetryStore store, DuckDb duck) throws Exception {
        Map<String, Question> questions = questions(new TelemetryReader(store::source));
        Map<String, double[]> figures = new LinkedHashMap<>();
        for (Map.Entry<String, Question> question : questions.entrySet()) {
            double[] ours = time(question.getValue().ours);
            double[] theirs = {Double.NaN, Double.NaN};
            String sql = question.getValue().sql;
            if (sql != null) {
                try (PreparedStatement query = duck.prepare(sql)) {
                    theirs = time(() -> DuckDb.read(query));
                }
            }
            figures.put(question.getKey(), new double[] {ours[0], ours[1], theirs[0], theirs[1], Double.NaN});
        }
        agree(new TelemetryReader(store::source), duck);
        AtomicBoolean asking = new AtomicBoolean(true);
        Thread writer = new Thread(() -> stream(store, asking));
        writer.start();
        questions.forEach((name, question) -> figures.get(name)[4] = time(question.ours)[1]);
        asking.set(false);
        writer.join();
        Markdown.header(
                "ms", "first", "median", "median while records stream in", "DuckDB, first", "DuckDB, median", "target");
        figures.forEach((name, figure) -> {
            double limit = name.contains("GPU") ? 50 + this.records / 10 * 1e-4 : 25;
            boolean reached = figure[1] <= limit && !(figure[1] > figure[3]);
            Markdown.row(
                    name,
                    figure[0],
                    figure[1],
                    figure[4],
                    figure[2],
                    figure[3],
                    Markdown.number(limit) + (reached ? ", reached" : ", **missed**"));
        });
    }

    private void stream(TelemetryStore store, AtomicBoolean asking) {
        try {
            while (asking.get()) {
                store.write(batch(100), false);
                LockSupport.parkNanos(10_000_000);
            }
        } catch (StoreException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** A fast answer is worth nothing unless it is the same. */
    private void agree(TelemetryReader reader, DuckDb duck) throws Exception {
        agree(reader, duck, attribute("tenant", "eva"), "tenant = 'eva'");
        agree(reader, duck, attribute("customer", CUSTOMER), "customer = '" + CUSTOMER + "'");
        agree(reader, duck, attribute("account", "account-" + this.records / ACCOUNT / 2), "account = 'account-" + this.records / ACCOUNT / 2 + "'");
        agree(reader, duck, busy(), "gpu > 90");
    }

    private static void agree(TelemetryReader reader, DuckDb duck, RecordFilter filter, String where)
            throws Exception {
        long ours = reader.metric(METRIC, filter, null, Deadline.none()).values().count();
        try (PreparedStatement query = duck.prepare("SELECT count(*) FROM t WHERE " + where);
                ResultSet rows = query.executeQuery()) {
            rows.next();
            if (ours == 0 || rows.getLong(1) != ours) {
                throw new IllegalStateException(
                        "The store has " + ours + " where " + where + ", DuckDB " + rows.getLong(1));
            }
        }
    }

    private static RecordFilter attribute(String key, String value) {
        return RecordFilter.builder().attribute(key, value).build();
    }

    private static RecordFilter busy() {
        return RecordFilter.builder()
                .system(new RecordFilter.SystemCondition("gpu_percent", RecordFilter.Comparison.GREATER, 90))
                .build();
    }

    static double[] time(Runnable code) {
        long start = System.nanoTime();
        code.run();
        double first = (System.nanoTime() - start) / 1e6;
        List<Double> all = new ArrayList<>();
        long end = System.nanoTime() + 8_000_000_000L;
        for (int i = 0; i < CALLS && (i < 3 || System.nanoTime() - end < 0); i++) {
            start = System.nanoTime();
            code.run();
            all.add((System.nanoTime() - start) / 1e6);
        }
        return new double[] {first, Fork.median(all)};
    }

    Map<String, Question> questions(TelemetryReader reader) {
        RecordFilter all = RecordFilter.ALL;
        RecordFilter failedSearch =
                RecordFilter.builder().status("failed").event("search").build();
        RecordFilter failed = RecordFilter.builder()
                .status("failed")
                .from(instant(BEGIN))
                .to(instant(BEGIN + this.span))
                .build();
        String account = "account-" + this.records / ACCOUNT / 2;
        String session = "session-" + this.records / SESSION / 3;
        long end = BEGIN + this.span;
        long late = BEGIN + this.span / 100 * 99;
        RecordFilter last = all.between(instant(late), instant(end));
        RecordFilter whole = all.between(instant(BEGIN), instant(end));
        RecordFilter failedMiddle = failed.between(
                instant(BEGIN + (long) (this.span * 0.3123)), instant(BEGIN + (long) (this.span * 0.8377)));
        String bucket = "(micros - " + BEGIN + ") * 60 // " + this.span;
        Map<String, Question> questions = new LinkedHashMap<>();
        questions.put(
                "latest 100",
                new Question(
                        () -> reader.records(all, null, 100, Deadline.none()),
                        "SELECT * FROM t ORDER BY micros DESC, id DESC LIMIT 100"));
        questions.put(
                "latest 100 of one status and event",
                new Question(
                        () -> reader.records(failedSearch, null, 100, Deadline.none()),
                        "SELECT * FROM t WHERE status = 'failed' AND event = 'search' ORDER BY micros DESC, id DESC"
                                + " LIMIT 100"));
        questions.put("metric, all", metric(reader, all, null, ""));
        questions.put("metric, the last 1 %", metric(reader, last, null, "WHERE micros >= " + late + " AND micros < " + end));
        questions.put(
                "metric, a range cut in minutes, failed",
                metric(
                        reader,
                        failedMiddle,
                        null,
                        "WHERE status = 'failed' AND micros >= " + (BEGIN + (long) (this.span * 0.3123)) + " AND micros < "
                                + (BEGIN + (long) (this.span * 0.8377))));
        questions.put(
                "metric by status",
                new Question(
                        () -> reader.metric(METRIC, all, Dimension.of(Dimension.Kind.STATUS), Deadline.none()),
                        "SELECT status, " + SUMMARY + " FROM t GROUP BY status"));
        questions.put(
                "60-bucket series with p95",
                new Question(
                        () -> reader.series(METRIC, whole, 60, Deadline.none()),
                        "SELECT " + bucket + " AS bucket, " + SUMMARY + " FROM t GROUP BY bucket ORDER BY bucket"));
        questions.put(
                "60-bucket series with p95, failed",
                new Question(
                        () -> reader.series(METRIC, failed, 60, Deadline.none()),
                        "SELECT " + bucket + " AS bucket, " + SUMMARY
                                + " FROM t WHERE status = 'failed' GROUP BY bucket ORDER BY bucket"));
        questions.put(
                "groups and success rate",
                new Question(
                        () -> reader.overview(all, Deadline.none()),
                        "SELECT command, run, status, event, count(*), min(micros), max(micros) FROM t"
                                + " GROUP BY command, run, status, event"));
        questions.put(
                "runs",
                new Question(
                        () -> reader.runs(all, Deadline.none()),
                        "SELECT run, command, count(*), count(*) FILTER (status = 'failed'), min(micros), max(micros) FROM t"
                                + " GROUP BY run, command"));
        questions.put(
                "two runs compared",
                new Question(() -> reader.compare("run-1", "run-2", all, Deadline.none()), null));
        questions.put("all metrics", new Question(() -> reader.metrics(all, Deadline.none()), null));
        questions.put(
                "metric of one attribute in 8",
                metric(reader, attribute("tenant", "eva"), null, "WHERE tenant = 'eva'"));
        questions.put(
                "metric by an attribute of 8",
                new Question(
                        () -> reader.metric(METRIC, all, new Dimension(Dimension.Kind.ATTRIBUTE, "tenant"), Deadline.none()),
                        "SELECT tenant, " + SUMMARY + " FROM t GROUP BY tenant"));
        questions.put(
                "metric of one attribute in 1,000",
                metric(reader, attribute("customer", CUSTOMER), null, "WHERE customer = '" + CUSTOMER + "'"));
        questions.put(
                "metric of one attribute of 1,000 records, all over",
                metric(reader, attribute("account", account), null, "WHERE account = '" + account + "'"));
        questions.put(
                "latest 100 of one attribute of 1,000 records",
                new Question(
                        () -> reader.records(attribute("account", account), null, 100, Deadline.none()),
                        "SELECT * FROM t WHERE account = '" + account + "' ORDER BY micros DESC, id DESC LIMIT 100"));
        questions.put(
                "metric by an attribute of many values, of one of 1,000 records",
                new Question(
                        () -> reader.metric(
                                METRIC,
                                attribute("account", account),
                                new Dimension(Dimension.Kind.ATTRIBUTE, "session"),
                                Deadline.none()),
                        "SELECT session, " + SUMMARY + " FROM t WHERE account = '" + account + "' GROUP BY session"));
        questions.put(
                "records of one attribute of 10 records",
                new Question(
                        () -> reader.records(attribute("session", session), null, 100, Deadline.none()),
                        "SELECT * FROM t WHERE session = '" + session + "' ORDER BY micros DESC, id DESC LIMIT 100"));
        questions.put(
                "largest 100 of a metric",
                new Question(
                        () -> reader.largest(METRIC, all, 100, Deadline.none()),
                        "SELECT * FROM t ORDER BY " + METRIC + " DESC, micros DESC LIMIT 100"));
        questions.put(
                "metric while the GPU's attribute is over 90 %", metric(reader, busy(), null, "WHERE gpu > 90"));
        return questions;
    }

    private static Question metric(
            TelemetryReader reader, RecordFilter filter, @Nullable Dimension by, String where) {
        return new Question(
                () -> reader.metric(METRIC, filter, by, Deadline.none()), "SELECT " + SUMMARY + " FROM t " + where);
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
    }

    /** What is asked, of the store and of DuckDB. */
    record Question(Runnable ours, @Nullable String sql) {}
}
