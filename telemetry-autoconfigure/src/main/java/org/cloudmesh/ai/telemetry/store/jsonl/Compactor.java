package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.file.AppendFile;
import org.cloudmesh.ai.telemetry.store.file.RetentionClock;
import org.cloudmesh.ai.telemetry.store.json.RecordReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs and deletes rolled files, a little at each call. A file with records that another program wrote is left alone. Used
 * by the writer's thread.
 */
final class Compactor implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Compactor.class);

    // Long enough to get on, short enough that nobody waits for the writer.
    private static final long BUDGET = TimeUnit.MILLISECONDS.toNanos(25);

    private final RolledFiles rolled;

    private final Retention retention;

    private final RetentionClock clock;

    private final RecordReader reader;

    private final long largest;

    private final Map<Path, Contents> contents = new HashMap<>();

    private final Map<Path, FileIndex> counting = new HashMap<>();

    private final Set<Path> unpackable = new HashSet<>();

    private @Nullable GzipCompaction packing;

    // Whether a file must go that nobody has looked into yet.
    private boolean owing;

    private long credit;

    private boolean warned;

    /**
     * Creates a compactor.
     *
     * @param largest size that the file which records are written to may have
     */
    Compactor(RolledFiles rolled, Retention retention, long largest, RetentionClock clock, RecordReader reader) {
        this.rolled = rolled;
        this.retention = retention;
        this.largest = largest;
        this.clock = clock;
        this.reader = reader;
    }

    /** What a rolled file of that size holds. */
    private record Contents(long last, boolean foreign, long size) {}

    /** Takes note of a file that was rolled, all of which this store wrote: it need not be looked into. */
    void know(Path plain, long last, long size) {
        this.contents.put(plain, new Contents(last, false, size));
    }

    /** Deletes what is too much, now that so many bytes are to be written to a new file. */
    void makeRoom(long coming) {
        try {
            delete(this.rolled.list(), coming);
        } catch (IOException ex) {
            // The next maintenance meets it again and tells.
            logger.debug("Cannot delete old files", ex);
        }
    }

    /**
     * Looks into files that must go, when they are not known to be ours: into twice as much as was written.
     *
     * @param size of the file that records are written to
     * @param bytes that were just written to it
     */
    void written(long size, int bytes) {
        if (!this.owing) {
            return;
        }
        this.credit += 2L * bytes;
        try {
            List<Path> files = this.rolled.list();
            while (this.credit > 0 && this.owing) {
                this.credit -= look(files);
                delete(files, Math.max(this.largest, size));
                files = this.rolled.list();
            }
        } catch (IOException ex) {
            logger.debug("Cannot delete old files", ex);
        }
    }

    /**
     * Does a part of the pending work.
     *
     * @param file that records are written to
     * @param size of it
     * @throws StoreException when the directory cannot be listed
     */
    void run(AppendFile file, long size) throws StoreException {
        List<Path> files = this.rolled.listed();
        try {
            long start = System.nanoTime();
            this.contents.keySet().retainAll(files);
            this.counting.keySet().retainAll(files);
            for (Path plain : this.rolled.leftOvers()) {
                Files.deleteIfExists(plain);
            }
            if (this.packing == null) {
                for (Path unfinished : this.rolled.abandoned()) {
                    Files.deleteIfExists(unfinished);
                }
            }
            delete(files, Math.max(this.largest, size));
            files = this.rolled.list();
            boolean more = true;
            while (more && System.nanoTime() - start < BUDGET) {
                more = look(files) > 0 || pack(files, file);
            }
            this.warned = false;
        } catch (NoSuchFileException ex) {
            // Another process that keeps the same files was faster.
            abort();
        } catch (IOException ex) {
            if (!this.warned) {
                this.warned = true;
                logger.warn("Cannot pack or delete old files: {}", ex.toString());
            }
            abort();
        }
    }

    private void abort() {
        if (this.packing != null) {
            this.packing.close();
            this.packing = null;
        }
    }

    private void delete(List<Path> files, long size) throws IOException {
        this.owing = false;
        long bytes = size + (this.packing == null ? 0 : this.packing.written());
        for (Path file : files) {
            bytes += file.toFile().length();
        }
        long oldest = this.retention.maxAge() == null
                ? Long.MIN_VALUE
                : TimeUnit.MILLISECONDS.toMicros(
                        this.clock.millis() - this.retention.maxAge().toMillis());
        for (Path file : files) {
            boolean tooMuch = this.retention.maxBytes() > 0 && bytes > this.retention.maxBytes();
            long length = file.toFile().length();
            Contents contents = this.contents.get(file);
            if (length == 0 && Files.notExists(file)) {
                // Another process that keeps the same files was faster.
                continue;
            }
            if (contents != null && contents.size() != length) {
                // Somebody who had it open wrote to it after it was rolled.
                this.contents.remove(file);
                contents = null;
            }
            if (contents == null) {
                // Not looked into yet: nothing newer goes before it.
                this.owing = tooMuch;
                return;
            }
            if (!contents.foreign() && (tooMuch || contents.last() < oldest)) {
                if (this.packing != null && this.packing.plain().equals(file)) {
                    abort();
                }
                bytes -= length;
                Files.deleteIfExists(file);
            }
        }
    }

    /** Looks at a megabyte of a file that is new; returns about how many bytes it was, 0 when there is no such file. */
    private long look(List<Path> files) throws IOException {
        for (Path path : files) {
            if (!this.contents.containsKey(path) && Files.exists(path)) {
                FileIndex index = this.counting.computeIfAbsent(path, (absent) -> new FileIndex(false));
                try (LineFile file = LineFile.open(path)) {
                    long before = index.end();
                    long size = file.size();
                    Lines lines = new Lines(this.reader);
                    LineFile.Buffer buffer = new LineFile.Buffer();
                    if (index.advanceOnce(file, lines, buffer, Deadline.none())) {
                        index.finish(file, lines, buffer);
                        this.counting.remove(path);
                        this.contents.put(path, contents(index, size));
                    }
                    return Math.max(1, index.end() - before);
                }
            }
        }
        return 0;
    }

    private static Contents contents(FileIndex index, long size) {
        long last = Long.MIN_VALUE;
        for (Chunk chunk : index.toFooter().chunks()) {
            last = Math.max(last, chunk.last());
        }
        return new Contents(last, index.foreign() > 0, size);
    }

    /** Packs a megabyte; returns whether there was one. */
    private boolean pack(List<Path> files, AppendFile file) throws IOException {
        if (this.packing == null) {
            Path next = nextToPack(files);
            if (next == null) {
                return false;
            }
            this.packing = GzipCompaction.start(next, this.reader);
        }
        if (!this.packing.step()) {
            Path plain = this.packing.plain();
            Contents contents = this.contents.get(plain);
            if (!this.packing.finish(file)) {
                this.unpackable.add(plain);
            } else if (contents != null) {
                Path packed = RolledFiles.packed(plain);
                this.contents.put(packed, new Contents(contents.last(), contents.foreign(), Files.size(packed)));
            }
            abort();
        }
        return true;
    }

    private @Nullable Path nextToPack(List<Path> files) {
        for (Path path : files) {
            Contents contents = this.contents.get(path);
            if (!RolledFiles.isPacked(path)
                    && contents != null
                    && !contents.foreign()
                    && !this.unpackable.contains(path)
                    && Files.exists(path)) {
                return path;
            }
        }
        return null;
    }

    @Override
    public void close() {
        abort();
    }
}
