package org.cloudmesh.ai.telemetry.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many records a second reach the disk. */
final class IngestBenchmark {

    private static final Map<String, String> CASES = new LinkedHashMap<>();

    static {
        CASES.put("raw", "raw file write of ready bytes");
        CASES.put("jsonl", "**JSONL, through the recorder**");
        CASES.put("log4j", "Log4j2 async, JSON, to a file");
        CASES.put("floor", "plain sqlite-jdbc, one table of text columns: \"the floor\"");
        CASES.put("floor-ready", "... its JSON and its time made beforehand");
        CASES.put("sqlite", "**SQLite, through the recorder**");
    }

    private final long records;

    private final int rounds;

    IngestBenchmark(long records, int rounds) {
        this.records = records;
        this.rounds = rounds;
    }

    void run() throws Exception {
        Markdown.heading("Sustained, on disk");
        Markdown.machine();
        Map<String, Map<String, Double>> all =
                Fork.medians("ingest-case", List.copyOf(CASES.keySet()), this.records, this.rounds);
        Markdown.paragraph(String.format(
                Locale.ROOT,
                "%,d records, the final fsync included, medians of %d JVMs each, in turn.",
                this.records,
                this.rounds));
        double raw = all.get("raw").get("rate");
        double floor = all.get("floor").get("rate");
        Markdown.header("", "records/s", "of the raw write", "of the floor", "bytes a record", "heap in use after, MB");
        CASES.forEach((name, title) -> {
            Map<String, Double> figures = all.get(name);
            double rate = figures.get("rate");
            Markdown.row(
                    title,
                    rate,
                    rate / raw,
                    rate / floor,
                    figures.get("bytes"),
                    figures.getOrDefault("heap", Double.NaN));
        });
        System.out.println();
        Map<String, Map<Integer, Map<String, Double>>> durable = durable();
        Markdown.paragraph("Acknowledged durable writes a second (and p50 in ms), each caller waiting for its own:");
        Markdown.header("", "1 caller", "16 callers", "256 callers");
        durable.forEach((name, figures) -> Markdown.row(
                name.equals("group") ? "one fsync a group on a plain file" : "**" + name + "**",
                cell(figures.get(1)),
                cell(figures.get(16)),
                cell(figures.get(256))));
        System.out.println();
        Markdown.header("Target", "here", "target", "reached");
        double jsonl = all.get("jsonl").get("rate");
        Markdown.target("JSONL against Log4j2 async", jsonl / all.get("log4j").get("rate"), 2, false);
        Markdown.target("JSONL against the raw write", jsonl / raw, 0.45, false);
        Markdown.target("SQLite against the floor", all.get("sqlite").get("rate") / floor, 1, false);
        Markdown.target("SQLite, bytes a record", all.get("sqlite").get("bytes"), 160, true);
        for (String name : List.of("jsonl", "sqlite")) {
            durable.get(name).forEach((callers, figures) -> Markdown.target(
                    name + ", " + callers + " durable callers against one fsync a group",
                    figures.get("rate") / durable.get("group").get(callers).get("rate"),
                    0.9,
                    false));
        }
        Markdown.load();
    }

    private Map<String, Map<Integer, Map<String, Double>>> durable() throws Exception {
        List<String> names = List.of("group", "jsonl", "sqlite");
        Map<String, Map<Integer, Map<String, Double>>> durable = new LinkedHashMap<>();
        for (int callers : new int[] {1, 16, 256}) {
            Fork.medians("durable-case", names, callers, this.rounds).forEach((name, figures) -> durable.computeIfAbsent(
                            name, (key) -> new LinkedHashMap<>())
                    .put(callers, figures));
        }
        return durable;
    }

    private static String cell(Map<String, Double> figures) {
        return Markdown.number(figures.get("rate")) + " (" + Markdown.number(figures.get("p50")) + ")";
    }
}
