package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.query.Block;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;
import org.cloudmesh.ai.telemetry.store.query.Scan;
import org.cloudmesh.ai.telemetry.store.query.Segment;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.SeriesCatalog;
import org.jspecify.annotations.Nullable;

/** The records of one file as blocks: the largest that have a roll-up, down to chunks. Used by one query. */
final class FileSegment implements Segment {

    // Unpacked first of a chunk, for one who only wants to see some of its records.
    private static final int BEGINNING = 32 << 10;

    private final LineFile file;

    private final Footer footer;

    private final long[] foreignBefore;

    private final Shared shared;

    // Lines that are in no chunk yet.
    private @Nullable Leaf rest;

    private @Nullable ResolvedFilter filter;

    // Chunks that may hold a record that this filter chooses.
    private BitSet candidates = new BitSet();

    /**
     * Creates the blocks.
     *
     * @param foreignBefore how many records without an id of ours come before this file
     */
    FileSegment(LineFile file, Footer footer, long foreignBefore, Shared shared) {
        this.file = file;
        this.footer = footer;
        this.shared = shared;
        this.foreignBefore = new long[footer.chunks().size()];
        long foreign = foreignBefore;
        for (int i = 0; i < this.foreignBefore.length; i++) {
            this.foreignBefore[i] = foreign;
            foreign += footer.chunks().get(i).foreign();
        }
    }

    /** What all blocks of a query use in turn. */
    record Shared(Lines lines, LineFile.Buffer plain, LineFile.Buffer packed) {}

    /** Adds lines that are in no chunk yet. */
    void rest(Chunk chunk, long foreign) {
        this.rest = new Leaf(chunk, -1, null, foreign);
    }

    /** Returns how many lines are no record; blank ones are not counted. */
    long unreadable() {
        long bad = 0;
        for (Chunk chunk : this.footer.chunks()) {
            bad += chunk.bad();
        }
        try {
            if (this.rest != null && this.rest.scan((view) -> true)) {
                bad += this.shared.lines().bad();
            }
        } catch (IOException ex) {
            throw unavailable(ex);
        }
        return bad;
    }

    @Override
    public SeriesCatalog catalog() {
        return this.footer.catalog();
    }

    @Override
    public List<Block> blocks() {
        List<Block> blocks = blocks(0, this.foreignBefore.length, ChunkTree.LEVELS);
        if (this.rest != null) {
            blocks.add(this.rest);
        }
        return blocks;
    }

    @Override
    public void scan(List<? extends Block> blocks, Scan scan, Predicate<RecordView> visitor) {
        try {
            for (Block block : blocks) {
                if (!scan(block, visitor)) {
                    return;
                }
            }
        } catch (IOException ex) {
            throw unavailable(ex);
        }
    }

    private boolean scan(Block block, Predicate<RecordView> visitor) throws IOException {
        if (block instanceof Leaf leaf) {
            return leaf.scan(visitor);
        }
        for (Block child : block.children()) {
            if (!scan(child, visitor)) {
                return false;
            }
        }
        return true;
    }

    private BitSet candidates(ResolvedFilter filter) {
        if (this.filter != filter) {
            BitSet candidates = new BitSet();
            candidates.set(0, this.footer.chunks().size());
            try {
                for (ChunkFilter.Stored stored : this.footer.filters()) {
                    int chunks = stored.to() - stored.from();
                    candidates.clear(stored.from(), stored.to());
                    ChunkFilter.places(stored.source(this.file), chunks, filter).stream()
                            .forEach((place) -> candidates.set(stored.from() + place));
                }
            } catch (IOException ex) {
                throw unavailable(ex);
            }
            this.candidates = candidates;
            this.filter = filter;
        }
        return this.candidates;
    }

    private boolean mayHold(ResolvedFilter filter, int from, int to) {
        int next = candidates(filter).nextSetBit(from);
        return next >= 0 && next < to;
    }

    private List<Block> blocks(int from, int to, int below) {
        List<Block> blocks = new ArrayList<>();
        for (int at = from; at < to; ) {
            Block block = null;
            for (int level = Math.min(below, this.footer.nodes().size()) - 1; level >= 0 && block == null; level--) {
                StoredRollup node = starting(at, this.footer.nodes().get(level));
                if (node != null && node.to() <= to) {
                    block = level == 0 ? leaf(at, node) : new Inner(node, level);
                    at = node.to();
                }
            }
            if (block == null) {
                block = leaf(at++, null);
            }
            blocks.add(block);
        }
        return blocks;
    }

    private static @Nullable StoredRollup starting(int chunk, List<StoredRollup> nodes) {
        int low = 0;
        int high = nodes.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int from = nodes.get(middle).from();
            if (from == chunk) {
                return nodes.get(middle);
            }
            low = from < chunk ? middle + 1 : low;
            high = from < chunk ? high : middle - 1;
        }
        return null;
    }

    private Leaf leaf(int chunk, @Nullable StoredRollup node) {
        return new Leaf(this.footer.chunks().get(chunk), chunk, node, this.foreignBefore[chunk]);
    }

    private @Nullable Rollup rollup(StoredRollup stored) {
        byte[] bytes = stored.bytes();
        try {
            if (bytes == null) {
                bytes = FooterMembers.read(this.file, stored.offset(), stored.length(), stored.crc());
            }
            return bytes == null ? null : new RollupFormat(bytes);
        } catch (IOException ex) {
            throw unavailable(ex);
        }
    }

    static QueryException unavailable(IOException ex) {
        return new QueryException(QueryException.Reason.UNAVAILABLE, "Cannot read: " + ex.getMessage(), ex);
    }

    private abstract class Rolled implements Block {

        private final @Nullable StoredRollup stored;

        Rolled(@Nullable StoredRollup stored) {
            this.stored = stored;
        }

        @Override
        public Detail detail() {
            return this.stored == null ? Detail.NONE : Detail.SERIES;
        }

        @Override
        public @Nullable Rollup rollup() {
            return this.stored == null ? null : FileSegment.this.rollup(this.stored);
        }
    }

    private final class Inner extends Rolled {

        private final StoredRollup stored;

        private final int level;

        private @Nullable List<Block> children;

        @Override
        public boolean mayHold(ResolvedFilter filter) {
            return FileSegment.this.mayHold(filter, this.stored.from(), this.stored.to());
        }

        Inner(StoredRollup stored, int level) {
            super(stored);
            this.stored = stored;
            this.level = level;
        }

        @Override
        public long first() {
            return this.stored.first();
        }

        @Override
        public long last() {
            return this.stored.last();
        }

        @Override
        public List<Block> children() {
            List<Block> children = this.children;
            if (children == null) {
                children = blocks(this.stored.from(), this.stored.to(), this.level);
                this.children = children;
            }
            return children;
        }
    }

    private final class Leaf extends Rolled {

        private final Chunk chunk;

        private final long foreign;

        // -1 of lines that are in no chunk yet.
        private final int number;

        Leaf(Chunk chunk, int number, @Nullable StoredRollup stored, long foreign) {
            super(stored);
            this.chunk = chunk;
            this.number = number;
            this.foreign = foreign;
        }

        @Override
        public long first() {
            return this.chunk.first();
        }

        @Override
        public long last() {
            return this.chunk.last();
        }

        @Override
        public boolean mayHold(ResolvedFilter filter) {
            return this.number < 0 || FileSegment.this.mayHold(filter, this.number, this.number + 1);
        }

        boolean scan(Predicate<RecordView> visitor) throws IOException {
            LineFile file = FileSegment.this.file;
            Shared shared = FileSegment.this.shared;
            if (!RolledFiles.isPacked(file.path())) {
                int length = file.wholeLines(this.chunk.offset(), this.chunk.length(), shared.plain());
                return shared.lines().scan(shared.plain().atLeast(length), 0, length, this.foreign, visitor);
            }
            if (!OtherGzip.is(this.chunk)) {
                return scanPacked(visitor);
            }
            boolean[] more = {true};
            OtherGzip.scan(
                    file, this.chunk.offset(), shared.lines(), this.foreign, (view) -> more[0] = visitor.test(view));
            return more[0];
        }

        /** Unpacks more when the visitor wants more than the beginning. */
        private boolean scanPacked(Predicate<RecordView> visitor) throws IOException {
            Lines lines = FileSegment.this.shared.lines();
            int length = this.chunk.length();
            byte[] bytes = FileSegment.this.shared.plain().atLeast(length);
            try (Gzip.Unpacking member =
                    new Gzip.Unpacking(FileSegment.this.file, this.chunk, FileSegment.this.shared.packed())) {
                int beginning = Math.min(length, BEGINNING);
                member.to(beginning, bytes);
                int whole = Lines.whole(bytes, beginning);
                if (!lines.scan(bytes, 0, whole, this.foreign, visitor)) {
                    return false;
                }
                long foreign = lines.foreign();
                member.to(length, bytes);
                return lines.scan(bytes, whole, length, foreign, visitor);
            }
        }
    }
}
