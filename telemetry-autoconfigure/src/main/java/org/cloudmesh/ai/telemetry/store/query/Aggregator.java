package org.cloudmesh.ai.telemetry.store.query;

import java.util.List;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;

/** Adds up chosen records, from roll-ups and one by one. Used by one thread. */
interface Aggregator {

    /** Returns what a scan for it reads of records. */
    Scan scan(ResolvedFilter filter);

    /** Takes a record. */
    void add(int bucket, RecordView record);

    /** Takes a roll-up, all of whose records of wholly chosen series are chosen, and no others. */
    void add(int bucket, Rollup rollup, ResolvedFilter filter);

    /**
     * Takes records of blocks as a database adds them up by itself; asked only when the series alone tells which are
     * chosen.
     *
     * @return whether that was done
     */
    boolean add(IndexedSegment segment, List<Block> blocks, Scan scan, long[] edges);
}
