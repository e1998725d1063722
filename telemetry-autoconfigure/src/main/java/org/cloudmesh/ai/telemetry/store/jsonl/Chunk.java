package org.cloudmesh.ai.telemetry.store.jsonl;

/**
 * Some whole lines of a file.
 *
 * @param offset where they begin in the file
 * @param stored how many bytes they take there
 * @param length how many bytes they are
 * @param first time of the earliest record, in microseconds since 1970
 * @param last time of the latest record
 * @param foreign how many records have no id of ours
 * @param bad how many lines are no record
 */
record Chunk(long offset, int stored, int length, long first, long last, long foreign, long bad) {

    /** Lines below this size are not cut again. */
    static final int SIZE = 1 << 20;

    /** Returns the same lines, packed into so many bytes. */
    Chunk storedIn(int bytes) {
        return new Chunk(this.offset, bytes, this.length, this.first, this.last, this.foreign, this.bad);
    }
}
