package org.cloudmesh.ai.telemetry.store.sqlite;

/**
 * How the tree of aggregates is cut.
 *
 * @param records least number of records of a new cell
 * @param recordsPerGroup the same for each group of series in it, so that aggregates stay small beside the records
 * @param recordsPerSeries a cell with that many for each series tells all series apart
 * @param mostRecords a new cell has at most that many, whatever its series
 * @param children how many cells make one of the next level
 * @param sealAt how many records without aggregates there are before cells are made of them
 * @param keep how many of the latest stay without, since records come a little out of order
 * @param run how many records the index of attributes takes in at once
 * @param few answers over at most that many records come from the records, so that quantiles are exact
 */
record RollupTreeSettings(
        int records,
        int recordsPerGroup,
        int recordsPerSeries,
        int mostRecords,
        int children,
        int sealAt,
        int keep,
        int run,
        int few) {

    static final RollupTreeSettings DEFAULTS =
            new RollupTreeSettings(768, 16, 64, 8192, 8, 3072, 512, AttributeIndex.RUN, 4096);

    /** Returns whether a cell of so many records is to tell so many series apart. */
    boolean tellsSeriesApart(long cellRecords, int series) {
        return cellRecords >= (long) this.recordsPerSeries * series;
    }

    /** Returns whether a cell that late records made too large must be split. */
    boolean oversized(long cellRecords, int groups) {
        return cellRecords > 2L * this.mostRecords
                || cellRecords > 4L * Math.max(this.records, this.recordsPerGroup * groups);
    }
}
