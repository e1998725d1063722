package org.cloudmesh.ai.telemetry.actuate;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.json.RecordTime;
import org.cloudmesh.ai.telemetry.store.json.RecordWriter;
import org.jspecify.annotations.Nullable;

/** What an export can look like. */
enum ExportFormat {
    NDJSON("application/x-ndjson", "ndjson") {

        @Override
        Consumer<TelemetryRecord> writer(OutputStream out) {
            RecordWriter writer = RecordWriter.forAnswers();
            JsonBuffer buffer = new JsonBuffer(BUFFER);
            return (record) -> {
                writer.write(record, buffer);
                buffer.raw('\n');
                try {
                    buffer.writeTo(out);
                } catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
                buffer.clear(BUFFER);
            };
        }
    },

    CSV("text/csv", "csv") {

        @Override
        Consumer<TelemetryRecord> writer(OutputStream out) throws IOException {
            out.write((String.join(",", COLUMNS) + "\r\n").getBytes(StandardCharsets.UTF_8));
            return (record) -> {
                try {
                    out.write(line(record).getBytes(StandardCharsets.UTF_8));
                } catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
            };
        }
    };

    private static final int BUFFER = 4096;

    private static final List<String> COLUMNS = Stream.of(
                    Stream.of("id", "timestamp", "command", "status", "event", "metrics", "attributes", "system"),
                    TextField.ALL.stream().map(TextField::key),
                    Stream.of("run", "user"))
            .flatMap((names) -> names)
            .toList();

    private final String contentType;

    private final String extension;

    ExportFormat(String contentType, String extension) {
        this.contentType = contentType;
        this.extension = extension;
    }

    static ExportFormat of(Parameters parameters) {
        String text = parameters.text("format");
        if (text == null) {
            return NDJSON;
        }
        for (ExportFormat format : values()) {
            if (format.extension.equals(text)) {
                return format;
            }
        }
        throw Problem.badParameter("format", text, "accepted are ndjson, csv");
    }

    /** Returns the name that a browser saves an answer of that type under; null when it is no export. */
    static @Nullable String fileName(@Nullable String contentType) {
        for (ExportFormat format : values()) {
            if (contentType != null && contentType.startsWith(format.contentType)) {
                return "telemetry." + format.extension;
            }
        }
        return null;
    }

    String contentType() {
        return this.contentType;
    }

    abstract Consumer<TelemetryRecord> writer(OutputStream out) throws IOException;

    private static String line(TelemetryRecord record) {
        StringBuilder line = new StringBuilder(512);
        cell(record.id(), line).append(',');
        cell(RecordTime.format(record.timestampMicros()), line).append(',');
        cell(record.origin().command(), line).append(',');
        cell(record.status().value(), line).append(',');
        cell(record.event(), line).append(',');
        cell(RecordJson.metrics(record), line).append(',');
        cell(record.attributes().isEmpty() ? null : RecordJson.write(record.attributes()), line)
                .append(',');
        cell(json(record.system()), line).append(',');
        for (TextField field : TextField.ALL) {
            cell(field.get(record), line).append(',');
        }
        cell(record.origin().run(), line).append(',');
        return cell(json(record.origin().user()), line).append("\r\n").toString();
    }

    private static @Nullable String json(@Nullable Map<String, @Nullable Object> object) {
        return object == null ? null : RecordJson.write(object);
    }

    private static StringBuilder cell(@Nullable String text, StringBuilder line) {
        if (text == null || text.isEmpty()) {
            return line;
        }
        // Spreadsheets take a cell that begins so for a formula; an apostrophe makes it text.
        boolean formula = "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0;
        boolean quoted = text.chars().anyMatch((c) -> c == ',' || c == '"' || c == '\r' || c == '\n');
        if (quoted) {
            line.append('"');
        }
        if (formula) {
            line.append('\'');
        }
        if (quoted) {
            return line.append(text.replace("\"", "\"\"")).append('"');
        }
        return line.append(text);
    }
}
