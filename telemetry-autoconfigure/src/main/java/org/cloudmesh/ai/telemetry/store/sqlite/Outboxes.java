package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What remote stores have yet to receive of a file's records.
 *
 * <p>The order of row ids is that of time, not that of commits: a record may come in behind one that was already sent.
 * So a position is two things. {@code outbox.position} says that all rows up to that id were sent, but for those that
 * {@code outbox_late} lists. A trigger lists each row that is inserted at or before the position, whoever inserts it:
 * this process, another one, or a later release. What comes in at or before the end of a batch while that batch is on
 * its way is found when the position moves: the transaction that moves it looks the rows of the batch up again and
 * lists those that were not sent.
 *
 * <p>The forwarders' threads only read the file. The writer notes what arrived in its own transactions, so that no
 * second connection writes: that would make the writer read again what it remembers of the file. Between an arrival and
 * its note a crash sends the batch once more.
 *
 * <p>The lock keeps a batch from being read while retention decides which rows were not sent.
 */
final class Outboxes {

    private static final String TABLES = """
            CREATE TABLE IF NOT EXISTS outbox (
                id       INTEGER PRIMARY KEY,
                reader   TEXT    NOT NULL UNIQUE,
                position INTEGER NOT NULL,
                epoch    INTEGER NOT NULL
            );
            CREATE TABLE IF NOT EXISTS outbox_late (
                n      INTEGER PRIMARY KEY AUTOINCREMENT,
                outbox INTEGER NOT NULL,
                row    INTEGER NOT NULL
            );
            CREATE INDEX IF NOT EXISTS outbox_late_row ON outbox_late (row);
            CREATE TRIGGER IF NOT EXISTS outbox_record AFTER INSERT ON record
            WHEN new.id <= (SELECT max(position) FROM outbox)
            BEGIN
                INSERT INTO outbox_late (outbox, row) SELECT id, new.id FROM outbox WHERE position >= new.id;
            END;
            """;

    private final ReentrantLock lock = new ReentrantLock();

    private final List<SqliteOutbox> all = new ArrayList<>();

    /** Adds a reader; before the first {@link #attach}. */
    SqliteOutbox add(String reader, SqliteStorage storage) {
        SqliteOutbox outbox = new SqliteOutbox(reader, storage, this.lock);
        this.all.add(outbox);
        return outbox;
    }

    /** Makes sure that the file that was opened keeps positions. */
    void attach(Database database) throws SQLException {
        if (this.all.isEmpty()) {
            return;
        }
        boolean there = database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'outbox_record'", 0) > 0;
        if (!there) {
            database.write(() -> {
                database.script(TABLES);
                return true;
            });
        }
        for (SqliteOutbox outbox : this.all) {
            database.write(() -> {
                database.update(
                        "INSERT INTO outbox (reader, position, epoch) VALUES (?, -1, ?) ON CONFLICT DO NOTHING",
                        outbox.reader(),
                        ThreadLocalRandom.current().nextLong());
                try (ResultSet row =
                        database.query("SELECT id, position, epoch FROM outbox WHERE reader = ?", outbox.reader())) {
                    row.next();
                    outbox.attach(row.getInt(1), row.getLong(2), row.getLong(3));
                }
                return true;
            });
        }
    }

    void detach() {
        this.all.forEach(SqliteOutbox::detach);
    }

    /** Notes, within the caller's transaction, what arrived; {@link #noted()} follows once that is committed. */
    void note(Database database) throws SQLException {
        for (SqliteOutbox outbox : this.all) {
            outbox.note(database);
        }
    }

    void noted() {
        this.all.forEach(SqliteOutbox::noted);
    }

    /** Returns whether there is something to note. */
    boolean pending() {
        return this.all.stream().anyMatch(SqliteOutbox::pending);
    }

    boolean isEmpty() {
        return this.all.isEmpty();
    }

    /** Returns the first row that some remote store does not have; the largest number when there is none. */
    long firstUnsent(Database database) throws SQLException {
        long first = Long.MAX_VALUE;
        for (SqliteOutbox outbox : this.all) {
            first = Math.min(first, outbox.firstUnsent(database));
        }
        return first;
    }

    /**
     * Removes rows, within the caller's transaction, and counts those that were not sent. No batch is read meanwhile.
     *
     * @param removal removes them
     */
    int remove(Database database, long from, long to, String kept, Removal removal) throws SQLException {
        if (this.all.isEmpty()) {
            return removal.run();
        }
        for (SqliteOutbox outbox : this.all) {
            outbox.count(database, from, to, kept);
        }
        int removed = removal.run();
        database.update(
                "DELETE FROM outbox_late WHERE row >= ? AND row < ? AND NOT EXISTS (SELECT 1 FROM record WHERE id = row)",
                from,
                to);
        return removed;
    }

    void lock() {
        this.lock.lock();
    }

    void unlock() {
        this.lock.unlock();
    }

    /** Counts what {@link #remove} found, once that is committed. */
    void removed(boolean committed) {
        this.all.forEach((outbox) -> outbox.counted(committed));
    }

    /** What removes rows. */
    @FunctionalInterface
    interface Removal {

        int run() throws SQLException;
    }
}
