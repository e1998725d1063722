package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
import org.cloudmesh.ai.telemetry.store.query.EvenSampler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's readings that no record need carry, in a file beside the records: who reads these line by line, as the
 * Python module does, takes each line for a record. {@link ReadingLines} knows the lines.
 *
 * <p>Files roll by size and age, as those of records do, and take a sixteenth of what the store may take; the name of a
 * rolled one tells when it ended.
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

    private final ReadingLines lines = new ReadingLines();

    private boolean open;

    private boolean warned;

    private Instant begun = Instant.MAX;

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
                append(this.lines.encode(origin, readings));
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
        this.lines.beginFile();
        append(this.lines.encode(origin, readings));
    }

    private void append(JsonBuffer lines) throws StoreException {
        this.file.append(lines.array(), lines.size());
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
                this.lines.beginFile();
            }
        } catch (IOException ex) {
            throw new StoreException(Remedy.RETRY, "Cannot roll " + this.path + ": " + ex.getMessage(), ex);
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
            ReadingLines.scan(this.path, (line) -> {
                first[0] = EpochMicros.instant(line.at());
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
        EvenSampler<ReadingLines.Line> lines = new EvenSampler<>(limit);
        int[] seen = {0};
        try {
            for (Path file : files(filter)) {
                deadline.check();
                ReadingLines.scan(file, (line) -> {
                    if (++seen[0] % LINES_BETWEEN_CHECKS == 0) {
                        deadline.check();
                    }
                    if (line.at() >= from && line.at() < to && line.template().passes(filter)) {
                        lines.add(line);
                    }
                    return true;
                });
            }
        } catch (IOException ex) {
            throw FileSegment.unavailable(ex);
        }
        List<SystemReading> readings = new ArrayList<>();
        for (ReadingLines.Line line : lines.toList()) {
            Map<String, @Nullable Object> system = line.system();
            if (system != null) {
                readings.add(new SystemReading(line.at(), system));
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
}
