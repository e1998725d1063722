package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.AttributeSet;
import org.jspecify.annotations.Nullable;

/** Goes through rows of kinds that are chosen in part, since rows carry the attributes that are asked for. */
final class PartialRows {

    /** Number of the first column that a caller asks for. */
    static final int FIRST_COLUMN = 4;

    private static final int ROWS_BETWEEN_CHECKS = 256;

    private final Database database;

    private final ResolvedFilter selection;

    private final Deadline deadline;

    PartialRows(Database database, ResolvedFilter selection, Deadline deadline) {
        this.database = database;
        this.selection = selection;
        this.deadline = deadline;
    }

    /**
     * Shows the chosen rows, in the order of their ids.
     *
     * @param columns names of further columns, each after a comma
     */
    void forEach(String columns, Visitor visitor) throws SQLException {
        if (this.selection.partial().isEmpty()) {
            return;
        }
        try (ResultSet rows = this.database.query(
                "SELECT id, kind, attributes" + columns + " FROM record WHERE id >= ? AND id < ?"
                        + this.selection.partialCondition() + this.selection.readingCondition() + " ORDER BY id",
                this.selection.from(),
                this.selection.to())) {
            int seen = 0;
            while (rows.next()) {
                if (++seen % ROWS_BETWEEN_CHECKS == 0) {
                    this.deadline.check();
                }
                Kind kind = this.selection.partial().get(rows.getInt(2));
                if (kind != null) {
                    Row row = new Row(rows, kind);
                    if (isChosen(row)) {
                        visitor.visit(row);
                    }
                }
            }
        }
    }

    private boolean isChosen(Row row) throws SQLException {
        for (RecordFilter.Attribute attribute : this.selection.filter().attributes()) {
            if (!attribute.value().equals(row.attribute(attribute.key()))) {
                return false;
            }
        }
        return true;
    }

    /** Is given rows. */
    @FunctionalInterface
    interface Visitor {

        void visit(Row row) throws SQLException;
    }

    /** The present row. */
    static final class Row {

        private final ResultSet columns;

        private final Kind kind;

        private @Nullable String carried;

        Row(ResultSet columns, Kind kind) {
            this.columns = columns;
            this.kind = kind;
        }

        long id() throws SQLException {
            return this.columns.getLong(1);
        }

        Kind kind() {
            return this.kind;
        }

        ResultSet columns() {
            return this.columns;
        }

        /** Returns the value of an attribute; null when the row has none of that key. */
        @Nullable
        String attribute(String key) throws SQLException {
            AttributeSet set = this.kind.attributes();
            if (set == null) {
                return null;
            }
            String fixed = set.fixed().get(key);
            if (fixed != null || !set.mayVary(key)) {
                return fixed;
            }
            if (this.carried == null) {
                this.carried = this.columns.getString(3);
            }
            if (this.carried == null) {
                return null;
            }
            return set.names() == null
                    ? JsonLists.textMap(this.carried).get(key)
                    : JsonLists.text(this.carried, set.names().indexOf(key));
        }
    }
}
