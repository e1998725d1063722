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
import java.util.function.LongSupplier;
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
 * Packs and deletes rolled files, a little at each call. A file with records that another program wrote is left alone.
 * Used by the writer's thread.
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

    private final LongSupplier others;

    private final Map<Path, Contents> contents = new HashMap<>();

    private final Map<Path, FileIndex> counting = new HashMap<>();

    private final Set<Path> unpackable = new HashSet<>();

    private @Nullable GzipCompaction packing;

    // Whether a file must go that nobody has looked into yet.
    private boolean owing;

    // Whether half of the bound is used, so that packing must keep up with what is written.
    private boolean pressed;

    private long lookCredit;

    private long packCredit;

    private boolean warned;

    /**
     * Creates a compactor.
     *
     * @param largest size that the file which records are written to may have
     * @param others size of other files that the retention is for as well
     */
    Compactor(
            RolledFiles rolled,
            Retention retention,
            long largest,
            RetentionClock clock,
            RecordReader reader,
            LongSupplier others) {
        this.others = others;
        this.rolled = rolled;
        this.retention = retention;
        this.largest = largest;
        this.clock = clock;
        this.reader = reader;
    }

    /** What a rolled file of that size holds. */
    private record Contents(long last, boolean foreign, long size) {}

    /** Remembers a file that was rolled, all of which this store wrote: it need not be looked into. */
    void know(Path plain, long last, long size) {
        this.contents.put(plain, new Contents(last, false, size));
    }

    /**
     * Packs, then deletes what is still too much, now that so many bytes are to be written to a new file.
     *
     * @param file that records are written to
     */
    void makeRoom(AppendFile file, long coming) {
        try {
            delete(file, coming);
        } catch (IOException ex) {
            // The next maintenance meets it again and tells.
            logger.debug("Cannot delete old files", ex);
        }
    }

    /**
     * Keeps up with what is written: packs files before they would have to go, and looks into those that are not known
     * to be ours, each at twice the pace of writing.
     *
     * @param file that records are written to
     * @param bytes that were just written to it
     */
    void written(AppendFile file, int bytes) {
        if (!this.owing && !this.pressed) {
            return;
        }
        this.lookCredit += 2L * bytes;
        this.packCredit += 2L * bytes;
        try {
            boolean looked = lookAhead(file);
            this.pressed = this.pressed && (packAhead(file) || looked);
        } catch (IOException ex) {
            // Tried again at the next roll or maintenance, not at each write: the disk may be full.
            this.pressed = false;
            logger.debug("Cannot pack or delete old files", ex);
            abort();
        }
    }

    private boolean lookAhead(AppendFile file) throws IOException {
        boolean more = true;
        while (more && this.lookCredit > 0 && (this.owing || this.pressed)) {
            long looked = look(this.rolled.list());
            this.lookCredit -= looked;
            more = looked > 0;
            if (this.owing) {
                delete(file, Math.max(this.largest, file.size()));
            }
        }
        // What is saved up while nothing is to be done would make one write wait long.
        this.lookCredit = Math.min(0, this.lookCredit);
        return more;
    }

    private boolean packAhead(AppendFile file) throws IOException {
        boolean more = true;
        while (more && this.packCredit > 0 && this.pressed) {
            long packed = pack(this.rolled.list(), file);
            this.packCredit -= packed;
            more = packed > 0;
        }
        this.packCredit = Math.min(0, this.packCredit);
        return more;
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
            delete(file, Math.max(this.largest, size));
            files = this.rolled.list();
            boolean more = true;
            while (more && System.nanoTime() - start < BUDGET) {
                more = look(files) > 0 || pack(files, file) > 0;
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

    /** Packs until what is there and a current file of that size fit. What cannot be packed may be deleted. */
    private void packUntilItFits(AppendFile file, long size) {
        try {
            List<Path> files = this.rolled.list();
            while (isTooMuch(bytes(files, size)) && nextToPack(withoutJustRolled(files, size)) != null) {
                pack(files, file);
                files = this.rolled.list();
            }
        } catch (IOException ex) {
            // The disk may be full, or another process faster. The bound is kept all the same; maintenance tells.
            logger.debug("Cannot pack old files", ex);
            abort();
        }
    }

    /**
     * Leaves out the file that was rolled last when it need not go even if it stays plain: it is packed while the next
     * one is written. Otherwise each roll of a store that is full would wait for a whole file.
     */
    private List<Path> withoutJustRolled(List<Path> files, long size) {
        int last = files.size() - 1;
        if (last < 0 || files.get(last).toFile().length() > this.largest) {
            return files;
        }
        long others = 0;
        for (Path path : files.subList(0, last)) {
            Contents contents = this.contents.get(path);
            others += contents == null || contents.foreign() ? 0 : path.toFile().length();
        }
        return isTooMuch(bytes(files, size) - others) ? files : files.subList(0, last);
    }

    private long bytes(List<Path> files, long size) {
        long bytes = size + this.others.getAsLong() + (this.packing == null ? 0 : this.packing.written());
        for (Path path : files) {
            bytes += path.toFile().length();
        }
        return bytes;
    }

    private boolean isTooMuch(long bytes) {
        return this.retention.maxBytes() > 0 && bytes > this.retention.maxBytes();
    }

    private void delete(AppendFile current, long size) throws IOException {
        packUntilItFits(current, size);
        List<Path> files = this.rolled.list();
        this.owing = false;
        long bytes = bytes(files, size);
        this.pressed = isTooMuch(2 * bytes);
        long oldest = this.retention.maxAge() == null
                ? Long.MIN_VALUE
                : TimeUnit.MILLISECONDS.toMicros(
                        this.clock.millis() - this.retention.maxAge().toMillis());
        for (Path file : files) {
            boolean tooMuch = isTooMuch(bytes);
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

    /** Packs a megabyte of the oldest file; returns about how many bytes it was, 0 when there is nothing to pack. */
    private long pack(List<Path> files, AppendFile file) throws IOException {
        if (this.packing == null) {
            Path next = nextToPack(files);
            if (next == null) {
                return 0;
            }
            this.packing = GzipCompaction.start(next, this.reader);
        }
        long before = this.packing.read();
        boolean more = this.packing.step();
        long packed = Math.max(1, this.packing.read() - before);
        if (!more) {
            Path plain = this.packing.plain();
            Contents contents = this.contents.get(plain);
            if (!this.packing.finish(file)) {
                this.unpackable.add(plain);
            } else if (contents != null) {
                Path target = RolledFiles.packed(plain);
                this.contents.put(target, new Contents(contents.last(), contents.foreign(), Files.size(target)));
            }
            abort();
        }
        return packed;
    }

    private @Nullable Path nextToPack(List<Path> files) {
        for (Path path : files) {
            Contents contents = this.contents.get(path);
            if (!RolledFiles.isPacked(path)
                    && contents != null
                    && !contents.foreign()
                    && !this.unpackable.contains(path)
                    && path.toFile().length() == contents.size()
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
