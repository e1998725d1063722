package org.cloudmesh.ai.telemetry.store.text;

import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;

/** How a record reads as a line: time, command, status, event, metrics, attributes, message. */
final class TextFormat {

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

    private TextFormat() {}

    static byte[] lines(List<TelemetryRecord> records) {
        StringBuilder lines = new StringBuilder(128 * records.size());
        for (TelemetryRecord record : records) {
            append(record, lines);
            lines.append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(TelemetryRecord record, StringBuilder line) {
        TIME.formatTo(record.timestamp(), line);
        word(record.origin().command(), line.append(' '));
        word(record.status().value(), line.append(' '));
        if (record.event() != null) {
            word(record.event(), line.append(' '));
        }
        for (int i = 0; i < record.metricCount(); i++) {
            word(record.metricName(i), line.append(' '));
            line.append('=').append(number(record.metricValue(i)));
        }
        for (Map.Entry<String, String> attribute : record.attributes().entrySet()) {
            word(attribute.getKey(), line.append(' '));
            word(attribute.getValue(), line.append('='));
        }
        if (record.message() != null) {
            quoted(record.message(), line.append(" : "));
        }
    }

    private static String number(double value) {
        return value == (long) value && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }

    private static void word(String text, StringBuilder line) {
        boolean plain = !text.isEmpty()
                && text.codePoints().noneMatch((c) -> c <= ' ' || c == '"' || c == '=' || c == '\\' || !isPrintable(c));
        if (plain) {
            line.append(text);
        } else {
            line.append('"');
            quoted(text, line);
            line.append('"');
        }
    }

    // Whatever would break the line, or drive a terminal, is escaped.
    private static void quoted(String text, StringBuilder line) {
        text.codePoints().forEach((c) -> {
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                default -> {
                    if (isPrintable(c)) {
                        line.appendCodePoint(c);
                    } else {
                        line.append(String.format("\\u%04x", c));
                    }
                }
            }
        });
    }

    private static boolean isPrintable(int c) {
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR
                && type != Character.SURROGATE
                // Marks that turn the direction of writing can make a line read as what it is not.
                && !(c >= 0x202A && c <= 0x202E)
                && !(c >= 0x2066 && c <= 0x2069);
    }
}
