package org.cloudmesh.ai.telemetry.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What the starter costs an application that does nothing: CPU, heap, threads. */
final class IdleBenchmark {

    private static final int SETTLE_SECONDS = 15;

    private static final int SECONDS = 60;

    private static final String SAMPLER = "thread:telemetry-sampler";

    private final int rounds;

    IdleBenchmark(int rounds) {
        this.rounds = rounds;
    }

    void run() throws IOException, InterruptedException {
        Markdown.heading("An idle web application with the actuator");
        Markdown.machine();
        Map<String, List<Double>> without = new TreeMap<>();
        Map<String, List<Double>> with = new TreeMap<>();
        for (int round = 0; round < this.rounds; round++) {
            try (Scratch scratch = new Scratch();
                    ChildApplication plain = ChildApplication.start(false, scratch.file("none.db"));
                    ChildApplication ours = ChildApplication.start(true, scratch.file("telemetry.db"))) {
                measure(List.of(plain, ours), List.of(without, with));
            }
        }
        Markdown.paragraph("Both beside each other for " + SECONDS + " s, " + SETTLE_SECONDS
                + " s after their start; " + this.rounds + " rounds, medians.");
        Markdown.header("", "without", "**with the starter**", "more");
        row("CPU of the process, % of one core", without, with, "cpu");
        row("heap after full collections, MB", without, with, "heap");
        row("threads", without, with, "threads");
        with.keySet().stream().filter((key) -> key.startsWith("thread:")).forEach((key) -> Markdown.row(
                "CPU of `" + key.substring("thread:".length()) + "`, % of one core", "", Fork.median(with.get(key)), ""));
        System.out.println();
        Markdown.header("Target", "here", "target", "reached");
        Markdown.target("CPU of the sampler, % of one core", Fork.median(with.get(SAMPLER)), 0.5, true);
        Markdown.target("CPU, % of one core more", more(without, with, "cpu"), 0.5, true);
        Markdown.target("heap, MB more", more(without, with, "heap"), 8, true);
        Markdown.target("threads more", more(without, with, "threads"), 2, true);
        Markdown.load();
    }

    private static void measure(List<ChildApplication> applications, List<Map<String, List<Double>>> figures)
            throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        for (int i = 0; i < applications.size(); i++) {
            add(figures.get(i), "heap", applications.get(i).ask("heap").get("heap") / 1e6);
        }
        List<Map<String, Double>> before = new ArrayList<>();
        List<Long> since = new ArrayList<>();
        for (ChildApplication application : applications) {
            before.add(application.ask("cpu"));
            since.add(System.nanoTime());
        }
        TimeUnit.SECONDS.sleep(SECONDS);
        for (int i = 0; i < applications.size(); i++) {
            Map<String, Double> after = applications.get(i).ask("cpu");
            double elapsed = System.nanoTime() - since.get(i);
            for (Map.Entry<String, Double> figure : after.entrySet()) {
                boolean share = !figure.getKey().equals("threads");
                double then = before.get(i).getOrDefault(figure.getKey(), 0.0);
                add(
                        figures.get(i),
                        figure.getKey(),
                        share ? 100 * (figure.getValue() - then) / elapsed : figure.getValue());
            }
        }
    }

    private static void add(Map<String, List<Double>> figures, String key, double figure) {
        figures.computeIfAbsent(key, (k) -> new ArrayList<>()).add(figure);
    }

    private static void row(
            String title, Map<String, List<Double>> without, Map<String, List<Double>> with, String key) {
        Markdown.row(title, Fork.median(without.get(key)), Fork.median(with.get(key)), more(without, with, key));
    }

    private static double more(Map<String, List<Double>> without, Map<String, List<Double>> with, String key) {
        return Fork.median(with.get(key)) - Fork.median(without.get(key));
    }
}
