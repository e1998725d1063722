package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.rollup.RollupBuilder;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a {@link RollupTree}. {@code cell} has the bounds of each cell: first included, until excluded.
 * {@code aggregate} has, by cell id and metric, what {@link RollupBuilder} encodes, with row ids as positions, counted
 * from the cell's first. Not thread-safe.
 */
final class RollupCells {

    private static final String CELL = "SELECT first, until, id, records, by_kind FROM cell WHERE level = ? AND ";

    private final Database database;

    private final Groups groups;

    private long nextCell;

    RollupCells(Database database, Groups groups) {
        this.database = database;
        this.groups = groups;
    }

    /** Reads which id is the next cell's. */
    void load() throws SQLException {
        this.nextCell = this.database.number("SELECT value FROM mark WHERE name = 'next-cell'", 1);
    }

    /** Returns where the cell of level 1 begins that has a row, or the other number if there is none. */
    long firstAt(long row, long none) throws SQLException {
        return this.database.number("SELECT max(first) FROM cell WHERE level = 1 AND first <= ?", none, row);
    }

    /** Returns where the last cell of level 1 ends that begins before a row, or the other number if there is none. */
    long lastBefore(long row, long none) throws SQLException {
        return this.database.number(
                "SELECT until FROM cell WHERE level = 1 AND first < ? ORDER BY first DESC LIMIT 1", none, row);
    }

    /** Returns where the first cell begins that does so at a row or after it, or the other number if there is none. */
    long firstFrom(int level, long row, long none) throws SQLException {
        return this.database.number(
                "SELECT first FROM cell WHERE level = ? AND first >= ? ORDER BY first LIMIT 1", none, level, row);
    }

    /** Lets the last cell of level 1 before a row reach further; returns whether there is one. */
    boolean extendBefore(long row, long until) throws SQLException {
        return this.database.update(
                        "UPDATE cell SET until = ? WHERE level = 1 AND first ="
                                + " (SELECT max(first) FROM cell WHERE level = 1 AND first < ?)",
                        until,
                        row)
                > 0;
    }

    /** Removes the cells that begin from the one id to before the other. */
    void remove(int level, long from, long to) throws SQLException {
        try (ResultSet rows = this.database.query(
                "SELECT id FROM cell WHERE level = ? AND first >= ? AND first < ? ORDER BY first", level, from, to)) {
            while (rows.next()) {
                removeRollup(rows.getLong(1));
            }
        }
        this.database.update("DELETE FROM cell WHERE level = ? AND first >= ? AND first < ?", level, from, to);
    }

    void remove(int level, Cell cell) throws SQLException {
        this.database.update("DELETE FROM cell WHERE level = ? AND first = ?", level, cell.first);
        removeRollup(cell.id);
    }

    private void removeRollup(long cell) throws SQLException {
        this.database.update("DELETE FROM aggregate WHERE id >= ? AND id < ?", cell << 32, (cell + 1) << 32);
    }

    /** Returns the cell that has a row. */
    Cell covering(int level, long id) throws SQLException {
        List<Cell> cells = cells(CELL + "first <= ? ORDER BY first DESC LIMIT 1", level, id);
        if (cells.isEmpty()) {
            throw new SQLException("No cell of level " + level + " covers record " + id);
        }
        return cells.get(0);
    }

    /** Returns the cells that begin from the one id to before the other, in order. */
    List<Cell> children(int level, long first, long until) throws SQLException {
        return cells(CELL + "first >= ? AND first < ? ORDER BY first", level, first, until);
    }

    private List<Cell> cells(String sql, @Nullable Object... parameters) throws SQLException {
        List<Cell> cells = new ArrayList<>();
        try (ResultSet rows = this.database.query(sql, parameters)) {
            while (rows.next()) {
                cells.add(new Cell(
                        rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getInt(5) == 1));
            }
        }
        return cells;
    }

    /** Returns the series that cells have records of. */
    Set<Integer> series(List<Cell> cells) throws SQLException {
        Set<Integer> series = new HashSet<>();
        for (Cell cell : cells) {
            try (ResultSet rows = this.database.query("SELECT data FROM aggregate WHERE id = ?", cell.id << 32)) {
                if (rows.next()) {
                    RollupEntries entries = entries(rows.getBytes(1), cell.first);
                    while (entries.next()) {
                        series.add(entries.series());
                    }
                }
            }
        }
        return series;
    }

    /** Adds what a cell knows to a roll-up. */
    void addTo(RollupBuilder rollup, Cell cell, boolean bySeries) throws SQLException {
        try (ResultSet data = this.database.query(
                "SELECT id & 4294967295, data FROM aggregate WHERE id >= ? AND id < ?",
                cell.id << 32,
                (cell.id + 1) << 32)) {
            while (data.next()) {
                rollup.<SQLException>merge(
                        (int) data.getLong(1),
                        entries(data.getBytes(2), cell.first),
                        (series) -> bySeries ? series : this.groups.of(series));
            }
        }
    }

    // Positions stay row ids here.
    private static RollupEntries entries(byte[] data, long first) {
        return new RollupEntries(data, 0, data.length, first, 0);
    }

    void insert(int level, long first, long until, RollupBuilder rollup, boolean bySeries) throws SQLException {
        long id = this.nextCell++;
        this.database.update(
                "INSERT INTO cell (level, first, until, id, records, by_kind) VALUES (?, ?, ?, ?, ?, ?)",
                level,
                first,
                until,
                id,
                rollup.records(),
                bySeries ? 1 : 0);
        this.database.update("INSERT OR REPLACE INTO mark (name, value) VALUES ('next-cell', ?)", this.nextCell);
        write(id, rollup.encode(first));
    }

    /** Says anew what a cell knows. */
    void update(int level, Cell cell, RollupBuilder rollup, long records) throws SQLException {
        write(cell.id, rollup.encode(cell.first));
        this.database.update("UPDATE cell SET records = ? WHERE level = ? AND first = ?", records, level, cell.first);
    }

    private void write(long cell, Map<Integer, byte[]> metrics) throws SQLException {
        PreparedStatement insert = this.database.prepare("INSERT OR REPLACE INTO aggregate (id, data) VALUES (?, ?)");
        insert.clearBatch();
        for (Map.Entry<Integer, byte[]> metric : metrics.entrySet()) {
            insert.setLong(1, cell << 32 | metric.getKey());
            insert.setBytes(2, metric.getValue());
            insert.addBatch();
        }
        insert.executeBatch();
    }

    /** Knows the group of each series. */
    @FunctionalInterface
    interface Groups {

        int of(int series) throws SQLException;
    }

    /**
     * A cell.
     *
     * @param first row, included
     * @param until the first row after it
     * @param id of what it knows
     * @param records how many
     * @param bySeries whether it tells series apart, not groups of them alone
     */
    record Cell(long first, long until, long id, long records, boolean bySeries) {}
}
