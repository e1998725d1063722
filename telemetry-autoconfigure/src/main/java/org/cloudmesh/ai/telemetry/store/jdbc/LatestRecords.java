package org.cloudmesh.ai.telemetry.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordMatcher;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.jdbc.TreePlan.Part;

/** Finds the latest chosen records: goes back in time, past cells that hold none. */
final class LatestRecords {

    private final Database database;

    private final Selection selection;

    private final Deadline deadline;

    private final RecordRows rows;

    private final RecordMatcher matcher;

    private final Set<Integer> kinds = new HashSet<>();

    private final List<TelemetryRecord> found = new ArrayList<>();

    private final List<Long> ids = new ArrayList<>();

    LatestRecords(Database database, Catalog catalog, Selection selection, Deadline deadline) {
        this.database = database;
        this.selection = selection;
        this.deadline = deadline;
        this.rows = new RecordRows(database, catalog);
        this.matcher = new RecordMatcher(selection.filter());
        this.kinds.addAll(selection.whole().keySet());
        this.kinds.addAll(selection.partial().keySet());
    }

    /** Returns the latest records whose ids are before that one. */
    RecordPage page(long before, int limit) throws SQLException {
        long to = Math.min(before, this.selection.to());
        if (!this.selection.isEmpty() && this.selection.from() < to) {
            List<long[]> covered = TreePlan.coverage(this.database);
            search(covered, this.selection.all() ? 0 : covered.size(), this.selection.from(), to, limit + 1);
        }
        if (this.found.size() <= limit) {
            return new RecordPage(this.found, null);
        }
        return new RecordPage(this.found.subList(0, limit), Long.toString(this.ids.get(limit - 1)));
    }

    private void search(List<long[]> covered, int level, long from, long to, int wanted) throws SQLException {
        if (from >= to || this.found.size() >= wanted) {
            return;
        }
        this.deadline.check();
        if (level == 0) {
            collect(from, to, wanted);
            return;
        }
        long[] range = covered.get(level - 1);
        long since = Math.max(from, range[0]);
        long until = Math.min(to, range[1]);
        if (since >= until) {
            search(covered, level - 1, from, to, wanted);
            return;
        }
        search(covered, level - 1, until, to, wanted);
        List<Part> cells = TreePlan.cells(this.database, level, since, until);
        for (int i = cells.size() - 1; i >= 0 && this.found.size() < wanted; i--) {
            Part cell = cells.get(i);
            if (hasChosen(cell)) {
                search(covered, level - 1, Math.max(since, cell.first()), Math.min(until, cell.until()), wanted);
            }
        }
        search(covered, level - 1, from, since, wanted);
    }

    private boolean hasChosen(Part cell) throws SQLException {
        try (ResultSet row = this.database.query("SELECT data FROM aggregate WHERE id = ?", cell.cell() << 32)) {
            if (!row.next()) {
                return true;
            }
            AggregateCodec.Cursor cursor = new AggregateCodec.Cursor(row.getBytes(1), cell.first());
            while (cursor.next()) {
                if (this.kinds.contains(cursor.kind())) {
                    return true;
                }
            }
            return false;
        }
    }

    private void collect(long from, long to, int wanted) throws SQLException {
        try (ResultSet row = this.database.query(
                "SELECT " + RecordRows.COLUMNS + " FROM record WHERE id >= ? AND id < ?" + this.selection.condition()
                        + " ORDER BY id DESC",
                from,
                to)) {
            while (this.found.size() < wanted && row.next()) {
                if (this.kinds.contains(row.getInt(2))) {
                    TelemetryRecord record = this.rows.read(row);
                    if (this.matcher.matches(record)) {
                        this.found.add(record);
                        this.ids.add(row.getLong(1));
                    }
                }
            }
        }
    }
}
