package org.cloudmesh.ai.telemetry.store.query;

import java.util.List;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.jspecify.annotations.Nullable;

/** Neighbouring records of a segment, perhaps with a roll-up, perhaps made of smaller blocks. */
public interface Block {

    /** How far a roll-up tells values apart. Counts are always told apart by series. */
    enum Detail {
        /** There is no roll-up. */
        NONE,
        /** By groups of series. */
        GROUPS,
        /** By series. */
        SERIES
    }

    /** Returns a time that no record is before, in microseconds since 1970. */
    long first();

    /** Returns a time that no record is after, in microseconds since 1970. */
    long last();

    /** Returns how many records there are; -1 when only the roll-up or a scan tells. */
    default long records() {
        return -1;
    }

    /** Returns how far the roll-up tells values apart. */
    default Detail detail() {
        return Detail.NONE;
    }

    /** Returns the roll-up; null when there is none, or when it is damaged. */
    default @Nullable Rollup rollup() {
        return null;
    }

    /**
     * Returns whether a look at the records may find any that is chosen, among those of which the series alone does not
     * tell: those of series that are chosen in part, or all when the filter asks for the machine's state. False is
     * certain. What a store keeps so that it knows is its own affair: filters of hashes, least and greatest values.
     */
    default boolean mayHold(ResolvedFilter filter) {
        return true;
    }

    /** Returns the smaller blocks that the block is made of, in the order in which they were stored; often none. */
    default List<? extends Block> children() {
        return List.of();
    }
}
