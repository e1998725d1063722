package org.cloudmesh.ai.telemetry.store.query;

import java.util.List;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.rollup.SeriesCatalog;

/** Records that have one catalog of series, such as a file, as a tree of blocks. Used by one thread. */
public interface Segment {

    /** Returns the series that roll-ups refer to; records may be of others, too. */
    default SeriesCatalog catalog() {
        return SeriesCatalog.EMPTY;
    }

    /** Returns the largest blocks, in the order in which they were stored. */
    List<? extends Block> blocks();

    /**
     * Shows the records of blocks, in any order that is the same at each call.
     *
     * @param blocks some of this segment's, of any size
     * @param scan what is wanted of them; to show more is allowed
     * @param visitor returns whether it wants another
     */
    void scan(List<? extends Block> blocks, Scan scan, Predicate<RecordView> visitor);
}
