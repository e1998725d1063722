package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.cloudmesh.ai.telemetry.store.file.AppendFile;
import org.cloudmesh.ai.telemetry.store.file.OwnerOnlyFiles;
import org.cloudmesh.ai.telemetry.store.json.RecordReader;

/**
 * Packs a rolled file, a megabyte at a step, so that the writer never waits long. The packed file gets its name when it
 * is whole and on disk; only then the plain one goes. A crash leaves the plain one, or both, of which the plain one is
 * passed over.
 */
final class GzipCompaction implements AutoCloseable {

    private final Path plain;

    private final Path unfinished;

    private final LineFile in;

    private final FileChannel out;

    private final Lines lines;

    private final LineFile.Buffer buffer = new LineFile.Buffer();

    private final List<Chunk> chunks = new ArrayList<>();

    private final LineSeriesCatalog catalog = new LineSeriesCatalog();

    private final ChunkTree tree = new ChunkTree(this::keep);

    private final ChunkFilter.Builder filter = new ChunkFilter.Builder();

    private final List<ChunkFilter.Stored> filters = new ArrayList<>();

    private int filtered;

    private long at;

    private long written;

    private boolean complete;

    private GzipCompaction(Path plain, Path unfinished, LineFile in, FileChannel out, RecordReader reader) {
        this.plain = plain;
        this.unfinished = unfinished;
        this.in = in;
        this.out = out;
        this.lines = new Lines(reader);
    }

    /** Begins to pack a file. */
    static GzipCompaction start(Path plain, RecordReader reader) throws IOException {
        // Another process may be packing the same file: the first to finish wins.
        Path unfinished = plain.resolveSibling(
                RolledFiles.packed(plain).getFileName() + RolledFiles.UNFINISHED + UUID.randomUUID());
        OwnerOnlyFiles.create(unfinished);
        LineFile in = LineFile.open(plain);
        try {
            FileChannel out = FileChannel.open(unfinished, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
            return new GzipCompaction(plain, unfinished, in, out, reader);
        } catch (IOException ex) {
            in.close();
            throw ex;
        }
    }

    /**
     * Goes on.
     *
     * @return whether there is more to do
     */
    boolean step() throws IOException {
        if (this.at == this.in.size() && !this.complete) {
            writeFooter();
            this.complete = true;
            return true;
        }
        int length = this.in.wholeLines(this.at, Chunk.SIZE, this.buffer);
        if (length == 0) {
            return false;
        }
        byte[] bytes = this.buffer.atLeast(length);
        ChunkSummarizer summarizer = new ChunkSummarizer(this.tree.ended() ? null : this.catalog, this.filter);
        Chunk chunk = summarizer.read(bytes, length, this.written, this.lines);
        ByteBuffer member = Gzip.member(bytes, chunk);
        this.chunks.add(chunk.storedIn(member.remaining()));
        write(member);
        byte[] summary = summarizer.summary();
        if (summary == null) {
            this.tree.end();
        } else {
            this.tree.add(this.chunks.size() - 1, this.chunks, summary);
        }
        if (this.chunks.size() - this.filtered == ChunkTree.FAN) {
            writeFilter();
        }
        this.at += length;
        return true;
    }

    private void writeFilter() throws IOException {
        byte[] bytes = this.filter.encode();
        if (bytes != null && this.filtered < this.chunks.size()) {
            this.filters.add(
                    new ChunkFilter.Stored(this.filtered, this.chunks.size(), this.written, bytes.length, null));
            write(FooterMembers.members(bytes));
        }
        this.filtered = this.chunks.size();
    }

    private StoredRollup keep(StoredRollup node, byte[] bytes) throws IOException {
        long offset = this.written;
        write(FooterMembers.members(bytes));
        return new StoredRollup(
                node.from(), node.to(), node.first(), node.last(), offset, bytes.length, node.crc(), null);
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            this.written += this.out.write(bytes);
        }
    }

    private void writeFooter() throws IOException {
        if (!this.tree.ended()) {
            this.tree.finish();
        }
        writeFilter();
        byte[] footer = new Footer(this.chunks, this.catalog, this.tree.levels(), this.filters).toBytes();
        ByteBuffer locator = FooterMembers.locator(this.written, footer);
        write(FooterMembers.members(footer));
        write(locator);
    }

    /**
     * Puts the packed file in the place of the plain one, unless something is left that could not be packed.
     *
     * @param file locks other writers out: one that was frozen since the roll could still be writing
     * @return whether all could be packed
     */
    boolean finish(AppendFile file) throws IOException {
        if (!this.complete) {
            return false;
        }
        this.out.force(true);
        file.alone(() -> {
            if (Files.exists(this.plain) && Files.size(this.plain) == this.at) {
                Files.move(this.unfinished, RolledFiles.packed(this.plain), StandardCopyOption.ATOMIC_MOVE);
                OwnerOnlyFiles.syncDirectory(this.plain.getParent());
                Files.delete(this.plain);
            }
        });
        return true;
    }

    @Override
    public void close() {
        this.in.close();
        try {
            this.out.close();
            Files.deleteIfExists(this.unfinished);
        } catch (IOException ex) {
            // Removed later, as one that a crash left.
        }
    }

    /** Returns how many bytes of the plain file were packed. */
    long read() {
        return this.at;
    }

    /** Returns how many bytes the unfinished file has. */
    long written() {
        return this.written;
    }

    Path plain() {
        return this.plain;
    }
}
