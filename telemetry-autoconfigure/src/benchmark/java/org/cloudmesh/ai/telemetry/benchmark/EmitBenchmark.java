package org.cloudmesh.ai.telemetry.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a call costs the caller's thread. */
final class EmitBenchmark {

    private static final Map<String, String> CASES = new LinkedHashMap<>();

    static {
        CASES.put("clock", "reading a clock");
        CASES.put("map", "`Map.of` of 5 alone");
        CASES.put("emit1", "**`emit(name, value, status)`**");
        CASES.put("emit5", "**`emit(Map.of(5))`**");
        CASES.put("record5", "**`record()`, 5 metrics**");
        CASES.put("micrometer1", "Micrometer `DistributionSummary.record`");
        CASES.put("micrometer5", "... five of them");
        CASES.put("jfr", "JFR event, five doubles");
        CASES.put("opentelemetry", "OpenTelemetry log record, batch processor");
        CASES.put("log4j", "Log4j2 async, JSON");
    }

    private final int rounds;

    EmitBenchmark(int rounds) {
        this.rounds = rounds;
    }

    void run() throws Exception {
        Markdown.heading("The caller's cost");
        Markdown.machine();
        Map<String, Map<String, Double>> all =
                Fork.medians("emit-case", List.copyOf(CASES.keySet()), 0, this.rounds);
        Markdown.paragraph("Nanoseconds a call, medians of " + this.rounds + " JVMs each.");
        Markdown.header(
                "", "burst, 1 thread", "burst, 2 threads", "bytes a call", "paced, p50", "paced, p99.9");
        CASES.forEach((name, title) -> {
            Map<String, Double> figures = all.get(name);
            Markdown.row(
                    title,
                    figures.get("burst1"),
                    figures.get("burst2"),
                    figures.get("bytes"),
                    figures.get("p50"),
                    figures.get("p999"));
        });
        System.out.println();
        Markdown.header("Target", "here", "target", "reached");
        double emit1 = all.get("emit1").get("burst1");
        double emit5 = all.get("emit5").get("burst1");
        Markdown.target("one metric against one Micrometer record", emit1 / all.get("micrometer1").get("burst1"), 1.5, true);
        Markdown.target("one metric, bytes a call", all.get("emit1").get("bytes"), 64, true);
        Markdown.target("map of 5 against five Micrometer records", emit5 / all.get("micrometer5").get("burst1"), 0.6, true);
        Markdown.target(
                "map of 5 against an OpenTelemetry log record",
                emit5 / all.get("opentelemetry").get("burst1"),
                1 / 6.0,
                true);
        for (String name : List.of("emit1", "emit5", "record5")) {
            Map<String, Double> figures = all.get(name);
            String title = CASES.get(name).replace("*", "");
            Markdown.target(title + ", paced p50, ns", figures.get("p50"), 300, true);
            Markdown.target(title + ", paced p99.9, ns", figures.get("p999"), 5000, true);
            Markdown.target(title + ", two threads against one", figures.get("burst2") / figures.get("burst1"), 1.5, true);
        }
        Markdown.load();
    }
}
