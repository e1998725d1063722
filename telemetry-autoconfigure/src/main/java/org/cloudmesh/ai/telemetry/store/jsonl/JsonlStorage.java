package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.json.RecordReader;
import org.cloudmesh.ai.telemetry.store.query.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the engine the file and all that were rolled before it. Thread-safe. */
final class JsonlStorage implements Storage {

    private static final Logger logger = LoggerFactory.getLogger(JsonlStorage.class);

    private static final int ATTEMPTS = 10;

    // Summaries of plain files that are kept, in bytes.
    private static final long MEMORY = 4 << 20;

    private final Path path;

    private final RolledFiles rolled;

    private final JsonlHistory history;

    private final RecordReader reader = new RecordReader(ZoneId.systemDefault());

    private final ReentrantLock lock = new ReentrantLock();

    private final LineFile.Buffer buffer = new LineFile.Buffer();

    private final Lines lines = new Lines(this.reader);

    private Map<String, FileIndex> indexes = new HashMap<>();

    private long badLines;

    /**
     * Creates a storage.
     *
     * @param history has readings that no record carries
     */
    JsonlStorage(Path path, RolledFiles rolled, JsonlHistory history) {
        this.history = history;
        this.path = path;
        this.rolled = rolled;
    }

    /** Forgets what it knows of files that were changed otherwise than by appending. */
    void forget() {
        this.lock.lock();
        try {
            this.indexes = new HashMap<>();
        } finally {
            this.lock.unlock();
        }
    }

    RecordReader reader() {
        return this.reader;
    }

    @Override
    public List<SystemReading> history(RecordFilter filter, int limit, Deadline deadline) {
        return this.history.read(filter, limit, deadline);
    }

    @Override
    public Snapshot snapshot(long from, long to, Deadline deadline) {
        List<LineFile> files = new ArrayList<>();
        boolean done = false;
        lock(deadline);
        try {
            open(files);
            Snapshot snapshot = index(files, deadline);
            done = true;
            return snapshot;
        } catch (IOException ex) {
            throw FileSegment.unavailable(ex);
        } finally {
            this.lock.unlock();
            if (!done) {
                files.forEach(LineFile::close);
            }
        }
    }

    /** Waits for another query that looks at what was appended, no longer than the deadline allows. */
    private void lock(Deadline deadline) {
        try {
            while (!this.lock.tryLock(20, TimeUnit.MILLISECONDS)) {
                deadline.check();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new QueryException(
                    QueryException.Reason.UNAVAILABLE, "Interrupted while waiting for another query", ex);
        }
    }

    private void open(List<LineFile> files) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                List<Path> before = this.rolled.list();
                for (Path file : before) {
                    files.add(LineFile.open(file));
                }
                try {
                    files.add(LineFile.open(this.path));
                } catch (NoSuchFileException ex) {
                    // Nothing was written since it was rolled or deleted.
                }
                if (before.equals(this.rolled.list()) || attempt == ATTEMPTS) {
                    return;
                }
            } catch (NoSuchFileException ex) {
                if (attempt == ATTEMPTS) {
                    throw ex;
                }
            }
            // Between listing and opening, a file was rolled, packed or deleted: look again, to see each record once.
            files.forEach(LineFile::close);
            files.clear();
        }
    }

    private Snapshot index(List<LineFile> files, Deadline deadline) throws IOException {
        Map<String, FileIndex> indexes = new HashMap<>();
        List<FileSegment> segments = new ArrayList<>();
        FileSegment.Shared shared =
                new FileSegment.Shared(new Lines(this.reader), new LineFile.Buffer(), new LineFile.Buffer());
        long plain = files.stream()
                .filter((file) -> !RolledFiles.isPacked(file.path()))
                .count();
        long foreign = 0;
        long bad = 0;
        for (LineFile file : files) {
            String fingerprint = file.fingerprint();
            FileIndex index = this.indexes.getOrDefault(fingerprint, new FileIndex(true));
            if (index.end() > file.size()) {
                index = new FileIndex(true);
            }
            boolean grows = file == files.get(files.size() - 1) && file.path().equals(this.path);
            if (file.size() >= Chunk.SIZE || !grows) {
                indexes.put(fingerprint, index);
                this.indexes.put(fingerprint, index);
                index.advance(file, this.lines, this.buffer, deadline, MEMORY / Math.max(1, plain));
                if (!grows) {
                    index.finish(file, this.lines, this.buffer);
                }
            }
            Footer footer = index.toFooter();
            FileSegment segment = new FileSegment(file, footer, foreign, shared);
            segments.add(segment);
            foreign += index.foreign();
            for (Chunk chunk : footer.chunks()) {
                bad += chunk.bad();
            }
            if (grows && index.end() < file.size()) {
                int rest = (int) Math.min(RecordJson.LONGEST, file.size() - index.end());
                // Read only when asked for, so its times are not known.
                segment.rest(new Chunk(index.end(), rest, rest, Long.MIN_VALUE, Long.MAX_VALUE, 0, 0), foreign);
            }
        }
        this.indexes = indexes;
        report(bad);
        return new FileSnapshot(files, segments);
    }

    private void report(long bad) {
        if (bad > this.badLines) {
            logger.warn("{} lines of {} are not records and are skipped", bad, this.path);
        }
        this.badLines = bad;
    }

    private record FileSnapshot(List<LineFile> files, List<FileSegment> segments) implements Snapshot {

        @Override
        public long unreadable() {
            return this.segments.stream().mapToLong(FileSegment::unreadable).sum();
        }

        @Override
        public void close() {
            this.files.forEach(LineFile::close);
        }
    }
}
