package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The reader's side of the tree: how a range of ids, cut into buckets, is made up of cells that lie within one bucket, the
 * largest first, and rows at the edges and in the tail.
 */
final class QueryPlan {

    private final Database database;

    private final long[] edges;

    private final boolean byKind;

    private final List<long[]> covered = new ArrayList<>();

    private final List<Part> parts = new ArrayList<>();

    private QueryPlan(Database database, boolean byKind, long[] edges) throws SQLException {
        this.database = database;
        this.byKind = byKind;
        this.edges = edges;
        try (ResultSet rows = database.query("SELECT since, until FROM tree ORDER BY level")) {
            while (rows.next()) {
                this.covered.add(new long[] {rows.getLong(1), rows.getLong(2)});
            }
        }
    }

    /**
     * Makes a plan.
     *
     * @param byKind whether a cell is of use only when it tells all kinds apart
     * @param few ranges with no more records than that are answered from the rows, for the sake of exact quantiles
     * @param edges ids, rising; bucket i begins with edge i and ends before the next one
     * @return the parts in the order of time
     */
    static List<Part> of(Database database, boolean byKind, int few, long... edges) throws SQLException {
        QueryPlan plan = new QueryPlan(database, byKind, edges);
        long from = edges[0];
        long to = edges[edges.length - 1];
        plan.cover(plan.covered.size(), from, to);
        long inCells = 0;
        for (Part part : plan.parts) {
            inCells += part.records;
        }
        return inCells > few ? plan.parts : List.of(Part.rows(from, to));
    }

    /** Returns the levels' coverage, the lowest first: since and until. */
    static List<long[]> coverage(Database database) throws SQLException {
        return new QueryPlan(database, false, new long[] {0, 0}).covered;
    }

    /** Returns the cells of a level that overlap a range, in the order of time. */
    static List<Part> cells(Database database, int level, long from, long to) throws SQLException {
        List<Part> cells = new ArrayList<>();
        try (ResultSet rows = database.query(
                "SELECT first, until, id, records, by_kind FROM cell WHERE level = ? AND first < ? AND first >= coalesce("
                        + "(SELECT max(first) FROM cell WHERE level = ? AND first <= ?), 0) ORDER BY first",
                level,
                to,
                level,
                from)) {
            while (rows.next()) {
                cells.add(new Part(
                        -1, rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getInt(5) == 1));
            }
        }
        return cells;
    }

    private void cover(int level, long from, long to) throws SQLException {
        if (from >= to) {
            return;
        }
        if (level == 0) {
            rows(from, to);
            return;
        }
        long[] range = this.covered.get(level - 1);
        long since = Math.max(from, range[0]);
        long until = Math.min(to, range[1]);
        if (since >= until) {
            cover(level - 1, from, to);
            return;
        }
        cover(level - 1, from, since);
        for (Part cell : cells(this.database, level, since, until)) {
            int bucket = bucket(cell.first);
            if (cell.first >= since
                    && cell.until <= until
                    && cell.until <= this.edges[bucket + 1]
                    && (cell.byKind || !this.byKind)) {
                this.parts.add(new Part(bucket, cell.first, cell.until, cell.cell, cell.records, cell.byKind));
            } else {
                cover(level - 1, Math.max(cell.first, since), Math.min(cell.until, until));
            }
        }
        cover(level - 1, until, to);
    }

    private void rows(long from, long to) {
        int last = this.parts.size() - 1;
        if (last >= 0 && !this.parts.get(last).isCell() && this.parts.get(last).until == from) {
            this.parts.set(last, Part.rows(this.parts.get(last).first, to));
        } else {
            this.parts.add(Part.rows(from, to));
        }
    }

    private int bucket(long id) {
        return bucket(this.edges, id);
    }

    /** Returns the bucket of an id that lies between the first and the last edge; the first one when it lies before. */
    static int bucket(long[] edges, long id) {
        int at = Arrays.binarySearch(edges, id);
        return Math.max(0, Math.min(edges.length - 2, at >= 0 ? at : -2 - at));
    }

    /**
     * A cell, or rows.
     *
     * @param bucket of the cell
     * @param first id that it begins with
     * @param until id that it ends before
     * @param cell its id; 0 for rows
     * @param records of the cell
     * @param byKind whether the cell tells all kinds apart
     */
    record Part(int bucket, long first, long until, long cell, long records, boolean byKind) {

        static Part rows(long first, long until) {
            return new Part(-1, first, until, 0, 0, false);
        }

        boolean isCell() {
            return this.cell != 0;
        }
    }
}
