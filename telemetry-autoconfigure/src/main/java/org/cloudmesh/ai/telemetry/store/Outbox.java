package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records of a local store that one remote store has yet to receive: a transactional outbox. Each record that is in the
 * local store, whoever put it there and however late it came, is read at least once until it was acknowledged. How far
 * that went is kept in the local store, so that the next start goes on from there.
 *
 * <p>Batches are read by one thread at a time, and acknowledged in the order in which they were read; the other methods
 * are called by any.
 */
public interface Outbox {

    /**
     * Reads the records that come after those of the batch before, acknowledged or not: the late ones, then the others
     * in the order of their time.
     *
     * @param most how many at most
     * @return an empty batch when all were read
     * @throws StoreException when the local store cannot be read now
     */
    Batch read(int most) throws StoreException;

    /** Says that the remote store has a batch. The local store notes that with its next write or maintenance. */
    void acknowledge(Batch batch);

    /**
     * Gives back, at the end, the batches that were not acknowledged. Those of their records that retention removed
     * meanwhile are lost.
     *
     * @throws StoreException when the local store cannot be read now
     */
    void release() throws StoreException;

    /**
     * Counts what was not acknowledged.
     *
     * @throws StoreException when the local store cannot be read now
     */
    Backlog backlog() throws StoreException;

    /** Returns what became of records so far. */
    Totals totals();

    /** Tells which recorder's records are counted apart, by its token. */
    void own(String token);

    /** Records that were read together. */
    interface Batch {

        /** Returns the records. */
        List<TelemetryRecord> records();

        /** Returns whether there may be more behind them. */
        boolean hasNext();
    }

    /**
     * What was not acknowledged.
     *
     * @param records how many
     * @param oldestMicros time of the oldest in microseconds since 1970; null when there is none
     */
    record Backlog(long records, @Nullable Long oldestMicros) {}

    /**
     * What became of records since the store was made.
     *
     * @param sent records that were acknowledged
     * @param ownSent those of them that are of this process's recorder
     * @param lost records that retention removed before they were acknowledged
     * @param ownLost those of them that are of this process's recorder
     */
    record Totals(long sent, long ownSent, long lost, long ownLost) {}
}
