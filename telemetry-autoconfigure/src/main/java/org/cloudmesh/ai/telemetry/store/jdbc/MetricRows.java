package org.cloudmesh.ai.telemetry.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.store.jdbc.Kind.Shape;
import org.jspecify.annotations.Nullable;

/** Reads one metric of rows. The fewer columns it takes, the faster: each costs as much as the row itself. */
final class MetricRows {

    private final String metric;

    private final Map<Integer, Kind> kinds;

    private final String sql;

    private final String lastSql;

    private final int[] columns = new int[Shape.COLUMNS];

    /** Stands for all kinds when no row's kind matters. */
    private final @Nullable Kind only;

    private int moreColumn;

    MetricRows(String metric, Selection selection, boolean ungrouped) {
        this.metric = metric;
        this.kinds = selection.whole();
        TreeSet<Integer> positions = new TreeSet<>();
        for (Kind kind : this.kinds.values()) {
            positions.add(Math.min(Shape.COLUMNS, kind.shape().indexOf(metric)));
        }
        String condition = selection.wholeCondition();
        this.lastSql = "SELECT max(id) FROM record WHERE id >= ? AND id < ?" + condition;
        if (ungrouped && selection.tellsKinds() && positions.size() == 1 && positions.first() < Shape.COLUMNS) {
            this.only = this.kinds.values().iterator().next();
            this.sql = sql("v" + positions.first(), condition);
            return;
        }
        this.only = null;
        StringBuilder names = new StringBuilder("id, kind");
        int column = 3;
        for (int position : positions) {
            if (position == Shape.COLUMNS) {
                names.append(", more");
                this.moreColumn = column;
            } else {
                names.append(", v").append(position);
                this.columns[position] = column++;
            }
        }
        this.sql = sql(names.toString(), condition);
    }

    /**
     * Returns the kind that may stand for all, when no row's kind matters: the query then has the value as its only column.
     */
    @Nullable
    Kind only() {
        return this.only;
    }

    /** Returns a query for the last id that {@link #sql()} covers. */
    String lastSql() {
        return this.lastSql;
    }

    /** Returns the query, whose parameters are the ids between which rows lie; the id is its first column. */
    String sql() {
        return this.sql;
    }

    /** Returns the kind of the present row; null when it is not chosen. */
    @Nullable
    Kind kind(ResultSet row) throws SQLException {
        return this.kinds.get(row.getInt(2));
    }

    double value(ResultSet row, Kind kind) throws SQLException {
        int position = kind.shape().indexOf(this.metric);
        return position < Shape.COLUMNS
                ? row.getDouble(this.columns[position])
                : JsonLists.numbers(row.getString(this.moreColumn))[position - Shape.COLUMNS];
    }

    private static String sql(String columns, String condition) {
        return "SELECT " + columns + " FROM record WHERE id >= ? AND id < ?" + condition + " ORDER BY id";
    }
}
