package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;

/**
 * Brings back what can be read of a damaged file that was moved aside, a little at each call, so that the writer never
 * waits long.
 *
 * <p>Rows are read in the order of their ids. Where SQLite reports damage, ever larger steps over ids find the next row
 * that can be read, and halving the last step finds the first such row. How far this came stands in the new file's
 * table {@code mark}, written in the transaction of the records: after a crash it goes on, and no record comes twice. A
 * row whose series is lost is no record any more. Used by the writer's thread.
 */
final class DamagedFileRecovery implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(DamagedFileRecovery.class);

    private static final String POSITION = "recovery:";

    private static final String COUNT = "recovered:";

    private static final long BUDGET = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int ROWS_AT_ONCE = 500;

    // About a millisecond of ids.
    private static final long FIRST_STEP = 1L << (RowIds.TIE_BITS + 10);

    private final DatabaseFile file;

    private boolean begun;

    private boolean done;

    private @Nullable DamagedFile damaged;

    DamagedFileRecovery(DatabaseFile file) {
        this.file = file;
    }

    /** Takes note of a file that was moved aside. */
    static void add(Database database, Path aside) throws SQLException {
        database.update("INSERT OR IGNORE INTO mark (name, value) VALUES (?, -1)", POSITION + aside.getFileName());
    }

    /** Does some of what is to be done. */
    void step(OpenDatabase session, long now) throws SQLException {
        if (this.done || !this.begun) {
            // What waits to be recorded comes first.
            this.begun = true;
            return;
        }
        long end = System.nanoTime() + BUDGET;
        while (System.nanoTime() - end < 0 && next(session.database())) {
            DamagedFile from = this.damaged;
            if (from != null) {
                copy(session, from, now);
            }
        }
    }

    private boolean next(Database database) throws SQLException {
        if (this.damaged != null) {
            return true;
        }
        String mark = text(database, "SELECT name FROM mark WHERE name LIKE '" + POSITION + "%' ORDER BY name LIMIT 1");
        if (mark == null) {
            this.done = true;
            return false;
        }
        this.damaged = new DamagedFile(this.file.path().resolveSibling(mark.substring(POSITION.length())));
        return true;
    }

    private void copy(OpenDatabase session, DamagedFile from, long now) throws SQLException {
        Database database = session.database();
        String name = from.path.getFileName().toString();
        boolean more = database.write(() -> {
            session.refresh();
            long position = database.number("SELECT value FROM mark WHERE name = ?", Long.MAX_VALUE, POSITION + name);
            List<TelemetryRecord> records = new ArrayList<>();
            long next = from.read(position, records);
            int restored = session.inserter().restore(records, now);
            database.update(
                    "INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ?",
                    COUNT + name,
                    restored,
                    restored);
            if (next == Long.MAX_VALUE) {
                takePythonRows(database, from);
                database.update("DELETE FROM mark WHERE name = ?", POSITION + name);
                return false;
            }
            database.update("UPDATE mark SET value = ? WHERE name = ?", next, POSITION + name);
            return true;
        });
        if (!more) {
            long count = database.number("SELECT value FROM mark WHERE name = ?", 0, COUNT + name);
            logger.warn(
                    "{} records were brought back from {} into {}; {} of its rows and {} stretches of it cannot be read",
                    count,
                    from.path,
                    this.file.path().getFileName(),
                    from.unreadableRows,
                    from.unreadableStretches);
            close();
        }
    }

    private static void takePythonRows(Database database, DamagedFile from) throws SQLException {
        PreparedStatement insert =
                database.prepare("INSERT INTO telemetry_python (timestamp, command, status, metrics, system, message)"
                        + " VALUES (?, ?, ?, ?, ?, ?)");
        for (String[] row : from.pythonRows()) {
            for (int i = 0; i < row.length; i++) {
                insert.setString(i + 1, row[i]);
            }
            insert.executeUpdate();
        }
    }

    private static @Nullable String text(Database database, String sql) throws SQLException {
        try (ResultSet rows = database.query(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    @Override
    public void close() {
        DamagedFile damaged = this.damaged;
        this.damaged = null;
        if (damaged != null) {
            damaged.close();
        }
    }

    /** A file of which only a part can be read. */
    private static final class DamagedFile {

        private final Path path;

        private @Nullable Database database;

        private @Nullable RecordRows rows;

        private int unreadableRows;

        private int unreadableStretches;

        DamagedFile(Path path) {
            this.path = path;
        }

        private Database open() throws SQLException {
            Database database = this.database;
            if (database == null) {
                if (!Files.isRegularFile(this.path)) {
                    throw new SQLException(this.path + " is no longer there");
                }
                SQLiteConfig config = new SQLiteConfig();
                config.setBusyTimeout(250);
                config.setReadOnly(true);
                database = new Database(
                        JDBC.createConnection(new DatabaseFile(this.path).url(), config.toProperties()), null);
                this.database = database;
                database.execute("PRAGMA cell_size_check = true");
                // Held is nothing of the catalog: one unreadable row of it must not cost all others.
                StoredSeriesCatalog catalog = new StoredSeriesCatalog(0);
                try {
                    catalog.refresh(database);
                } catch (SQLException ex) {
                    logger.debug("Cannot read the catalog of {}", this.path, ex);
                }
                this.rows = new RecordRows(database, catalog.view(database, IllegalStateException::new));
            }
            return database;
        }

        /** Reads some records with greater ids; returns the last id, {@link Long#MAX_VALUE} when there are no more. */
        long read(long after, List<TelemetryRecord> records) {
            long last = after;
            try {
                Database database = open();
                RecordRows reader = this.rows;
                try (ResultSet row = database.query(
                        "SELECT " + columns(database) + " FROM record WHERE id > ? ORDER BY id LIMIT " + ROWS_AT_ONCE,
                        after)) {
                    while (row.next() && reader != null) {
                        last = row.getLong(1);
                        read(reader, row, records);
                    }
                }
                return last == after ? Long.MAX_VALUE : last;
            } catch (SQLException ex) {
                logger.debug("Cannot read all of {}", this.path, ex);
                return last > after ? last : skip(after);
            }
        }

        /** Returns the columns of a record; the file may be of a version that had no {@code during} yet. */
        private static String columns(Database database) throws SQLException {
            boolean during =
                    database.number("SELECT count(*) FROM pragma_table_info('record') WHERE name = 'during'", 0) > 0;
            return during ? RecordRows.COLUMNS : RecordRows.COLUMNS.replace(" during,", " NULL AS during,");
        }

        private void read(RecordRows reader, ResultSet row, List<TelemetryRecord> records) {
            try {
                TelemetryRecord record = reader.read(row);
                // Those come with the rows of which they were made.
                if (!record.origin().token().equals("python")) {
                    records.add(record);
                }
            } catch (SQLException | RuntimeException ex) {
                this.unreadableRows++;
            }
        }

        /** Returns the id before the first row beyond the damage. */
        private long skip(long after) {
            this.unreadableStretches++;
            for (long step = FIRST_STEP; step > 0 && after + step > after; step <<= 1) {
                if (isReadable(after + step)) {
                    return first(after, after + step) - 1;
                }
            }
            return Long.MAX_VALUE;
        }

        private long first(long damaged, long readable) {
            long from = damaged;
            long to = readable;
            while (to - from > FIRST_STEP) {
                long middle = from + (to - from) / 2;
                if (isReadable(middle)) {
                    to = middle;
                } else {
                    from = middle;
                }
            }
            return to;
        }

        private boolean isReadable(long from) {
            try {
                open().number("SELECT id FROM record WHERE id >= ? ORDER BY id LIMIT 1", -1, from);
                return true;
            } catch (SQLException ex) {
                return false;
            }
        }

        /** Returns the rows that the Python module wrote, as far as they can be read. */
        List<String[]> pythonRows() {
            List<String[]> rows = new ArrayList<>();
            try {
                Database database = open();
                // Its own file has the table itself, ours a view of that name.
                String table = database.number(
                                        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'telemetry'",
                                        0)
                                > 0
                        ? "telemetry"
                        : "telemetry_python";
                try (ResultSet row = database.query(
                        "SELECT timestamp, command, status, metrics, system, message FROM " + table + " ORDER BY id")) {
                    while (row.next()) {
                        String[] values = new String[6];
                        for (int i = 0; i < values.length; i++) {
                            values[i] = row.getString(i + 1);
                        }
                        rows.add(values);
                    }
                }
            } catch (SQLException ex) {
                logger.debug("Cannot read all that the Python module wrote to {}", this.path, ex);
            }
            return rows;
        }

        void close() {
            if (this.database != null) {
                this.database.close();
            }
        }
    }
}
