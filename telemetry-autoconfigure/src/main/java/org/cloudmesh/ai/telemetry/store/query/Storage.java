package org.cloudmesh.ai.telemetry.store.query;

import java.util.List;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.SystemReading;

/**
 * What a store implements so that {@link QueryEngine} answers all questions about its records: segments, blocks, scans,
 * and roll-ups if it has them. Thread-safe.
 */
public interface Storage {

    /**
     * Fixes a state of the store.
     *
     * @param from records before, in microseconds since 1970, are not asked for
     * @param to records from there on are not asked for
     * @param deadline how long it may take, and all that is asked of the snapshot
     * @throws QueryException when the deadline passes or the store cannot be read
     */
    Snapshot snapshot(long from, long to, Deadline deadline);

    /**
     * Returns how many records at a time are exported from one snapshot, since an export may take hours and some stores
     * cannot hold a snapshot that long; 0 when one snapshot serves for all.
     */
    default int exportWindow() {
        return 0;
    }

    /**
     * Returns readings of the machine that were kept although no record carries them, the oldest first; empty where no
     * such history is kept.
     *
     * @param filter whose range, command and run are looked at: readings have nothing else of a record
     * @param limit how many at most; they are thinned out evenly
     * @param deadline how long it may take
     */
    default List<SystemReading> history(RecordFilter filter, int limit, Deadline deadline) {
        return List.of();
    }

    /** Returns whether blocks know of each attribute which values they may hold. */
    default boolean findsAttributes(Deadline deadline) {
        return false;
    }

    /** One state of the store, until it is closed. Used by one thread. */
    interface Snapshot extends AutoCloseable {

        /** Returns the segments, in the order in which they were stored. */
        List<? extends Segment> segments();

        /** Returns how many lines are no record; 0 where there are no lines. */
        default long unreadable() {
            return 0;
        }

        @Override
        default void close() {}
    }
}
