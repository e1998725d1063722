package org.cloudmesh.ai.telemetry.benchmark;

import java.util.Locale;

/** How long answers from JSON lines take. */
final class LinesBenchmark {

    private final long records;

    LinesBenchmark(long records) {
        this.records = records;
    }

    void run() throws Exception {
        Markdown.heading("Queries over JSON lines");
        Markdown.machine();
        run(this.records == 0 ? 1_000_000 : this.records, "plain");
        run(this.records == 0 ? 10_000_000 : this.records, "packed");
        Markdown.load();
    }

    private static void run(long size, String form) throws Exception {
        Markdown.heading(String.format(Locale.ROOT, "%,d lines, %s", size, form));
        Fork.lines("lines-case", size, form).forEach(System.out::println);
    }
}
