package org.cloudmesh.ai.telemetry.benchmark;

import java.util.List;
import java.util.Locale;

/** How long answers take. */
final class QueryBenchmark {

    private final long records;

    QueryBenchmark(long records) {
        this.records = records;
    }

    void run() throws Exception {
        Markdown.heading("Queries over SQLite");
        Markdown.machine();
        List<Long> sizes = this.records == 0 ? List.of(1_000_000L, 10_000_000L) : List.of(this.records);
        for (long size : sizes) {
            for (String spread : List.of("month", "minute")) {
                Markdown.heading(String.format(
                        Locale.ROOT,
                        "%,d records over a %s",
                        size,
                        spread));
                Fork.lines("query-case", size, spread).stream()
                        
                        .forEach(System.out::println);
            }
        }
        Markdown.load();
    }
}
