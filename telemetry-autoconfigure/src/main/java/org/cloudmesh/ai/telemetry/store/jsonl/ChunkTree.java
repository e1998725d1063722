package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Summaries of a file: one for each chunk, one for each sixteen chunks, one for each 256. Used by one thread. */
final class ChunkTree {

    static final int LEVELS = 3;

    static final int FAN = 16;

    private final RollupStorage storage;

    private final List<List<StoredRollup>> levels = new ArrayList<>();

    private final List<List<StoredRollup>> unmerged = new ArrayList<>();

    private final List<List<byte[]>> unmergedBytes = new ArrayList<>();

    private boolean ended;

    ChunkTree(RollupStorage storage) {
        this.storage = storage;
        for (int level = 0; level < LEVELS; level++) {
            this.levels.add(new ArrayList<>());
            this.unmerged.add(new ArrayList<>());
            this.unmergedBytes.add(new ArrayList<>());
        }
    }

    /** Keeps summaries. */
    @FunctionalInterface
    interface RollupStorage {

        /** Returns the node with the place where its bytes are now. */
        StoredRollup keep(StoredRollup node, byte[] bytes) throws IOException;
    }

    /**
     * Adds the summary of the next chunks, one or {@value #FAN}.
     *
     * @param from number of the first of them
     * @param chunks all up to the last of them
     */
    void add(int from, List<Chunk> chunks, byte[] bytes) throws IOException {
        add(chunks.size() - from > 1 ? 1 : 0, node(from, chunks, bytes), bytes);
    }

    /** Returns a node, without a place, for the chunks from that one to the last. */
    static StoredRollup node(int from, List<Chunk> chunks, byte[] bytes) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Chunk chunk : chunks.subList(from, chunks.size())) {
            first = Math.min(first, chunk.first());
            last = Math.max(last, chunk.last());
        }
        return new StoredRollup(from, chunks.size(), first, last, 0, bytes.length, StoredRollup.crc(bytes), null);
    }

    private void add(int level, StoredRollup node, byte[] bytes) throws IOException {
        StoredRollup kept = this.storage.keep(node, bytes);
        this.levels.get(level).add(kept);
        if (level < LEVELS - 1) {
            this.unmerged.get(level).add(kept);
            this.unmergedBytes.get(level).add(bytes);
            if (this.unmerged.get(level).size() == FAN) {
                merge(level);
            }
        }
    }

    private void merge(int level) throws IOException {
        List<StoredRollup> nodes = this.unmerged.get(level);
        byte[] bytes = RollupFormat.merge(this.unmergedBytes.get(level));
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (StoredRollup node : nodes) {
            first = Math.min(first, node.first());
            last = Math.max(last, node.last());
        }
        StoredRollup merged = new StoredRollup(
                nodes.get(0).from(),
                nodes.get(nodes.size() - 1).to(),
                first,
                last,
                0,
                bytes.length,
                StoredRollup.crc(bytes),
                null);
        nodes.clear();
        this.unmergedBytes.get(level).clear();
        add(level + 1, merged, bytes);
    }

    /** Merges what is left when no more chunks come. */
    void finish() throws IOException {
        for (int level = 0; level < LEVELS - 1 && !this.ended; level++) {
            if (this.unmerged.get(level).size() > 1
                    || (!this.unmerged.get(level).isEmpty()
                            && !this.levels.get(level + 1).isEmpty())) {
                merge(level);
            }
        }
        end();
    }

    /** Leaves it at what there is. */
    void end() {
        this.ended = true;
        this.unmerged.forEach(List::clear);
        this.unmergedBytes.forEach(List::clear);
    }

    boolean ended() {
        return this.ended;
    }

    /** Returns the nodes of each level, that of single chunks first. */
    List<List<StoredRollup>> levels() {
        return this.levels;
    }

    /** Gives up summaries of parts of what others sum up, until no more than so many bytes are in memory. */
    void shrink(long most) {
        for (int level = 0; level < LEVELS - 1; level++) {
            List<StoredRollup> nodes = this.levels.get(level);
            List<StoredRollup> above = this.levels.get(level + 1);
            int covered = above.isEmpty() ? 0 : above.get(above.size() - 1).to();
            while (!nodes.isEmpty() && nodes.get(0).to() <= covered && (level == 0 || bytes() > most)) {
                nodes.remove(0);
            }
        }
    }

    private long bytes() {
        return this.levels.stream()
                .flatMap(List::stream)
                .mapToLong(StoredRollup::length)
                .sum();
    }
}
