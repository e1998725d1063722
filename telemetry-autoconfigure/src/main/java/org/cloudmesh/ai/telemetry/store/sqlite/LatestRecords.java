package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.AggregateCodec;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordMatcher;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.sqlite.QueryPlan.Part;
import org.jspecify.annotations.Nullable;

/** Finds the latest chosen records: goes back in time, past cells that hold none. */
final class LatestRecords {

    private static final int MOST_AT_ONCE = 256;

    private final Database database;

    private final ResolvedFilter selection;

    private final Deadline deadline;

    private final RecordRows rows;

    private final RecordMatcher matcher;

    private final Set<Integer> kinds = new HashSet<>();

    private final List<TelemetryRecord> found = new ArrayList<>();

    private @Nullable Cursor after;

    private int wanted;

    private long waitingFrom;

    private long waitingTo;

    private int waiting;

    private int patience = 1;

    LatestRecords(Database database, Catalog catalog, ResolvedFilter selection, Deadline deadline) {
        this.database = database;
        this.selection = selection;
        this.deadline = deadline;
        this.rows = new RecordRows(database, catalog);
        this.matcher = new RecordMatcher(selection.filter());
        this.kinds.addAll(selection.whole().keySet());
        this.kinds.addAll(selection.partial().keySet());
    }

    /**
     * Returns a page.
     *
     * @param after where the page before ended; null for the first page
     */
    RecordPage page(@Nullable Cursor after, int limit) throws SQLException {
        this.after = after;
        long end = after == null ? Long.MAX_VALUE : RowIds.bound(after.micros + 1);
        long to = Math.min(end, this.selection.to());
        this.wanted = limit + 1;
        if (!this.selection.isEmpty() && this.selection.from() < to) {
            List<long[]> covered = QueryPlan.coverage(this.database);
            search(
                    covered,
                    this.selection.all() || this.selection.rowsOnly() ? 0 : covered.size(),
                    this.selection.from(),
                    to);
            read();
        }
        this.found.sort(RecordRows.IN_ORDER.reversed());
        if (this.found.size() <= limit) {
            return new RecordPage(this.found, null);
        }
        TelemetryRecord last = this.found.get(limit - 1);
        return new RecordPage(this.found.subList(0, limit), new Cursor(last.timestampMicros(), last.id()).toString());
    }

    private void search(List<long[]> covered, int level, long from, long to) throws SQLException {
        if (from >= to || enough(to - 1)) {
            return;
        }
        this.deadline.check();
        if (level == 0) {
            add(from, to);
            return;
        }
        long[] range = covered.get(level - 1);
        long since = Math.max(from, range[0]);
        long until = Math.min(to, range[1]);
        if (since >= until) {
            search(covered, level - 1, from, to);
            return;
        }
        search(covered, level - 1, until, to);
        List<Part> cells = QueryPlan.cells(this.database, level, since, until);
        for (int i = cells.size() - 1; i >= 0; i--) {
            Part cell = cells.get(i);
            if (enough(cell.until() - 1)) {
                return;
            }
            if (hasChosen(cell)) {
                search(covered, level - 1, Math.max(since, cell.first()), Math.min(until, cell.until()));
            }
        }
        search(covered, level - 1, from, since);
    }

    /** Returns whether all is found: rows of one microsecond are not in the order of their records. */
    private boolean enough(long id) {
        return this.found.size() >= this.wanted
                && this.found.get(this.found.size() - 1).timestampMicros() > RowIds.micros(id);
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

    /** Adds rows to those that wait to be read. Where cells promise much and rows hold little, ever more are read at once. */
    private void add(long from, long to) throws SQLException {
        if (to != this.waitingFrom) {
            read();
            this.waitingTo = to;
        }
        this.waitingFrom = from;
        if (++this.waiting >= this.patience) {
            this.patience = Math.min(MOST_AT_ONCE, 2 * this.patience);
            read();
        }
    }

    private void read() throws SQLException {
        if (this.waitingFrom < this.waitingTo) {
            collect(this.waitingFrom, this.waitingTo);
        }
        this.waitingTo = this.waitingFrom;
        this.waiting = 0;
    }

    private void collect(long from, long to) throws SQLException {
        try (ResultSet row = this.database.query(
                "SELECT " + RecordRows.COLUMNS + " FROM record WHERE id >= ? AND id < ?" + this.selection.condition()
                        + this.selection.readingCondition() + " ORDER BY id DESC",
                from,
                to)) {
            while (row.next() && !enough(row.getLong(1))) {
                if (this.kinds.contains(row.getInt(2))) {
                    TelemetryRecord record = this.rows.read(row);
                    if (this.matcher.matches(record) && (this.after == null || this.after.isBefore(record))) {
                        this.found.add(record);
                    }
                }
            }
        }
    }

    /** Where a page ended. */
    record Cursor(long micros, String id) {

        static Cursor parse(String text) {
            int colon = text.indexOf(':');
            try {
                return new Cursor(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
            } catch (NumberFormatException | IndexOutOfBoundsException ex) {
                throw new QueryException(QueryException.Reason.BAD_CURSOR, "The cursor is not one of this store", ex);
            }
        }

        private boolean isBefore(TelemetryRecord record) {
            return record.timestampMicros() < this.micros
                    || (record.timestampMicros() == this.micros && record.id().compareTo(this.id) < 0);
        }

        @Override
        public String toString() {
            return this.micros + ":" + this.id;
        }
    }
}
