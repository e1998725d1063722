package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.file.AppendFile;
import org.cloudmesh.ai.telemetry.store.file.RetentionClock;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.cloudmesh.ai.telemetry.store.json.ReadingCodec;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.query.EvenSampler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's readings that no record need carry, in a file beside the records: who reads these line by line, as the
 * Python module does, takes each line for a record.
 *
 * <p>A line is {@code {"id":"k3f9-1","command":..,"run":..,"system":{..}}}, what readings share, or
 * {@code [1795558800000000,"k3f9-1","BASE64"]}, a reading: its time in microseconds, the id of the shared part, and the
 * numbers ({@link ReadingCodec}). The shared part stands before its first reading in each file, and again each hour of
 * readings. Files roll by size and age, as those of records do, and take a sixteenth of what the store may take; a
 * rolled one is told by its name where it belongs.
 *
 * <p>A file that cannot be written keeps no record from being written. Used by the writer's thread, but for
 * {@link #read}.
 */
final class JsonlHistory implements AutoCloseable {

    private static final String EXTENSION = ".history";

    private static final Logger logger = LoggerFactory.getLogger(JsonlHistory.class);

    private static final int SHARE = 16;

    private static final int FILES = 8;

    private static final long LARGEST = 16 << 20;

    private static final int LINES_OF_ONE_TEMPLATE = 360;

    private static final int READ_AT_ONCE = 1 << 20;

    private static final int LINES_BETWEEN_CHECKS = 1024;

    // Readings that waited for a store that was locked are written as late as that.
    private static final Duration LATE = Duration.ofHours(2);

    private final Path path;

    private final AppendFile file;

    private final RolledFiles rolled;

    private final TailRepair ends;

    private final Clock clock;

    private final RetentionClock age;

    private final @Nullable Duration maxAge;

    private final long most;

    private final long largest;

    private final JsonBuffer buffer = new JsonBuffer(4096);

    private boolean open;

    private boolean warned;

    private Instant begun = Instant.MAX;

    private @Nullable Origin origin;

    private @Nullable Map<String, @Nullable Object> template;

    private String id = "";

    private int templates;

    private int lines;

    private volatile long bytes;

    /**
     * Creates a history; nothing is opened.
     *
     * @param records the file that records are in
     * @param retention of both together
     * @param clock names rolled files
     * @param age tells the age of readings
     */
    JsonlHistory(Path records, Retention retention, Clock clock, RetentionClock age) {
        this.path = records.resolveSibling(records.getFileName() + EXTENSION);
        this.file = new AppendFile(this.path);
        this.rolled = new RolledFiles(this.path);
        this.ends = new TailRepair(clock);
        this.clock = clock;
        this.age = age;
        this.maxAge = retention.maxAge();
        this.most = (retention.maxBytes() + SHARE - 1) / SHARE;
        this.largest = this.most > 0 ? Math.min(LARGEST, this.most / FILES) : LARGEST;
    }

    /**
     * Writes readings.
     *
     * @throws StoreException when they should come again later: the disk is full, say
     */
    void write(Origin origin, List<SystemReading> readings) throws StoreException {
        try {
            append(origin, readings);
            this.warned = false;
        } catch (StoreException ex) {
            this.open = false;
            if (ex.remedy() == Remedy.RETRY) {
                throw ex;
            }
            if (!this.warned) {
                this.warned = true;
                logger.warn("The machine's readings between records are not kept: {}", ex.getMessage());
            }
        }
        try {
            removeOld();
        } catch (IOException ex) {
            logger.debug("Cannot delete old files of {}", this.path, ex);
        }
        look();
    }

    private void append(Origin origin, List<SystemReading> readings) throws StoreException {
        if (this.open) {
            try {
                rollWhenDue();
                encode(origin, readings);
                this.file.append(this.buffer.array(), this.buffer.size());
                return;
            } catch (StoreException ex) {
                if (ex.remedy() != Remedy.REOPEN) {
                    throw ex;
                }
                // Another process rolled the file, or somebody moved it.
            }
        }
        this.file.open(this.ends);
        this.open = true;
        this.begun = this.file.size() == 0 ? this.clock.instant() : firstTime();
        forgetTemplate();
        encode(origin, readings);
        this.file.append(this.buffer.array(), this.buffer.size());
    }

    private void rollWhenDue() throws StoreException {
        boolean old = this.maxAge != null
                && this.begun.isBefore(Instant.ofEpochMilli(this.age.millis()).minus(this.maxAge.dividedBy(FILES)));
        if (this.file.size() == 0 || (this.file.size() < this.largest && !old)) {
            return;
        }
        try {
            if (this.file.roll(this.rolled.next(this.clock.instant()), this.ends)) {
                this.begun = this.clock.instant();
                forgetTemplate();
            }
        } catch (IOException ex) {
            throw new StoreException(Remedy.RETRY, "Cannot roll " + this.path + ": " + ex.getMessage(), ex);
        }
    }

    private void forgetTemplate() {
        this.template = null;
        this.lines = 0;
    }

    private void encode(Origin origin, List<SystemReading> readings) {
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
    }

    private void removeOld() throws IOException {
        List<Path> files = this.rolled.list();
        long bytes = this.path.toFile().length();
        for (Path old : files) {
            bytes += old.toFile().length();
        }
        Instant oldest = this.maxAge == null
                ? Instant.MIN
                : Instant.ofEpochMilli(this.age.millis()).minus(this.maxAge);
        for (Path old : files) {
            if ((this.most > 0 && bytes > this.most)
                    || this.rolled.rolledAt(old).isBefore(oldest)) {
                bytes -= old.toFile().length();
                Files.deleteIfExists(old);
            }
        }
    }

    private Instant firstTime() {
        Instant[] first = {this.clock.instant()};
        try {
            scan(this.path, new HashMap<>(), (line) -> {
                first[0] = EpochMicros.instant(line.at);
                return false;
            });
        } catch (IOException ex) {
            logger.debug("Cannot tell how old {} is", this.path, ex);
        }
        return first[0];
    }

    /** Returns readings of a range, the oldest first. Any thread. */
    List<SystemReading> read(RecordFilter filter, int limit, Deadline deadline) {
        long from = filter.from() == null ? Long.MIN_VALUE : EpochMicros.micros(filter.from());
        long to = filter.to() == null ? Long.MAX_VALUE : EpochMicros.micros(filter.to());
        EvenSampler<Line> lines = new EvenSampler<>(limit);
        int[] seen = {0};
        try {
            for (Path file : files(filter)) {
                deadline.check();
                scan(file, new HashMap<>(), (line) -> {
                    if (++seen[0] % LINES_BETWEEN_CHECKS == 0) {
                        deadline.check();
                    }
                    if (line.at >= from && line.at < to && line.template.passes(filter)) {
                        lines.add(line);
                    }
                    return true;
                });
            }
        } catch (IOException ex) {
            throw FileSegment.unavailable(ex);
        }
        List<SystemReading> readings = new ArrayList<>();
        for (Line line : lines.toList()) {
            Map<String, @Nullable Object> system = line.system();
            if (system != null) {
                readings.add(new SystemReading(line.at, system));
            }
        }
        readings.sort(Comparator.comparingLong(SystemReading::at));
        return readings;
    }

    /** Returns the files that may hold readings of the range, the oldest first. */
    private List<Path> files(RecordFilter filter) throws IOException {
        List<Path> files = new ArrayList<>();
        Instant from = filter.from();
        Instant to = filter.to();
        Instant begun = Instant.MIN;
        for (Path file : this.rolled.list()) {
            Instant ended = this.rolled.rolledAt(file);
            boolean before = from != null && ended.plus(LATE).isBefore(from);
            boolean after = to != null
                    && begun.isAfter(Instant.MIN)
                    && begun.minus(LATE).isAfter(to);
            if (!before && !after) {
                files.add(file);
            }
            begun = ended;
        }
        files.add(this.path);
        return files;
    }

    /** Shows the readings of a file until the visitor has enough; one that is gone has none. */
    private static void scan(Path path, Map<String, Template> templates, Visitor visitor) throws IOException {
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
                        if (line != null && !visitor.visit(line)) {
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

    /** Returns the size of the files, as of the last writing. Any thread. */
    long bytes() {
        return this.bytes;
    }

    /** Looks at the size of the files. */
    void look() {
        this.bytes = this.path.toFile().length() + this.rolled.bytes();
    }

    @Override
    public void close() {
        this.open = false;
        this.file.close();
    }

    @FunctionalInterface
    private interface Visitor {

        boolean visit(Line line);
    }

    /** What readings share. */
    private record Template(Map<String, @Nullable Object> fields) {

        boolean passes(RecordFilter filter) {
            return (filter.run() == null || filter.run().equals(this.fields.get("run")))
                    && (filter.command() == null || filter.command().equals(this.fields.get("command")));
        }
    }

    /** A reading as it is stored. */
    private record Line(long at, Template template, String numbers) {

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
