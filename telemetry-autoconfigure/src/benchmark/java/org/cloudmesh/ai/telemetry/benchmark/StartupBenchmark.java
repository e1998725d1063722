package org.cloudmesh.ai.telemetry.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the starter adds to the start of an application: the same application with it and without it, in turn. */
final class StartupBenchmark {

    private static final List<Boolean> CASES = List.of(false, true);

    private final int rounds;

    StartupBenchmark(int rounds) {
        this.rounds = rounds;
    }

    void run() throws IOException {
        Markdown.heading("Start-up of a web application with the actuator");
        Markdown.machine();
        Map<Boolean, List<Double>> seconds = new TreeMap<>();
        Map<Boolean, List<Double>> cpu = new TreeMap<>();
        for (int round = -1; round < this.rounds; round++) {
            for (boolean starter : round % 2 == 0 ? CASES : List.of(true, false)) {
                try (Scratch scratch = new Scratch();
                        ChildApplication application = ChildApplication.start(starter, scratch.file("telemetry.db"))) {
                    double used = application.ask("cpu").get("cpu") / 1e9;
                    if (round >= 0) {
                        add(seconds, starter, application.secondsToReady());
                        add(cpu, starter, used);
                    }
                }
            }
        }
        Markdown.paragraph("From the launch of the JVM until the application is ready, " + this.rounds
                + " starts each, in turn; the first two do not count. Percentages are medians of the ratios of two starts in turn.");
        Markdown.header("", "median, s", "fastest, s", "slowest, s", "CPU, median, s");
        for (boolean starter : CASES) {
            List<Double> sorted = seconds.get(starter).stream().sorted().toList();
            Markdown.row(
                    starter ? "**with the starter**" : "without",
                    Fork.median(sorted),
                    sorted.get(0),
                    sorted.get(sorted.size() - 1),
                    Fork.median(cpu.get(starter)));
        }
        System.out.println();
        Markdown.header("Target", "here", "target", "reached");
        Markdown.target("start-up, % more", 100 * (ratio(seconds) - 1), 3, true);
        System.out.println();
        Markdown.paragraph("CPU of the process until then, background threads included: "
                + Markdown.number(100 * (ratio(cpu) - 1)) + " % more.");
        Markdown.load();
    }

    private static void add(Map<Boolean, List<Double>> figures, boolean starter, double figure) {
        figures.computeIfAbsent(starter, (key) -> new ArrayList<>()).add(figure);
    }

    /** Returns the median of the ratios of those that started one after the other: the machine may change in between. */
    private static double ratio(Map<Boolean, List<Double>> figures) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < figures.get(true).size(); i++) {
            ratios.add(figures.get(true).get(i) / figures.get(false).get(i));
        }
        return Fork.median(ratios);
    }
}
