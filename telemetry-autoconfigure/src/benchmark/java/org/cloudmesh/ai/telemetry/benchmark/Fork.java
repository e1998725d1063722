package org.cloudmesh.ai.telemetry.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Measures a case in a JVM of its own, so that no case runs on code that was compiled for another. */
final class Fork {

    private static final String MARK = "measured ";

    private Fork() {}

    /** Runs each case once a round, all cases in turn, and returns the median of each figure by case. */
    static Map<String, Map<String, Double>> medians(String kind, List<String> cases, long size, int rounds)
            throws IOException, InterruptedException {
        Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String name : cases) {
                Map<String, List<Double>> figures = all.computeIfAbsent(name, (key) -> new TreeMap<>());
                run(kind, size, name).forEach((key, value) -> figures.computeIfAbsent(key, (k) -> new ArrayList<>())
                        .add(value));
            }
        }
        Map<String, Map<String, Double>> medians = new LinkedHashMap<>();
        all.forEach((name, figures) -> {
            Map<String, Double> median = new TreeMap<>();
            figures.forEach((key, values) -> median.put(key, median(values)));
            medians.put(name, median);
        });
        return medians;
    }

    /** Runs one case and returns its figures. */
    static Map<String, Double> run(String kind, long size, String name) throws IOException, InterruptedException {
        return figures(lines(kind, size, name));
    }

    /** Returns the figures among what a case printed. */
    static Map<String, Double> figures(List<String> lines) {
        Map<String, Double> figures = new TreeMap<>();
        lines.forEach((line) -> {
            if (line.startsWith(MARK)) {
                String[] parts = line.substring(MARK.length()).split(" ");
                figures.put(parts[0], Double.valueOf(parts[1]));
            }
        });
        return figures;
    }

    /** Runs one case and returns what it printed. */
    static List<String> lines(String kind, long size, String name) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
        command.addAll(List.of(Benchmarks.class.getName(), kind, Long.toString(size), "0", name));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            out.lines().forEach(lines::add);
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException(kind + " " + name + " failed: " + lines);
        }
        return lines;
    }

    /** Prints figures for the JVM that waits for them. */
    static void answer(Map<String, Double> figures) {
        figures.forEach((key, value) -> System.out.println(MARK + key + " " + value));
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int upper = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(upper) : (sorted.get(upper - 1) + sorted.get(upper)) / 2;
    }
}
