package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.file.AppendFile;
import org.cloudmesh.ai.telemetry.store.file.DeadLetters;
import org.cloudmesh.ai.telemetry.store.file.RetentionClock;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.cloudmesh.ai.telemetry.store.json.RecordWriter;
import org.cloudmesh.ai.telemetry.store.query.QueryEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends records as JSON lines, a batch in one write. */
final class JsonlStore implements TelemetryStore {

    private static final Logger logger = LoggerFactory.getLogger(JsonlStore.class);

    private static final int SMALL = 1 << 16;

    private static final int LARGE = 4 << 20;

    private static final long LARGEST = 256L << 20;

    private static final int FILES = 8;

    private static final int BEGINNING = 1 << 16;

    private final Path path;

    private final Clock clock;

    private final RetentionClock age;

    private final AppendFile file;

    private final TailRepair ends;

    private final RolledFiles rolled;

    private final JsonlHistory history;

    private final JsonlStorage storage;

    private final RecordSource source;

    private final Compactor compactor;

    private final DeadLetters deadLetters;

    private final long largest;

    private final long oldest;

    private final RecordWriter writer = RecordWriter.forFiles();

    private final JsonBuffer buffer = new JsonBuffer(SMALL);

    private final Map<String, Long> written = new HashMap<>();

    private boolean idle;

    private long firstAt = Long.MAX_VALUE;

    private long lastAt = Long.MIN_VALUE;

    private String newestRolled = "";

    JsonlStore(Path path, Retention retention, Clock clock) {
        this.path = path.toAbsolutePath();
        this.clock = clock;
        this.file = new AppendFile(this.path);
        this.ends = new TailRepair(clock);
        this.rolled = new RolledFiles(this.path);
        this.age = new RetentionClock(clock, retention.maxAge());
        this.history = new JsonlHistory(this.path, retention, clock, this.age);
        this.storage = new JsonlStorage(this.path, this.rolled, this.history);
        this.source = new QueryEngine(this.storage);
        this.deadLetters = new DeadLetters(this.path);
        this.largest = retention.maxBytes() > 0 ? Math.min(LARGEST, retention.maxBytes() / FILES) : LARGEST;
        this.oldest = retention.maxAge() == null
                ? Long.MAX_VALUE
                : TimeUnit.MILLISECONDS.toMicros(retention.maxAge().toMillis()) / FILES;
        this.compactor = new Compactor(
                this.rolled, retention, this.largest, this.age, this.storage.reader(), this.history::bytes);
    }

    @Override
    public String name() {
        return "jsonl";
    }

    @Override
    public @Nullable Path path() {
        return this.path;
    }

    @Override
    public long bytes() {
        return this.path.toFile().length() + this.rolled.bytes() + this.history.bytes();
    }

    @Override
    public void open() throws StoreException {
        long written = lastWritten();
        openFile();
        this.history.look();
        this.age.begin(written);
        this.storage.forget();
    }

    private void openFile() throws StoreException {
        this.newestRolled = newestRolled();
        this.file.open(this.ends);
        this.firstAt = firstTime();
    }

    /** Returns when an earlier user last wrote, by the file's time, its last record and the newest rolled file. */
    private long lastWritten() throws StoreException {
        long last = Long.MIN_VALUE;
        try {
            this.rolled.listed();
            Instant rolled = this.rolled.newest();
            if (rolled != null) {
                last = rolled.toEpochMilli();
            }
            if (Files.isRegularFile(this.path, LinkOption.NOFOLLOW_LINKS) && Files.size(this.path) > 0) {
                last = Math.max(last, Files.getLastModifiedTime(this.path).toMillis());
                last = Math.max(last, TimeUnit.MICROSECONDS.toMillis(lastTime()));
            }
        } catch (IOException ex) {
            logger.debug("Cannot tell when {} was last written", this.path, ex);
        }
        return last;
    }

    private long lastTime() throws IOException {
        long[] last = {Long.MIN_VALUE};
        long now = TimeUnit.MILLISECONDS.toMicros(this.age.wallMillis());
        try (LineFile file = LineFile.open(this.path)) {
            LineFile.Buffer buffer = new LineFile.Buffer();
            int length = file.wholeLines(Math.max(0, file.size() - BEGINNING), BEGINNING, buffer);
            new Lines(this.storage.reader()).scan(buffer.atLeast(length), 0, length, 0, (row) -> {
                // Records of the future tell nothing.
                if (row.timestampMicros() <= now) {
                    last[0] = Math.max(last[0], row.timestampMicros());
                }
                return true;
            });
        }
        return last[0];
    }

    private long firstTime() {
        long[] first = {Long.MAX_VALUE};
        try (LineFile file = LineFile.open(this.path)) {
            LineFile.Buffer buffer = new LineFile.Buffer();
            int length = file.wholeLines(0, BEGINNING, buffer);
            new Lines(this.storage.reader()).scan(buffer.atLeast(length), 0, length, 0, (row) -> {
                first[0] = row.timestampMicros();
                return false;
            });
        } catch (IOException ex) {
            logger.debug("Cannot tell how old {} is", this.path, ex);
        }
        return first[0];
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        encode(batch);
        int length = this.buffer.size();
        if (length > 0) {
            append(length);
        }
        // Before the sync: should that fail, the records are in the file all the same, and must not come a second time.
        remember(batch);
        if (durable) {
            this.file.sync();
        }
        this.compactor.written(this.file, length);
    }

    private void encode(List<TelemetryRecord> batch) {
        this.buffer.clear(LARGE);
        this.idle = false;
        Origin origin = null;
        long last = Long.MIN_VALUE;
        for (TelemetryRecord record : batch) {
            if (record.origin() != origin) {
                origin = record.origin();
                last = this.written.getOrDefault(origin.token(), Long.MIN_VALUE);
            }
            if (record.sequence() > last) {
                this.lastAt = Math.max(this.lastAt, record.timestampMicros());
                this.writer.write(record, this.buffer);
                this.buffer.raw('\n');
            }
        }
    }

    private void append(int length) throws StoreException {
        try {
            rollWhenDue(this.file.size(), length);
            this.file.append(this.buffer.array(), length);
        } catch (StoreException ex) {
            follow(ex);
            this.file.append(this.buffer.array(), length);
        }
    }

    /** Goes on in the new file when another process rolled ours: that is no fault. */
    private void follow(StoreException ex) throws StoreException {
        // It may be packed already: then it has another identity, but its name is newer than any that was there before.
        boolean rolled = newestRolled().compareTo(this.newestRolled) > 0 || this.file.isAmong(rolledFiles());
        if (ex.remedy() != Remedy.REOPEN || !rolled) {
            throw ex;
        }
        openFile();
    }

    private void remember(List<TelemetryRecord> batch) {
        Origin origin = null;
        for (int i = batch.size() - 1; i >= 0; i--) {
            TelemetryRecord record = batch.get(i);
            if (record.origin() != origin) {
                origin = record.origin();
                this.written.merge(origin.token(), record.sequence(), Math::max);
            }
            this.firstAt = Math.min(this.firstAt, record.timestampMicros());
        }
    }

    @Override
    public void writeReadings(Origin origin, List<SystemReading> readings) throws StoreException {
        this.history.write(origin, readings);
    }

    @Override
    public void maintain() throws StoreException {
        if (this.idle) {
            this.buffer.clear(SMALL);
        }
        this.idle = true;
        try {
            rollWhenDue(this.file.check(), 0);
        } catch (StoreException ex) {
            follow(ex);
        }
        this.compactor.run(this.file, this.file.check());
    }

    private void rollWhenDue(long size, int coming) throws StoreException {
        if (size > 0 && (size + coming > this.largest || isOld())) {
            roll();
        }
        if (coming > this.largest || this.file.size() < size) {
            this.compactor.makeRoom(this.file, Math.max(this.largest, coming));
        }
    }

    private void roll() throws StoreException {
        try {
            Path target = this.rolled.next(this.clock.instant());
            boolean ours = this.file.isOurs();
            long size = this.file.size();
            if (this.file.roll(target, this.ends)) {
                if (ours) {
                    this.compactor.know(target, this.lastAt, size);
                }
                this.firstAt = Long.MAX_VALUE;
                this.lastAt = Long.MIN_VALUE;
                this.newestRolled = newestRolled();
            }
        } catch (IOException ex) {
            throw new StoreException(Remedy.RETRY, "Cannot roll " + this.path + ": " + ex.getMessage(), ex);
        }
    }

    private boolean isOld() {
        long now = TimeUnit.MILLISECONDS.toMicros(this.age.millis());
        return this.firstAt != Long.MAX_VALUE && this.oldest != Long.MAX_VALUE && now - this.firstAt > this.oldest;
    }

    private String newestRolled() {
        List<Path> files = rolledFiles();
        return files.isEmpty()
                ? ""
                : RolledFiles.plain(files.get(files.size() - 1)).getFileName().toString();
    }

    private List<Path> rolledFiles() {
        try {
            return this.rolled.list();
        } catch (IOException ex) {
            return List.of();
        }
    }

    @Override
    public void reject(TelemetryRecord record, String reason) {
        this.deadLetters.add(record, reason);
    }

    @Override
    public RecordSource source() {
        return this.source;
    }

    @Override
    public void close() {
        this.history.close();
        this.compactor.close();
        this.file.close();
    }
}
