package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.rollup.RollupBuilder;
import org.cloudmesh.ai.telemetry.store.rollup.RollupBuilder.Totals;
import org.jspecify.annotations.Nullable;

/**
 * The writer's side of the tree of roll-ups. Each method belongs into the transaction that changes the records. Not
 * thread-safe.
 *
 * <p><b>Idea.</b> A cell of level 1 covers a run of consecutive records, by row id and so by time; some cells make one
 * of the next level. Cells of level 1 cover all records before {@link #sealed()}; those after it, the tail, have none
 * and are read as rows. Unlike the append-only tree of a JSONL file, cells change: a record that comes late is added to
 * those that cover its time, and a cell that has grown too large is cut. {@link RollupCells} has the cells; the table
 * {@code tree} says which range of ids those of a level cover without a gap.
 *
 * <p><b>Failure.</b> Records are the truth, and cells change in the transaction of their records, so neither a kill nor
 * a second process can part them. What is remembered here is only there to save reading it.
 */
final class RollupTree {

    // More rows than that are not held in memory at once.
    private static final int MOST_ROWS = 1 << 16;

    private final Database database;

    private final RollupTreeSettings settings;

    private final RowLoader loader;

    private final RollupCells.Groups groups;

    private final RollupCells cells;

    private final List<long[]> covered = new ArrayList<>();

    RollupTree(Database database, RollupTreeSettings settings, RowLoader loader, RollupCells.Groups groups) {
        this.database = database;
        this.settings = settings;
        this.loader = loader;
        this.groups = groups;
        this.cells = new RollupCells(database, groups);
    }

    /** Reads what the levels cover. */
    void load() throws SQLException {
        this.covered.clear();
        try (ResultSet rows = this.database.query("SELECT since, until FROM tree ORDER BY level")) {
            while (rows.next()) {
                this.covered.add(new long[] {rows.getLong(1), rows.getLong(2)});
            }
        }
        this.cells.load();
    }

    /** Returns the id before which all records are in cells. */
    long sealed() {
        return this.covered.isEmpty() ? 0 : this.covered.get(0)[1];
    }

    /** Takes in records that are in the table but not in the cells that cover their time. */
    void fold(RowBuffer rows, int to) throws SQLException {
        if (to == 0) {
            return;
        }
        long since = this.covered.get(0)[0];
        int from = rows.indexOf(since);
        if (from > 0) {
            coverBefore(since);
        }
        boolean split = false;
        for (int level = 1; level <= this.covered.size(); level++) {
            long[] range = this.covered.get(level - 1);
            int at = Math.max(level == 1 ? 0 : rows.indexOf(range[0]), level == 1 ? from : 0);
            int end = Math.min(to, rows.indexOf(range[1]));
            while (at < end) {
                RollupCells.Cell cell = this.cells.covering(level, rows.id(at));
                int next = Math.min(end, rows.indexOf(cell.until()));
                split |= fold(level, cell, rows, at, next);
                at = next;
            }
        }
        if (split && this.covered.size() > 1) {
            splitParents(2, rows, to);
        }
    }

    /** Makes cells of the tail's first rows, and removes those; the tail must be complete. */
    RowBuffer seal(RowBuffer tail, long now) throws SQLException {
        int sealable = tail.indexOf(now);
        if (tail.size() > 16 * this.settings.sealAt()) {
            // So much of the future would make every query slow.
            sealable = tail.size();
        }
        if (sealable < this.settings.sealAt()) {
            return tail;
        }
        int at = 0;
        long first = sealed();
        while (true) {
            int end = tail.cellEnd(at, sealable - this.settings.keep(), this.settings);
            if (end < 0) {
                break;
            }
            long until = tail.id(end - 1) + 1;
            insert(1, first, until, tail, at, end);
            first = until;
            at = end;
        }
        if (at == 0) {
            return tail;
        }
        cover(1, first);
        grow();
        return tail.without(at);
    }

    /** Makes cells agree with the table again after records from the one id to before the other were removed. */
    void removed(long from, long to) throws SQLException {
        if (this.covered.isEmpty() || from >= sealed() || to <= this.covered.get(0)[0]) {
            return;
        }
        long since = this.covered.get(0)[0];
        long first = this.cells.firstAt(from, since);
        long until = this.cells.lastBefore(to, since);
        for (int level = 1; level <= this.covered.size(); level++) {
            dropFrom(level, first, until);
        }
        RowBuffer rest = this.loader.load(first, until);
        if (rest.size() > 0) {
            replace(first, until, rest);
        } else if (!this.cells.extendBefore(first, until)) {
            since(1, until);
        }
    }

    /** Drops the cells that have something of that range; above level 1 also all before, so that the others adjoin. */
    private void dropFrom(int level, long first, long until) throws SQLException {
        long from = first;
        long to = until;
        if (level > 1) {
            from = 0;
            to = this.cells.firstFrom(level, until, this.covered.get(level - 1)[1]);
            since(level, to);
        }
        this.cells.remove(level, from, to);
    }

    private void since(int level, long since) throws SQLException {
        this.covered.get(level - 1)[0] = since;
        this.database.update("UPDATE tree SET since = ? WHERE level = ?", since, level);
    }

    /** Makes cells for all records between the id before which nothing is covered and the first cell. */
    private void coverBefore(long since) throws SQLException {
        RowBuffer rows = this.loader.load(0, since);
        if (rows.size() > 0) {
            replace(0, since, rows);
            since(1, 0);
        }
    }

    private boolean fold(int level, RollupCells.Cell cell, RowBuffer rows, int from, int to) throws SQLException {
        long records = cell.records() + to - from;
        if (level == 1 && records > this.settings.records()) {
            Set<Integer> present = new HashSet<>();
            for (int series : this.cells.series(List.of(cell))) {
                present.add(this.groups.of(series));
            }
            if (this.settings.oversized(records, present.size())) {
                this.cells.remove(1, cell);
                replace(cell.first(), cell.until(), this.loader.load(cell.first(), cell.until()));
                return true;
            }
        }
        RollupBuilder rollup = new RollupBuilder();
        this.cells.addTo(rollup, cell, cell.bySeries());
        add(rows, from, to, rollup, cell.bySeries());
        this.cells.update(level, cell, rollup, records);
        return false;
    }

    private void replace(long first, long until, RowBuffer rows) throws SQLException {
        int at = 0;
        long start = first;
        while (at < rows.size()) {
            int end = rows.cellEnd(at, rows.size(), this.settings);
            if (end < 0 || rows.size() - end < this.settings.records()) {
                end = rows.size();
            }
            long next = end == rows.size() ? until : rows.id(end - 1) + 1;
            insert(1, start, next, rows, at, end);
            start = next;
            at = end;
        }
    }

    private void splitParents(int level, RowBuffer rows, int to) throws SQLException {
        long[] range = this.covered.get(level - 1);
        int at = rows.indexOf(range[0]);
        int end = Math.min(to, rows.indexOf(range[1]));
        boolean split = false;
        while (at < end) {
            RollupCells.Cell cell = this.cells.covering(level, rows.id(at));
            at = Math.min(end, rows.indexOf(cell.until()));
            List<RollupCells.Cell> children = this.cells.children(level - 1, cell.first(), cell.until());
            if (children.size() > 2 * this.settings.children()) {
                this.cells.remove(level, cell);
                for (int i = 0; i < children.size(); ) {
                    int last = children.size() - i < 2 * this.settings.children()
                            ? children.size()
                            : i + this.settings.children();
                    combine(level, children.subList(i, last));
                    i = last;
                }
                split = true;
            }
        }
        if (split && level < this.covered.size()) {
            splitParents(level + 1, rows, to);
        }
    }

    private void grow() throws SQLException {
        for (int level = 1; level <= this.covered.size(); level++) {
            long since = level < this.covered.size()
                    ? this.covered.get(level)[1]
                    : this.covered.get(level - 1)[0];
            List<RollupCells.Cell> children = this.cells.children(level, since, Long.MAX_VALUE);
            int at = 0;
            while (children.size() - at >= this.settings.children()) {
                List<RollupCells.Cell> group = children.subList(at, at + this.settings.children());
                combine(level + 1, group);
                at += group.size();
            }
            if (at > 0) {
                if (level == this.covered.size() || this.covered.get(level)[0] >= since) {
                    cover(
                            level + 1,
                            children.get(0).first(),
                            children.get(at - 1).until());
                } else {
                    cover(level + 1, children.get(at - 1).until());
                }
            }
        }
    }

    private void combine(int level, List<RollupCells.Cell> children) throws SQLException {
        long first = children.get(0).first();
        long until = children.get(children.size() - 1).until();
        boolean bySeries = children.stream().allMatch(RollupCells.Cell::bySeries);
        long records = children.stream().mapToLong(RollupCells.Cell::records).sum();
        if (!bySeries
                && records <= MOST_ROWS
                && this.settings.tellsSeriesApart(
                        records, this.cells.series(children).size())) {
            // The children do not know; there are enough records now to tell series apart.
            RowBuffer rows = this.loader.load(first, until);
            insert(level, first, until, rows, 0, rows.size());
            return;
        }
        RollupBuilder rollup = new RollupBuilder();
        for (RollupCells.Cell child : children) {
            this.cells.addTo(rollup, child, bySeries);
        }
        this.cells.insert(level, first, until, rollup, bySeries);
    }

    private void insert(int level, long first, long until, RowBuffer rows, int from, int to) throws SQLException {
        Set<StoredSeries> series = rows.series(from, to);
        long groups = series.stream().map(StoredSeries::group).distinct().count();
        boolean bySeries = series.size() == groups || this.settings.tellsSeriesApart(to - from, series.size());
        RollupBuilder rollup = new RollupBuilder();
        add(rows, from, to, rollup, bySeries);
        this.cells.insert(level, first, until, rollup, bySeries);
    }

    private static void add(RowBuffer rows, int from, int to, RollupBuilder rollup, boolean bySeries) {
        @Nullable StoredSeries series = null;
        @Nullable Totals totals = null;
        for (int i = from; i < to; i++) {
            StoredSeries next = rows.series(i);
            if (totals == null || next != series) {
                series = next;
                totals = rollup.totals(
                        next.id(),
                        bySeries ? next.id() : next.group(),
                        next.metricSet().metrics());
            }
            long id = rows.id(i);
            totals.record(id);
            int values = series.metricSet().metrics().length;
            for (int j = 0; j < values; j++) {
                totals.value(j, rows.value(i, j), id);
            }
        }
    }

    private void cover(int level, long until) throws SQLException {
        cover(level, this.covered.size() < level ? 0 : this.covered.get(level - 1)[0], until);
    }

    private void cover(int level, long since, long until) throws SQLException {
        if (this.covered.size() < level) {
            this.covered.add(new long[] {since, until});
        } else {
            this.covered.set(level - 1, new long[] {since, until});
        }
        this.database.update("INSERT OR REPLACE INTO tree (level, since, until) VALUES (?, ?, ?)", level, since, until);
    }

    /** Reads rows of the record table. */
    @FunctionalInterface
    interface RowLoader {

        /** Returns the rows from the one id to before the other. */
        RowBuffer load(long from, long to) throws SQLException;
    }
}
