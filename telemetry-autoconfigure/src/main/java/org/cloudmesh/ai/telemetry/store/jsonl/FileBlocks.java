package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.Row;
import org.cloudmesh.ai.telemetry.store.ScanningSource.Block;
import org.cloudmesh.ai.telemetry.store.Summary;
import org.jspecify.annotations.Nullable;

/** The records of one file as blocks: the largest that have a summary, down to stretches. Used by one query. */
final class FileBlocks {

    // Unpacked first of a stretch, for one who only wants to see some of its records.
    private static final int BEGINNING = 32 << 10;

    private final LineFile file;

    private final Footer directory;

    private final long[] foreignBefore;

    private final Shared shared;

    /**
     * Creates the blocks.
     *
     * @param foreignBefore how many records without an id of ours come before this file
     */
    FileBlocks(LineFile file, Footer directory, long foreignBefore, Shared shared) {
        this.file = file;
        this.directory = directory;
        this.shared = shared;
        this.foreignBefore = new long[directory.stretches().size()];
        long foreign = foreignBefore;
        for (int i = 0; i < this.foreignBefore.length; i++) {
            this.foreignBefore[i] = foreign;
            foreign += directory.stretches().get(i).foreign();
        }
    }

    /** What all blocks of a query use in turn. */
    record Shared(Lines lines, LineFile.Buffer plain, LineFile.Buffer packed) {}

    /** Returns the blocks that make up the file. */
    List<Block> toList() {
        return blocks(0, this.foreignBefore.length, NodeTree.LEVELS);
    }

    /** Returns a block of lines that are in no stretch yet. */
    Block rest(Chunk stretch, long foreign) {
        return new Leaf(stretch, null, foreign);
    }

    private List<Block> blocks(int from, int to, int below) {
        List<Block> blocks = new ArrayList<>();
        for (int at = from; at < to; ) {
            Block block = null;
            for (int level = Math.min(below, this.directory.nodes().size()) - 1; level >= 0 && block == null; level--) {
                Node node = starting(at, this.directory.nodes().get(level));
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

    private static @Nullable Node starting(int stretch, List<Node> nodes) {
        int low = 0;
        int high = nodes.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int from = nodes.get(middle).from();
            if (from == stretch) {
                return nodes.get(middle);
            }
            low = from < stretch ? middle + 1 : low;
            high = from < stretch ? high : middle - 1;
        }
        return null;
    }

    private Leaf leaf(int stretch, @Nullable Node node) {
        return new Leaf(this.directory.stretches().get(stretch), node, this.foreignBefore[stretch]);
    }

    private @Nullable Summary summary(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        byte[] bytes = node.bytes();
        try {
            if (bytes == null) {
                bytes = FooterMembers.read(this.file, node.offset(), node.length(), node.crc());
            }
            return bytes == null ? null : new NodeSummary(bytes, this.directory.kinds());
        } catch (IOException ex) {
            throw unavailable(ex);
        }
    }

    static QueryException unavailable(IOException ex) {
        return new QueryException(QueryException.Reason.UNAVAILABLE, "Cannot read: " + ex.getMessage(), ex);
    }

    private final class Inner implements Block {

        private final Node node;

        private final int level;

        private @Nullable List<Block> parts;

        Inner(Node node, int level) {
            this.node = node;
            this.level = level;
        }

        @Override
        public long first() {
            return this.node.first();
        }

        @Override
        public long last() {
            return this.node.last();
        }

        @Override
        public @Nullable Summary summary() {
            return FileBlocks.this.summary(this.node);
        }

        @Override
        public List<Block> parts() {
            List<Block> parts = this.parts;
            if (parts == null) {
                parts = blocks(this.node.from(), this.node.to(), this.level);
                this.parts = parts;
            }
            return parts;
        }

        @Override
        public void scan(Predicate<Row> visitor) {
            boolean[] more = {true};
            for (Block part : parts()) {
                if (more[0]) {
                    part.scan((row) -> more[0] = visitor.test(row));
                }
            }
        }
    }

    private final class Leaf implements Block {

        private final Chunk stretch;

        private final @Nullable Node node;

        private final long foreign;

        Leaf(Chunk stretch, @Nullable Node node, long foreign) {
            this.stretch = stretch;
            this.node = node;
            this.foreign = foreign;
        }

        @Override
        public long first() {
            return this.stretch.first();
        }

        @Override
        public long last() {
            return this.stretch.last();
        }

        @Override
        public @Nullable Summary summary() {
            return FileBlocks.this.summary(this.node);
        }

        @Override
        public void scan(Predicate<Row> visitor) {
            LineFile file = FileBlocks.this.file;
            Shared shared = FileBlocks.this.shared;
            try {
                if (!RolledFiles.isPacked(file.path())) {
                    int length = file.wholeLines(this.stretch.offset(), this.stretch.length(), shared.plain());
                    shared.lines().scan(shared.plain().atLeast(length), 0, length, this.foreign, visitor);
                } else if (OtherGzip.is(this.stretch)) {
                    OtherGzip.scan(file, this.stretch.offset(), shared.lines(), this.foreign, visitor);
                } else {
                    scanPacked(visitor);
                }
            } catch (IOException ex) {
                throw unavailable(ex);
            }
        }

        /** Unpacks more when the visitor wants more than the beginning. */
        private void scanPacked(Predicate<Row> visitor) throws IOException {
            Lines lines = FileBlocks.this.shared.lines();
            int length = this.stretch.length();
            byte[] bytes = FileBlocks.this.shared.plain().atLeast(length);
            try (Gzip.Unpacking member =
                    new Gzip.Unpacking(FileBlocks.this.file, this.stretch, FileBlocks.this.shared.packed())) {
                int beginning = Math.min(length, BEGINNING);
                member.to(beginning, bytes);
                int whole = Lines.whole(bytes, beginning);
                if (lines.scan(bytes, 0, whole, this.foreign, visitor)) {
                    long foreign = lines.foreign();
                    member.to(length, bytes);
                    lines.scan(bytes, whole, length, foreign, visitor);
                }
            }
        }
    }
}
