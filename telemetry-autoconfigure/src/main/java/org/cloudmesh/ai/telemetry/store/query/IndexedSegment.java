package org.cloudmesh.ai.telemetry.store.query;

import java.util.List;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * A segment of a database, which does more than show records. Each record is of a series in the catalog, and its view
 * says which. A scan shows records in the order asked for, by time, and none outside of its range, and none that fails
 * the filter's conditions on the machine's state.
 */
public interface IndexedSegment extends Segment {

    /** Returns all records of the range as one block that has neither roll-up nor children. */
    Block whole();

    /**
     * Returns whether a scan of {@link #whole()} leads to the records that may be chosen without a look at most of the
     * others, so that there is no use in going from block to block.
     */
    default boolean finds(ResolvedFilter filter) {
        return false;
    }

    /**
     * Counts the chosen records of blocks by series, when the series alone tells which are chosen.
     *
     * @param blocks some of this segment's
     */
    void count(List<? extends Block> blocks, Scan scan, CountVisitor visitor);

    /**
     * Adds the values of the scan's metric of all chosen records of blocks, when the series alone tells which are
     * chosen, and when that is faster than to show them.
     *
     * @param blocks some of this segment's
     * @param target asked for when there is a value
     * @return whether that was done
     */
    boolean sum(List<? extends Block> blocks, Scan scan, Supplier<Distribution> target);

    /**
     * Returns the machine's readings in the range, the oldest first; null when only the records tell.
     *
     * @param limit how many at most; they are thinned out evenly
     */
    default @Nullable List<SystemReading> readings(ResolvedFilter filter, int limit, Deadline deadline) {
        return null;
    }

    /** Is given series. */
    @FunctionalInterface
    interface CountVisitor {

        /** Takes a series; times are in microseconds since 1970. */
        void visit(int series, long count, long first, long last);
    }
}
