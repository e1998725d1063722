package org.cloudmesh.ai.telemetry.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.StoreSettings;

/**
 * Removes the oldest records in small steps, so that the writer never waits long: a call does what fits into its time, the
 * next one goes on. What another program wrote stays.
 */
final class Retention {

    private static final long BUDGET = TimeUnit.MILLISECONDS.toNanos(40);

    private static final int ROWS_AT_ONCE = 2048;

    private static final int PAGES_AT_ONCE = 64;

    private static final long WAL_LIMIT = 16 << 20;

    private static final String FOREIGN =
            "kind IN (SELECT k.id FROM kind k JOIN process p ON p.id = k.process WHERE p.token = 'python')";

    private final Session session;

    private final Database database;

    private final DatabaseFile file;

    private final StoreSettings settings;

    Retention(Session session, DatabaseFile file, StoreSettings settings) {
        this.session = session;
        this.database = session.database();
        this.file = file;
        this.settings = settings;
    }

    /** Does some of what is due. */
    void apply() throws SQLException {
        long end = System.nanoTime() + BUDGET;
        boolean removed = false;
        while (System.nanoTime() - end < 0 && step()) {
            removed = true;
        }
        if (removed) {
            this.session.forget();
            forgetReadings();
        }
        long limit = this.settings.retention().maxBytes();
        long pages = this.database.number("PRAGMA page_count", 0);
        while (System.nanoTime() - end < 0 && free() > (this.file.bytes() > limit ? 0 : pages / 4)) {
            this.database.script("PRAGMA incremental_vacuum(" + PAGES_AT_ONCE + ")");
        }
        if (this.file.walBytes() > Math.min(WAL_LIMIT, limit / 4)) {
            this.database.script("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    private boolean step() throws SQLException {
        long oldest = this.database.number("SELECT min(id) FROM record", -1);
        if (oldest >= 0) {
            oldest = this.database.number(
                    "SELECT id FROM record WHERE id >= ? AND NOT " + FOREIGN + " ORDER BY id LIMIT 1", -1, oldest);
        }
        if (oldest < 0) {
            return false;
        }
        long bound = Math.max(boundByAge(oldest), boundBySize(oldest));
        if (bound <= oldest) {
            return false;
        }
        long before = bound;
        this.database.write(() -> {
            this.session.refresh();
            this.database.update("DELETE FROM record WHERE id < ? AND NOT " + FOREIGN, before);
            AggregateTree cells = this.session.inserter().tree();
            long boundary = Math.min(
                    cells.sealed(),
                    this.database.number(
                            "SELECT until FROM cell WHERE level = 1 AND first < ? ORDER BY first DESC LIMIT 1",
                            0,
                            before));
            if (boundary > 0) {
                cells.drop(boundary);
                cells.coverBefore(boundary);
            }
            this.session.forget();
            return true;
        });
        return true;
    }

    /** Returns the id before which records are too old, a few at a time. */
    private long boundByAge(long oldest) throws SQLException {
        Duration age = this.settings.retention().maxAge();
        if (age == null) {
            return 0;
        }
        long cutoff = this.settings.clock().instant().minus(age).toEpochMilli() * 1000;
        // Cells are made anew when the bound lies within one, so that is not done for every record that comes of age.
        if (RowIds.micros(oldest) >= cutoff - age.toMillis() * 1000 / 64) {
            return 0;
        }
        return Math.min(RowIds.first(cutoff), chunk(oldest, RowIds.first(cutoff)));
    }

    /** Returns the id before which records must go for the file to be small enough, a few at a time. */
    private long boundBySize(long oldest) throws SQLException {
        long pages = this.database.number("PRAGMA page_count", 0) - free();
        long used = pages * this.database.number("PRAGMA page_size", 0);
        return used > this.settings.retention().maxBytes() ? chunk(oldest, Long.MAX_VALUE) : 0;
    }

    private long chunk(long oldest, long most) throws SQLException {
        int rows = ROWS_AT_ONCE;
        long bound = offset(oldest, rows);
        while (bound < 0 && rows > 1) {
            // Little is left: half of it at most.
            rows /= 2;
            bound = offset(oldest, 2 * rows) < 0 ? offset(oldest, rows) : -1;
        }
        long until = this.database.number(
                "SELECT until FROM cell WHERE level = 1 AND first <= ? AND until <= ? ORDER BY first DESC LIMIT 1",
                bound,
                bound,
                most);
        return until > oldest ? until : bound;
    }

    private long offset(long oldest, int rows) throws SQLException {
        return this.database.number(
                "SELECT id FROM record WHERE id >= ? ORDER BY id LIMIT 1 OFFSET " + rows, -1, oldest);
    }

    private void forgetReadings() throws SQLException {
        this.database.update("DELETE FROM reading WHERE id < (SELECT min(reading) FROM"
                + " (SELECT reading FROM record WHERE reading IS NOT NULL ORDER BY id LIMIT 4096))");
    }

    private long free() throws SQLException {
        return this.database.number("PRAGMA freelist_count", 0);
    }
}
