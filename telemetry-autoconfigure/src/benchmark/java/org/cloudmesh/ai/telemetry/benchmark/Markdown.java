package org.cloudmesh.ai.telemetry.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.stream.Stream;

/** Prints tables. */
final class Markdown {

    private Markdown() {}

    static void heading(String text) {
        System.out.println("\n### " + text + "\n");
    }

    static void paragraph(String text) {
        System.out.println(text + "\n");
    }

    static void header(String... cells) {
        row((Object[]) cells);
        System.out.println("|---" + "|---:".repeat(cells.length - 1) + "|");
    }

    /** Prints a row; numbers get three digits or so. */
    static void row(Object... cells) {
        StringBuilder row = new StringBuilder("|");
        for (Object cell : cells) {
            row.append(' ')
                    .append(cell instanceof Number number ? number(number.doubleValue()) : cell)
                    .append(" |");
        }
        System.out.println(row);
    }

    /** Prints a row of figure, target and whether it is reached. */
    static void target(String what, double figure, double limit, boolean atMost) {
        boolean reached = atMost ? figure <= limit : figure >= limit;
        row(what, figure, (atMost ? "at most " : "at least ") + number(limit), reached ? "yes" : "**no**");
    }

    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        String format = size >= 100 || size == 0 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    /** Prints what machine this is and how busy it was before. */
    static void machine() {
        paragraph(String.format(
                Locale.ROOT,
                "%s, %d cores (%s), %s %s, load average before the run %.1f.",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                processor(),
                System.getProperty("java.vm.name"),
                System.getProperty("java.vm.version"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    }

    static void load() {
        System.out.println();
        paragraph(String.format(
                Locale.ROOT,
                "Load average at the end: %.1f.",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter((line) -> line.startsWith("model name"))
                    .findFirst()
                    .map((line) -> line.substring(line.indexOf(':') + 2))
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException ex) {
            return System.getProperty("os.arch");
        }
    }
}
