package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one metric of rows of wholly chosen kinds. */
final class MetricRows {

    private final Map<Integer, Kind> kinds;

    private final ValueColumns values;

    private final String sql;

    private final String lastSql;

    /** Stands for all kinds when no row's kind matters. */
    private final @Nullable Kind only;

    MetricRows(String metric, ResolvedFilter selection, boolean ungrouped) {
        this.kinds = selection.whole();
        this.values = new ValueColumns(metric, this.kinds.values(), 3);
        String condition = selection.wholeCondition();
        boolean alone =
                ungrouped && selection.tellsKinds() && !this.values.only().isEmpty();
        this.only = alone ? this.kinds.values().iterator().next() : null;
        this.lastSql = "SELECT max(id) FROM record WHERE id >= ? AND id < ?" + condition;
        this.sql = "SELECT " + (alone ? this.values.only() : "id, kind" + this.values.names())
                + " FROM record WHERE id >= ? AND id < ?" + condition + " ORDER BY id";
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
        return this.values.value(row, kind);
    }
}
