package org.cloudmesh.ai.telemetry.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Collects what the tests with {@link FaultRow} saw, and writes the table to {@code target/faults.md}. A test may say what it
 * saw, in figures, by an entry {@code seen}.
 */
public final class FaultTable implements TestExecutionListener {

    private static final String SEEN = "seen";

    // Surefire may run one plan for each class: lines of all plans belong to one table.
    private static final Map<String, Line> LINES = new LinkedHashMap<>();

    private record Line(FaultRow row, String test, boolean held, boolean run, String seen) {}

    private final Map<String, List<String>> seen = new LinkedHashMap<>();

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        String text = entry.getKeyValuePairs().get(SEEN);
        if (text != null) {
            this.seen
                    .computeIfAbsent(test.getUniqueId(), (id) -> new ArrayList<>())
                    .add(text);
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        record(test, false, false, "not run: " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest()) {
            return;
        }
        String why = result.getThrowable().map(FaultTable::firstLine).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL ->
                record(test, true, true, String.join("; ", this.seen.getOrDefault(test.getUniqueId(), List.of())));
            case ABORTED -> record(test, false, false, "not run: " + why);
            case FAILED -> record(test, false, true, why);
        }
    }

    private static void record(TestIdentifier test, boolean held, boolean run, String seen) {
        Optional<Method> method = test.getSource()
                .filter(MethodSource.class::isInstance)
                .map((source) -> ((MethodSource) source).getJavaMethod());
        if (method.isEmpty()) {
            return;
        }
        String display = test.getDisplayName().replaceFirst("\\(.*\\)$", "");
        String owner = method.get().getDeclaringClass().getSimpleName();
        String name = display.equals(method.get().getName()) ? owner : owner + " " + display;
        for (FaultRow row : method.get().getAnnotationsByType(FaultRow.class)) {
            synchronized (LINES) {
                LINES.put(row.number() + test.getUniqueId(), new Line(row, name, held, run, seen));
            }
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        String table;
        synchronized (LINES) {
            if (LINES.isEmpty()) {
                return;
            }
            table = table(List.copyOf(LINES.values()));
        }
        try {
            Files.writeString(Path.of("target", "faults.md"), table);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        if (Faults.SUITE) {
            PrintStream out = System.out;
            out.println(table);
        }
    }

    private static String table(List<Line> lines) {
        StringBuilder table = new StringBuilder("| row | injected | expected | seen |\n|---|---|---|---|\n");
        lines.stream()
                .sorted(Comparator.comparingInt((Line line) -> line.row().number()))
                .forEach((line) -> table.append("| ")
                        .append(line.row().number())
                        .append(" | ")
                        .append(cell(line.row().injected()))
                        .append(" | ")
                        .append(cell(line.row().expected()))
                        .append(" | ")
                        .append(line.held() ? "held" : line.run() ? "NOT HELD" : "not run")
                        .append(line.seen().isEmpty() ? "" : ": " + cell(line.seen()))
                        .append(" (")
                        .append(cell(line.test()))
                        .append(") |\n"));
        long bad = lines.stream().filter((line) -> line.run() && !line.held()).count();
        long notRun = lines.stream().filter((line) -> !line.run()).count();
        return table.append("\n")
                .append(lines.stream()
                        .map((line) -> line.row().number())
                        .distinct()
                        .count())
                .append(" rows, ")
                .append(lines.size())
                .append(" lines: ")
                .append(lines.size() - bad - notRun)
                .append(" held, ")
                .append(bad)
                .append(" not held, ")
                .append(notRun)
                .append(" not run.\n")
                .toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ").strip();
    }

    private static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).strip().replaceFirst("^Assumption failed: ", "");
        return text.length() > 300 ? text.substring(0, 300) + "..." : text;
    }
}
