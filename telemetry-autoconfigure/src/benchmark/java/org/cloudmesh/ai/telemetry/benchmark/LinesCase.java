package org.cloudmesh.ai.telemetry.benchmark;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.ValueSummary;
import org.cloudmesh.ai.telemetry.store.jsonl.JsonlStoreFactory;

/** Asks the JSONL store, and DuckDB over the very same files. */
final class LinesCase {

    private static final int BATCH = 8192;

    // Each answer of DuckDB reads all lines; over packed ones that takes half a minute.
    private static final List<String> ASKED_OF_DUCKDB = List.of("metric, all", "metric by status", "groups and success rate");

    private final long records;

    private final boolean packed;

    LinesCase(long records, String form) {
        this.records = records;
        this.packed = form.equals("packed");
    }

    void run() throws Exception {
        QueryCase data = new QueryCase(this.records, "month");
        try (Scratch scratch = new Scratch();
                DuckDb duck = new DuckDb(scratch.file("data.duckdb"))) {
            fill(scratch, data);
            duck.lines(scratch.file("data").resolveSibling("data*.jsonl*").toString());
            ask(scratch, duck, data);
        }
    }

    private static TelemetryStore open(Scratch scratch) throws Exception {
        TelemetryStore store = new JsonlStoreFactory()
                .create(new StoreSettings(
                        scratch.file("data.jsonl"), new TelemetrySettings.Retention(null, 0), Clock.systemUTC()));
        store.open();
        return store;
    }

    private void fill(Scratch scratch, QueryCase data) throws Exception {
        double slowest = 0;
        double packing = 0;
        long spent = 0;
        try (TelemetryStore store = open(scratch)) {
            for (long made = 0; made < this.records; made += BATCH) {
                List<TelemetryRecord> batch = data.batch((int) Math.min(BATCH, this.records - made));
                long start = System.nanoTime();
                store.write(batch, false);
                spent += System.nanoTime() - start;
            }
            while (this.packed && scratch.plainRolled("data.") > 0) {
                long start = System.nanoTime();
                store.maintain();
                double took = (System.nanoTime() - start) / 1e6;
                packing += took;
                slowest = Math.max(slowest, took);
            }
        }
        Markdown.paragraph("Written with " + Markdown.number(this.records * 1e9 / spent) + " lines/s; "
                + Markdown.number(scratch.bytes("data.") / (double) this.records) + " bytes a line."
                + (this.packed
                        ? " Packing took " + Markdown.number(packing / 1e3) + " s of the writer's time, at most "
                                + Markdown.number(slowest) + " ms at once."
                        : ""));
    }

    private void ask(Scratch scratch, DuckDb duck, QueryCase data) throws Exception {
        Map<String, double[]> figures = new LinkedHashMap<>();
        List<Double> afresh = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            try (TelemetryStore store = open(scratch)) {
                long start = System.nanoTime();
                data.questions(new TelemetryReader(store::source)).get("metric, all").ours().run();
                afresh.add((System.nanoTime() - start) / 1e6);
            }
        }
        try (TelemetryStore store = open(scratch)) {
            Map<String, QueryCase.Question> questions = data.questions(new TelemetryReader(store::source));
            agree(new TelemetryReader(store::source), duck);
            questions.forEach((name, question) -> figures.put(
                    name, new double[] {QueryCase.time(question.ours())[1], Double.NaN}));
            for (String name : ASKED_OF_DUCKDB) {
                try (PreparedStatement query = duck.prepare(String.valueOf(questions.get(name).sql()))) {
                    figures.get(name)[1] = duckDb(query);
                }
            }
        }
        Markdown.header("ms", "median", "DuckDB read_json", "target");
        Markdown.row(
                "metric, all, by a store just opened",
                Fork.median(afresh),
                figures.get("metric, all")[1],
                Fork.median(afresh) <= figures.get("metric, all")[1] ? "DuckDB's time, reached" : "DuckDB's time, **missed**");
        figures.forEach((name, figure) ->
                Markdown.row(name, figure[0], figure[1], figure[0] <= 2000 ? "2,000, reached" : "2,000, **missed**"));
    }

    /** A fast answer is worth nothing unless it is the same. */
    private static void agree(TelemetryReader reader, DuckDb duck) throws Exception {
        ValueSummary ours = reader.metric(Sample.NAMES[0], RecordFilter.ALL, null, Deadline.none())
                .values();
        try (PreparedStatement query = duck.prepare(
                        "SELECT count(%1$s), min(%1$s), max(%1$s) FROM t".formatted(Sample.NAMES[0]));
                ResultSet rows = query.executeQuery()) {
            rows.next();
            if (rows.getLong(1) != ours.count()
                    || !Double.valueOf(rows.getDouble(2)).equals(ours.min())
                    || !Double.valueOf(rows.getDouble(3)).equals(ours.max())) {
                throw new IllegalStateException("The store has " + ours + ", DuckDB " + rows.getLong(1));
            }
        }
    }

    private static double duckDb(PreparedStatement query) {
        List<Double> all = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (all.size() < 5 && (all.isEmpty() || System.nanoTime() - end < 0)) {
            long start = System.nanoTime();
            DuckDb.read(query);
            all.add((System.nanoTime() - start) / 1e6);
        }
        return Fork.median(all);
    }
}
