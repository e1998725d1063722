package org.cloudmesh.ai.telemetry.store.rollup;

/**
 * What the records of a block add up to, as a store keeps it: for each metric a list of entries, one for each series.
 * Reads no more than it is asked for. Used by one thread, and only as long as the block may be read.
 */
public interface Rollup {

    /** Stands for the records themselves among the metrics. */
    int COUNTS = 0;

    /** Returns how many records there are of each series. */
    RollupEntries counts();

    /** Returns the values of a metric; no entry when no record has it. */
    RollupEntries values(int metric);

    /** Shows the values of all metrics. */
    void forEachMetric(MetricVisitor visitor);

    /** Is given metrics. */
    @FunctionalInterface
    interface MetricVisitor {

        /** Takes a metric; the entries are valid only during the call. */
        void visit(int metric, RollupEntries entries);
    }
}
