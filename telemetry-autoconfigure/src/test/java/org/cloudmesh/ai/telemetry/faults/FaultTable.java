package org.cloudmesh.ai.telemetry.faults;

import java.io.IOException;
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
 * Collects what the tests with {@link FaultRow} saw, and writes the table of the whole suite to
 * {@code target/faults.md}. A test may say what it saw, in figures, by an entry {@code seen}.
 */
public final class FaultTable implements TestExecutionListener {

    /** Where the table is written. */
    static final Path FILE = Path.of("target", "faults.md");

    /** What the last column of a line says. */
    static final String HELD = "held";

    /** What the last column of a line says when the test failed. */
    static final String NOT_HELD = "NOT HELD";

    /** What the last column of a line says when the test could not run here. */
    static final String NOT_RUN = "not run";

    private static final String SEEN = "seen";

    // Surefire may run one plan for each class: lines of all plans belong to one table.
    private static final Map<String, Line> LINES = new LinkedHashMap<>();

    private record Line(FaultRow row, String test, String outcome, String seen) {}

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
        record(test, NOT_RUN, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest()) {
            return;
        }
        String why = result.getThrowable().map(FaultTable::firstLine).orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL ->
                record(test, HELD, String.join("; ", this.seen.getOrDefault(test.getUniqueId(), List.of())));
            case ABORTED -> record(test, NOT_RUN, why);
            case FAILED -> record(test, NOT_HELD, why);
        }
    }

    private static void record(TestIdentifier test, String outcome, String seen) {
        Optional<MethodSource> source =
                test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast);
        if (source.isEmpty()) {
            return;
        }
        Method method = source.get().getJavaMethod();
        String display = test.getDisplayName().replaceFirst("\\(.*\\)$", "");
        String owner = source.get().getJavaClass().getSimpleName();
        String name = display.equals(method.getName()) ? owner : owner + " " + display;
        for (FaultRow row : method.getAnnotationsByType(FaultRow.class)) {
            synchronized (LINES) {
                LINES.put(row.number() + test.getUniqueId(), new Line(row, name, outcome, seen));
            }
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        String table;
        synchronized (LINES) {
            if (!Faults.SUITE || LINES.isEmpty()) {
                return;
            }
            table = table(List.copyOf(LINES.values()));
        }
        try {
            Files.writeString(FILE, table);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        System.out.println(table);
    }

    private static String table(List<Line> lines) {
        StringBuilder table =
                new StringBuilder("| row | fault | injected | expected | seen | held |\n|---|---|---|---|---|---|\n");
        lines.stream()
                .sorted(Comparator.comparingInt((Line line) -> line.row().number()))
                .forEach((line) -> append(table, line));
        table.append('\n')
                .append(lines.stream()
                        .map((line) -> line.row().number())
                        .distinct()
                        .count());
        table.append(" rows, ").append(lines.size()).append(" lines");
        for (String outcome : List.of(HELD, NOT_HELD, NOT_RUN)) {
            long count = lines.stream()
                    .filter((line) -> line.outcome().equals(outcome))
                    .count();
            table.append(outcome.equals(HELD) ? ": " : ", ")
                    .append(count)
                    .append(' ')
                    .append(outcome);
        }
        return table.append(".\n").toString();
    }

    private static void append(StringBuilder table, Line line) {
        String seen = line.seen().isEmpty() ? line.test() : line.seen() + " (" + line.test() + ")";
        table.append("| ").append(line.row().number());
        for (String cell : List.of(
                FaultRows.NAMES.getOrDefault(line.row().number(), "no row of the table"),
                line.row().injected(),
                line.row().expected(),
                seen,
                line.outcome())) {
            table.append(" | ").append(cell(cell));
        }
        table.append(" |\n");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ").strip();
    }

    private static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).strip().replaceFirst("^Assumption failed: ", "");
        return text.length() > 300 ? text.substring(0, 300) + "..." : text;
    }
}
