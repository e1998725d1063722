package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.file.RetentionClock;

/**
 * Removes the oldest records in small steps, so that the writer never waits long. {@link #written} keeps up with what
 * comes in: it removes at most twice as much as was written. {@link #apply} does what is left when nothing is written,
 * and gives room back to the disk. What another program wrote stays. Used by the writer's thread.
 */
final class Retention {

    private static final long BUDGET = TimeUnit.MILLISECONDS.toNanos(40);

    private static final int ROWS_AT_ONCE = 2048;

    private static final int PAGES_AT_ONCE = 64;

    // Looking costs some microseconds; records of many kilobytes fill the file before there are so many of them.
    private static final int RECORDS_BETWEEN = 4096;

    private static final long NANOS_BETWEEN = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long MOST_SLACK = 16 << 20;

    private static final String FOREIGN =
            "kind IN (SELECT k.id FROM kind k JOIN process p ON p.id = k.process WHERE p.token = 'python')";

    private final DatabaseFile file;

    private final TelemetrySettings.Retention settings;

    private final RetentionClock clock;

    private final long limit;

    private final long slack;

    private long from;

    private boolean removed;

    private long written;

    private long lookedAt = System.nanoTime();

    private final Outboxes outboxes;

    Retention(DatabaseFile file, TelemetrySettings.Retention settings, RetentionClock clock, Outboxes outboxes) {
        this.outboxes = outboxes;
        this.file = file;
        this.settings = settings;
        this.clock = clock;
        this.limit = settings.maxBytes();
        this.slack = this.limit > 0 ? Math.min(MOST_SLACK, this.limit / 4) : MOST_SLACK;
    }

    /** Keeps the log of a small file small too, and compares the clock with what is there. */
    void prepare(OpenDatabase session) throws SQLException {
        Database database = session.database();
        // Records of the future tell nothing.
        long newest = database.number(
                "SELECT max(id) FROM record WHERE id <= ?",
                -1,
                RowIds.first(TimeUnit.MILLISECONDS.toMicros(this.clock.wallMillis())));
        this.clock.begin(Math.max(
                this.file.modified(),
                newest < 0 ? Long.MIN_VALUE : TimeUnit.MICROSECONDS.toMillis(RowIds.micros(newest))));
        WalResetGuard guard = session.guard();
        if (guard != null) {
            guard.limit(this.slack / 2);
            return;
        }
        long pages = this.slack / 2 / Math.max(1, database.number("PRAGMA page_size", 0));
        if (pages < database.number("PRAGMA wal_autocheckpoint", 0)) {
            database.script("PRAGMA wal_autocheckpoint = " + Math.max(1, pages));
        }
    }

    /** Makes room, after records were written, for as many and for as many again. */
    void written(OpenDatabase session, int records) throws SQLException {
        this.written += records;
        long now = System.nanoTime();
        if (this.written < RECORDS_BETWEEN && now - this.lookedAt < NANOS_BETWEEN) {
            return;
        }
        this.lookedAt = now;
        long due = 2 * this.written;
        this.written = 0;
        while (due > 0) {
            int removed = step(session, true);
            if (removed == 0) {
                break;
            }
            due -= removed;
        }
    }

    /** Does some of what is due. */
    void apply(OpenDatabase session) throws SQLException {
        Database database = session.database();
        long end = System.nanoTime() + BUDGET;
        // Late records may be older than those that were the oldest.
        this.from = 0;
        while (System.nanoTime() - end < 0 && step(session, false) > 0) {
            continue;
        }
        forgetReadings(session);
        long pages = database.number("PRAGMA page_count", 0);
        while (System.nanoTime() - end < 0
                && free(database) > (this.limit > 0 && this.file.bytes() > this.limit ? 0 : pages / 4)) {
            database.script("PRAGMA incremental_vacuum(" + PAGES_AT_ONCE + ")");
        }
        WalResetGuard guard = session.guard();
        if (guard != null) {
            guard.written(this.file.walBytes());
        } else if (this.file.walBytes() > this.slack) {
            truncateLog(database);
        }
    }

    private static void truncateLog(Database database) throws SQLException {
        // A query that reads the log keeps it from being cut. The writer does not wait for that; the next call tries
        // again.
        long patience = database.number("PRAGMA busy_timeout", 0);
        database.script("PRAGMA busy_timeout = 0");
        try {
            database.script("PRAGMA wal_checkpoint(TRUNCATE)");
        } finally {
            database.script("PRAGMA busy_timeout = " + patience);
        }
    }

    /**
     * Removes some of the oldest records.
     *
     * @param wholeCells whether only those go whose cells go with them, so that nothing that is remembered changes
     * @return how many are gone
     */
    private int step(OpenDatabase session, boolean wholeCells) throws SQLException {
        Database database = session.database();
        Duration age = this.settings.maxAge();
        boolean large = isLarge(database);
        if (!large && age == null) {
            return 0;
        }
        long oldest = database.number(
                "SELECT id FROM record WHERE id >= ? AND NOT " + FOREIGN + " ORDER BY id LIMIT 1", -1, this.from);
        int readings = removeReadings(database, large, oldest < 0 ? Long.MAX_VALUE : oldest);
        if (readings > 0 || oldest < 0) {
            return readings;
        }
        this.from = oldest;
        long most = Long.MAX_VALUE;
        if (!large && age != null) {
            // Age takes nothing that a remote store does not have yet; only the bound of the size does.
            most = Math.min(cutoff(age), this.outboxes.firstUnsent(database));
        }
        long cells = endOfCells(database, oldest, most);
        long bound = cells > oldest || wholeCells ? cells : endWithinCell(database, oldest, most);
        if (bound <= oldest) {
            return 0;
        }
        this.removed = true;
        database.durable(false);
        this.outboxes.lock();
        boolean done = false;
        try {
            int removed = database.write(() -> remove(session, oldest, bound));
            done = true;
            return removed;
        } finally {
            this.outboxes.removed(done);
            this.outboxes.unlock();
        }
    }

    /**
     * Removes some of the oldest readings between records: when room is needed, those that are older than all records;
     * else those that are too old.
     */
    private int removeReadings(Database database, boolean large, long oldestRecord) throws SQLException {
        Duration age = this.settings.maxAge();
        long oldest = database.number("SELECT min(id) FROM history", Long.MAX_VALUE);
        long bound = large || age == null ? oldestRecord : cutoff(age);
        // As with records, not for each single one that comes of age.
        boolean due = large
                ? oldest < bound
                : age != null
                        && RowIds.micros(oldest)
                                < RowIds.micros(bound) - TimeUnit.MILLISECONDS.toMicros(age.toMillis()) / 64;
        if (!due) {
            return 0;
        }
        database.durable(false);
        return database.write(() -> database.update(
                "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE id < ? ORDER BY id LIMIT " + ROWS_AT_ONCE
                        + ")",
                bound));
    }

    private int remove(OpenDatabase session, long oldest, long bound) throws SQLException {
        Database database = session.database();
        session.refresh();
        int removed = this.outboxes.remove(
                database,
                oldest,
                bound,
                FOREIGN,
                () -> database.update("DELETE FROM record WHERE id >= ? AND id < ? AND NOT " + FOREIGN, oldest, bound));
        RollupTree tree = session.inserter().tree();
        boolean inTail = bound > tree.sealed();
        tree.removed(oldest, bound);
        session.inserter().attributes().removed(bound);
        if (inTail) {
            session.forget();
        }
        return removed;
    }

    private boolean isLarge(Database database) throws SQLException {
        if (this.limit <= 0) {
            return false;
        }
        long pages = database.number("PRAGMA page_count", 0) - free(database);
        long used = pages * database.number("PRAGMA page_size", 0);
        // A log that a reader holds does not shrink by what is removed.
        return used + Math.min(this.file.walBytes(), this.slack) > this.limit - this.slack / 2;
    }

    private long cutoff(Duration age) {
        return RowIds.first(TimeUnit.MILLISECONDS.toMicros(this.clock.millis() - age.toMillis()));
    }

    /** Returns where some cells of the oldest records end; 0 when there is no whole one before that id. */
    private static long endOfCells(Database database, long oldest, long most) throws SQLException {
        long end = 0;
        long records = 0;
        try (ResultSet cells = database.query(
                "SELECT until, records FROM cell WHERE level = 1 AND first >= coalesce("
                        + "(SELECT max(first) FROM cell WHERE level = 1 AND first <= ?), 0) ORDER BY first",
                oldest)) {
            while (records < ROWS_AT_ONCE && cells.next() && cells.getLong(1) <= most) {
                end = cells.getLong(1);
                records += end > oldest ? cells.getLong(2) : 0;
            }
        }
        return end;
    }

    /**
     * Returns where the oldest records of the first cell, or of those without one, end; 0 when there are none to go.
     */
    private long endWithinCell(Database database, long oldest, long most) throws SQLException {
        Duration age = this.settings.maxAge();
        if (age != null && most != Long.MAX_VALUE) {
            // Cells are made anew when the end lies within one, so that is not done for every record that comes of age.
            if (RowIds.micros(oldest) >= RowIds.micros(most) - TimeUnit.MILLISECONDS.toMicros(age.toMillis()) / 64) {
                return 0;
            }
        }
        int rows = ROWS_AT_ONCE;
        long end = offset(database, oldest, rows);
        while (end < 0 && rows > 1 && most == Long.MAX_VALUE) {
            // Little is left: half of it at most.
            rows /= 2;
            end = offset(database, oldest, 2 * rows) < 0 ? offset(database, oldest, rows) : -1;
        }
        return end < 0 && most != Long.MAX_VALUE ? most : Math.min(end, most);
    }

    private static long offset(Database database, long oldest, int rows) throws SQLException {
        return database.number("SELECT id FROM record WHERE id >= ? ORDER BY id LIMIT 1 OFFSET " + rows, -1, oldest);
    }

    private void forgetReadings(OpenDatabase session) throws SQLException {
        if (this.removed) {
            this.removed = false;
            int gone = session.database()
                    .update("DELETE FROM reading WHERE id < (SELECT min(reading) FROM"
                            + " (SELECT reading FROM record WHERE reading IS NOT NULL ORDER BY id LIMIT 4096))");
            if (gone > 0) {
                session.inserter().forgetReadings();
            }
        }
    }

    private static long free(Database database) throws SQLException {
        return database.number("PRAGMA freelist_count", 0);
    }
}
