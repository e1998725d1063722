package org.cloudmesh.ai.telemetry.actuate;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.cloudmesh.ai.telemetry.store.json.RecordWriter;
import org.jspecify.annotations.Nullable;

/** What an export can look like. */
enum ExportFormat {
    NDJSON("application/x-ndjson", "ndjson") {

        @Override
        Consumer<TelemetryRecord> writer(OutputStream out, Consumer<Consumer<TelemetryRecord>> records) {
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
        Consumer<TelemetryRecord> writer(OutputStream out, Consumer<Consumer<TelemetryRecord>> records)
                throws IOException {
            CsvColumns columns = new CsvColumns();
            records.accept(columns::learn);
            out.write(columns.header().getBytes(StandardCharsets.UTF_8));
            return (record) -> {
                try {
                    out.write(columns.line(record).getBytes(StandardCharsets.UTF_8));
                } catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
            };
        }
    };

    private static final int BUFFER = 4096;

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

    /**
     * Returns what writes records in this format.
     *
     * @param out where to
     * @param records shows all records that will be written, for formats that must know them before
     * @throws IOException when {@code out} fails
     */
    abstract Consumer<TelemetryRecord> writer(OutputStream out, Consumer<Consumer<TelemetryRecord>> records)
            throws IOException;
}
