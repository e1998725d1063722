package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.cloudmesh.ai.telemetry.store.json.ReadingCodec;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a {@link JsonlHistory}. One is {@code {"id":"k3f9-1","command":..,"run":..,"system":{..}}}, what
 * readings share, or {@code [1795558800000000,"k3f9-1","BASE64"]}, a reading: its time in microseconds, the id of the
 * shared part, and the numbers ({@link ReadingCodec}). The shared part stands before its first reading in each file,
 * and again each hour of readings, so that a file whose beginning is lost tells something all the same.
 *
 * <p>An instance writes lines, for one thread. Any thread may scan a file.
 */
final class ReadingLines {

    private static final int LINES_OF_ONE_TEMPLATE = 360;

    private static final int READ_AT_ONCE = 1 << 20;

    private final JsonBuffer buffer = new JsonBuffer(4096);

    private @Nullable Origin origin;

    private @Nullable Map<String, @Nullable Object> template;

    private String id = "";

    private int templates;

    private int lines;

    /** Says that what was written last is not in the file that the next lines go into. */
    void beginFile() {
        this.template = null;
        this.lines = 0;
    }

    /** Encodes readings; the buffer that is returned is that of the next call too. */
    JsonBuffer encode(Origin origin, List<SystemReading> readings) {
        this.buffer.clear(READ_AT_ONCE);
        for (SystemReading reading : readings) {
            ReadingCodec.Encoded encoded = ReadingCodec.encode(reading.at(), reading.system());
            boolean known = origin == this.origin && encoded.template().equals(this.template);
            if (!known) {
                this.id = origin.token() + "-" + ++this.templates;
            }
            if (!known || this.lines++ >= LINES_OF_ONE_TEMPLATE) {
                this.origin = origin;
                this.template = encoded.template();
                this.lines = 0;
                Map<String, @Nullable Object> shared = new LinkedHashMap<>();
                shared.put("id", this.id);
                shared.put("command", origin.command());
                shared.put("run", origin.run());
                shared.put("system", encoded.template());
                this.buffer.object(shared).raw('\n');
            }
            this.buffer
                    .raw('[')
                    .number(reading.at())
                    .raw(',')
                    .string(this.id)
                    .raw(",\"")
                    .raw(Base64.getEncoder().withoutPadding().encodeToString(encoded.numbers()))
                    .raw("\"]\n");
        }
        return this.buffer;
    }

    /** Shows the readings of a file until the visitor has enough; one that is gone has none. */
    static void scan(Path path, Predicate<Line> visitor) throws IOException {
        Map<String, Template> templates = new HashMap<>();
        try (LineFile file = LineFile.open(path)) {
            LineFile.Buffer buffer = new LineFile.Buffer();
            long offset = 0;
            int length = file.wholeLines(offset, READ_AT_ONCE, buffer);
            while (length > 0) {
                byte[] bytes = buffer.atLeast(length);
                int start = 0;
                for (int at = 0; at < length; at++) {
                    if (bytes[at] == '\n') {
                        Line line = line(bytes, start, at, templates);
                        start = at + 1;
                        if (line != null && !visitor.test(line)) {
                            return;
                        }
                    }
                }
                offset += length;
                length = file.wholeLines(offset, READ_AT_ONCE, buffer);
            }
        } catch (NoSuchFileException ex) {
            // Rolled or deleted meanwhile, or never made.
            return;
        }
    }

    /** Returns the reading of a line; null for one that holds none, or whose template is not known. */
    private static @Nullable Line line(byte[] bytes, int from, int to, Map<String, Template> templates) {
        if (from < to && bytes[from] == '{') {
            try {
                Template template = new Template(RecordJson.read(bytes, from, to - from));
                templates.put(String.valueOf(template.fields.get("id")), template);
            } catch (IllegalArgumentException ex) {
                // Not ours: left out.
                return null;
            }
            return null;
        }
        String[] parts = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1).split("[\\[\\],\"]+", -1);
        Template template = parts.length >= 4 ? templates.get(parts[2]) : null;
        if (template == null) {
            return null;
        }
        try {
            return new Line(Long.parseLong(parts[1]), template, parts[3]);
        } catch (NumberFormatException ex) {
            return null;
        }
    }

    /** What readings share. */
    record Template(Map<String, @Nullable Object> fields) {

        boolean passes(RecordFilter filter) {
            return (filter.run() == null || filter.run().equals(this.fields.get("run")))
                    && (filter.command() == null || filter.command().equals(this.fields.get("command")));
        }
    }

    /** A reading as it is stored. */
    record Line(long at, Template template, String numbers) {

        @Nullable
        Map<String, @Nullable Object> system() {
            if (!(this.template.fields.get("system") instanceof Map<?, ?> system)) {
                return null;
            }
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            system.forEach((name, value) -> fields.put(String.valueOf(name), value));
            try {
                return ReadingCodec.decode(this.at, fields, Base64.getDecoder().decode(this.numbers));
            } catch (IllegalArgumentException ex) {
                return null;
            }
        }
    }
}
