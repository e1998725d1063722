package org.cloudmesh.ai.telemetry.store.jdbc;

/**
 * How the tree of aggregates is cut.
 *
 * @param records least number of records of a new cell
 * @param recordsPerKind the same for each kind of record in it, so that aggregates stay small beside the records
 * @param mostRecords a new cell has at most that many, whatever its kinds
 * @param children how many cells make one of the next level
 * @param sealAt how many records without aggregates there are before cells are made of them
 * @param keep how many of the latest stay without, since records come a little out of order
 * @param few answers over at most that many records come from the records, so that quantiles are exact
 */
record TreeSettings(int records, int recordsPerKind, int mostRecords, int children, int sealAt, int keep, int few) {

    static final TreeSettings DEFAULTS = new TreeSettings(512, 16, 8192, 8, 3072, 512, 4096);

    /** Returns whether a cell that has grown by late records is to be cut. */
    boolean oversized(long cellRecords, int kinds) {
        return cellRecords > 2L * this.mostRecords
                || cellRecords > 4L * Math.max(this.records, this.recordsPerKind * kinds);
    }
}
