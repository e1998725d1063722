package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * Where the lines of a file are, which times they have and what they add up to, in chunks of about a megabyte. A packed
 * file tells that itself. A plain one is read once; later, only what was appended is. The last, unfinished megabyte is
 * left to be read each time.
 */
final class FileIndex {

    private final boolean summarises;

    private final List<Chunk> chunks = new ArrayList<>();

    private final LineSeriesCatalog catalog = new LineSeriesCatalog();

    private final ChunkTree tree = new ChunkTree(FileIndex::inMemory);

    // Adds up the chunks that have no summary yet: each for itself would take longer and not be kept.
    private final ChunkSummarizer summarizer;

    private final ChunkFilter.Builder filter = new ChunkFilter.Builder();

    private final List<ChunkFilter.Stored> filters = new ArrayList<>();

    private int summedUp;

    private @Nullable StoredRollup unfinished;

    private @Nullable Footer footer;

    private long end;

    private long foreign;

    /**
     * Creates the index of a file that was not looked at yet.
     *
     * @param summarises whether what the lines add up to is of interest
     */
    FileIndex(boolean summarises) {
        this.summarises = summarises;
        this.summarizer = new ChunkSummarizer(summarises ? this.catalog : null, this.filter);
    }

    private static StoredRollup inMemory(StoredRollup node, byte[] bytes) {
        return new StoredRollup(node.from(), node.to(), node.first(), node.last(), 0, bytes.length, node.crc(), bytes);
    }

    /**
     * Takes in what was appended.
     *
     * @param memory how many bytes of summaries may be kept
     */
    void advance(LineFile file, Lines lines, LineFile.Buffer buffer, Deadline deadline, long memory)
            throws IOException {
        while (!advanceOnce(file, lines, buffer, deadline)) {
            shrink(memory);
            deadline.check();
        }
        shrink(memory);
    }

    private void shrink(long memory) {
        this.tree.shrink(memory);
        // Chunks of which nothing is known may hold anything.
        long bytes = this.filters.stream().mapToLong(ChunkFilter.Stored::length).sum();
        while (bytes > memory) {
            bytes -= this.filters.remove(0).length();
        }
    }

    /**
     * Takes in the next megabyte, or all of a packed file.
     *
     * @return whether no whole megabyte is left
     */
    boolean advanceOnce(LineFile file, Lines lines, LineFile.Buffer buffer, Deadline deadline) throws IOException {
        if (RolledFiles.isPacked(file.path())) {
            advancePacked(file, lines, buffer, deadline);
            return true;
        }
        if (file.size() - this.end < Chunk.SIZE) {
            return true;
        }
        int length = file.wholeLines(this.end, Chunk.SIZE, buffer);
        if (length > 0) {
            add(length, lines, buffer);
            return false;
        }
        long next = file.size() - this.end > RecordJson.LONGEST ? file.afterLine(this.end, buffer) : this.end;
        if (next == this.end) {
            return true;
        }
        add(new Chunk(this.end, 0, 0, Long.MAX_VALUE, Long.MIN_VALUE, 0, 1));
        this.end = next;
        return false;
    }

    /** Takes in the last, unfinished megabyte too, of a file that does not grow any more. */
    void finish(LineFile file, Lines lines, LineFile.Buffer buffer) throws IOException {
        int rest = (int) Math.min(RecordJson.LONGEST, file.size() - this.end);
        int length = rest > 0 && !RolledFiles.isPacked(file.path()) ? file.wholeLines(this.end, rest, buffer) : 0;
        if (length > 0) {
            add(length, lines, buffer);
        }
        if (!this.tree.ended()) {
            sumUp();
            this.tree.finish();
        }
    }

    private void add(int length, Lines lines, LineFile.Buffer buffer) throws IOException {
        add(this.summarizer.read(buffer.atLeast(length), length, this.end, lines));
    }

    private void add(Chunk chunk) throws IOException {
        this.chunks.add(chunk);
        this.end = chunk.offset() + chunk.stored();
        this.foreign += chunk.foreign();
        if (this.chunks.size() - this.summedUp == ChunkTree.FAN) {
            sumUp();
        }
    }

    private void sumUp() throws IOException {
        byte[] filter = this.filter.encode();
        if (filter != null && this.summedUp < this.chunks.size()) {
            this.filters.add(new ChunkFilter.Stored(this.summedUp, this.chunks.size(), 0, filter.length, filter));
        }
        byte[] summary = this.tree.ended() ? null : this.summarizer.summary();
        if (summary == null) {
            this.tree.end();
        } else if (this.summedUp < this.chunks.size()) {
            this.tree.add(this.summedUp, this.chunks, summary);
        }
        this.summarizer.clear();
        this.summedUp = this.chunks.size();
    }

    private void advancePacked(LineFile file, Lines lines, LineFile.Buffer buffer, Deadline deadline)
            throws IOException {
        Footer footer = this.end == 0 ? FooterMembers.footer(file) : null;
        if (footer != null) {
            this.footer = footer;
            footer.chunks().forEach((chunk) -> this.foreign += chunk.foreign());
            this.end = file.size();
        }
        this.tree.end();
        while (this.end < file.size()) {
            Chunk chunk = Gzip.chunk(file, this.end, buffer);
            int payload = chunk == null ? FooterMembers.length(file, this.end) : 0;
            if (chunk != null) {
                add(chunk);
            } else if (payload > 0) {
                this.end += payload;
            } else {
                Chunk rest =
                        this.summarises ? OtherGzip.chunk(file, this.end, lines, deadline) : OtherGzip.unread(this.end);
                add(rest);
                this.end = file.size();
            }
        }
    }

    /** What is known of a file at one moment. */
    Footer toFooter() {
        Footer footer = this.footer;
        if (footer != null) {
            return footer;
        }
        List<List<StoredRollup>> nodes = new ArrayList<>();
        this.tree.levels().forEach((level) -> nodes.add(new ArrayList<>(level)));
        StoredRollup unfinished = this.tree.ended() ? null : unfinished();
        if (unfinished != null) {
            nodes.get(1).add(unfinished);
        }
        return new Footer(List.copyOf(this.chunks), this.catalog.copy(), nodes, List.copyOf(this.filters));
    }

    /** Returns the node of those chunks that are not enough for one that stays; null when there is none. */
    private @Nullable StoredRollup unfinished() {
        StoredRollup node = this.unfinished;
        int chunks = this.chunks.size();
        if (this.summedUp == chunks) {
            return null;
        }
        if (node == null || node.from() != this.summedUp || node.to() != chunks) {
            byte[] summary = this.summarizer.summary();
            node = summary == null ? null : inMemory(ChunkTree.node(this.summedUp, this.chunks, summary), summary);
            this.unfinished = node;
        }
        return node;
    }

    /** Returns where the chunks end. */
    long end() {
        return this.end;
    }

    /** Returns how many records of the chunks have no id of ours. */
    long foreign() {
        return this.foreign;
    }
}
