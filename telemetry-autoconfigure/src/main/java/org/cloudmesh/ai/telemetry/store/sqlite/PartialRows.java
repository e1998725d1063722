package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.FilterableRecord;
import org.cloudmesh.ai.telemetry.store.NamePattern;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.AttributeSet;
import org.jspecify.annotations.Nullable;

/** Goes through rows of kinds that are chosen in part, since rows carry the attributes that are asked for. */
final class PartialRows {

    /** Number of the first column that a caller asks for. */
    static final int FIRST_COLUMN = 5;

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
        boolean filtered = !this.selection.filter().conditions().isEmpty();
        try (ResultSet rows = this.database.query(
                "SELECT id, kind, attributes, message" + columns + " FROM record WHERE id >= ? AND id < ?"
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
                    Row row = new Row(rows, kind, filtered);
                    if (this.selection.filter().matches(row)) {
                        visitor.visit(row);
                    }
                }
            }
        }
    }

    /** Is given rows. */
    @FunctionalInterface
    interface Visitor {

        void visit(Row row) throws SQLException;
    }

    /** The present row, with what filters look at. */
    static final class Row implements FilterableRecord {

        private final ResultSet columns;

        private final Kind kind;

        private final KindLabels labels;

        private final @Nullable String carried;

        private final @Nullable String message;

        Row(ResultSet columns, Kind kind, boolean withMessage) throws SQLException {
            this.columns = columns;
            this.kind = kind;
            this.labels = new KindLabels(kind);
            this.carried = columns.getString(3);
            this.message = withMessage ? columns.getString(4) : null;
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

        @Override
        public String command() {
            return this.labels.command();
        }

        @Override
        public @Nullable String run() {
            return this.labels.run();
        }

        @Override
        public String status() {
            return this.labels.status();
        }

        @Override
        public @Nullable String event() {
            return this.labels.event();
        }

        @Override
        public boolean has(NamePattern metric) {
            return this.labels.has(metric);
        }

        @Override
        public @Nullable String message() {
            return this.message;
        }

        @Override
        public @Nullable String attribute(String key) {
            AttributeSet set = this.kind.attributes();
            if (set == null) {
                return null;
            }
            String fixed = set.fixed().get(key);
            if (fixed != null || this.carried == null || !set.mayVary(key)) {
                return fixed;
            }
            return set.names() == null
                    ? JsonLists.textMap(this.carried).get(key)
                    : JsonLists.text(this.carried, set.names().indexOf(key));
        }

        @Override
        public void attributes(Predicate<String> wanted, BiConsumer<String, @Nullable String> visitor) {
            RecordRows.attributes(this.kind.attributes(), this.carried)
                    .forEach((key, value) -> visitor.accept(key, wanted.test(key) ? value : null));
        }
    }
}
