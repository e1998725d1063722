package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.sqlite.Schema.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.sqlite.ProgressHandler;

/** Opens a file: what is ours and sound is used, what is ours and damaged put aside, anything else refused. */
final class DatabaseOpener {

    private static final Logger logger = LoggerFactory.getLogger(DatabaseOpener.class);

    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final DatabaseFile file;

    private final StoreSettings settings;

    private final Outboxes outboxes;

    DatabaseOpener(DatabaseFile file, StoreSettings settings, Outboxes outboxes) {
        this.file = file;
        this.settings = settings;
        this.outboxes = outboxes;
    }

    OpenDatabase open(boolean remote, RollupTreeSettings tree) throws StoreException {
        boolean known = this.file.isKnown();
        if (!known && !this.file.isEmpty() && !this.file.isSqlite()) {
            throw this.file.refused("it is no SQLite database", null);
        }
        boolean recognised = known || this.file.isOurs() || this.file.looksLikePython();
        try {
            return tryOpen(remote, tree);
        } catch (SQLException | DataAccessException ex) {
            if (!SqliteErrors.damaged(ex)) {
                throw SqliteErrors.of("Cannot open " + this.file.path(), ex);
            }
            if (!recognised) {
                throw this.file.refused("it is damaged, and not known to be ours: " + ex.getMessage(), ex);
            }
            Path aside = this.file.quarantine(this.settings.clock().instant());
            logger.warn(
                    "{} is damaged ({}): it is now {}, and a new file is begun",
                    this.file.path(),
                    ex.getMessage(),
                    aside);
        }
        this.file.create();
        try {
            return tryOpen(remote, tree);
        } catch (SQLException | DataAccessException ex) {
            throw SqliteErrors.of("Cannot open " + this.file.path(), ex);
        }
    }

    private OpenDatabase tryOpen(boolean remote, RollupTreeSettings tree) throws SQLException, StoreException {
        Connections connections = new Connections(this.file);
        Database database = connections.writer();
        boolean done = false;
        try {
            State state = Schema.state(database);
            if (state == State.OTHER) {
                throw this.file.refused("it is another program's database", null);
            }
            if (state == State.EMPTY) {
                database.execute("PRAGMA page_size = 8192");
                database.execute("PRAGMA auto_vacuum = INCREMENTAL");
            } else {
                check(database);
            }
            database.execute("PRAGMA journal_mode = " + (remote ? "TRUNCATE" : "WAL"));
            Schema.migrate(database, this.file);
            this.file.known();
            this.outboxes.attach(database);
            OpenDatabase session = new OpenDatabase(
                    connections, database, tree, new Retention(this.file, this.settings, this.outboxes));
            done = true;
            return session;
        } finally {
            if (!done) {
                connections.close();
                database.close();
            }
        }
    }

    private static void check(Database database) throws SQLException {
        long end = System.nanoTime() + CHECK_NANOS;
        ProgressHandler.setHandler(database.connection(), 10_000, new ProgressHandler() {
            @Override
            protected int progress() {
                return System.nanoTime() - end >= 0 ? 1 : 0;
            }
        });
        try {
            List<String> findings = database.jdbc().queryForList("PRAGMA quick_check(1)", String.class);
            if (!findings.equals(List.of("ok"))) {
                throw new org.sqlite.SQLiteException(
                        String.join(", ", findings), org.sqlite.SQLiteErrorCode.SQLITE_CORRUPT);
            }
        } catch (DataAccessException ex) {
            // So large a file is not read through at each start.
            if (!(ex.getRootCause() instanceof SQLException cause) || !SqliteErrors.interrupted(cause)) {
                throw ex;
            }
        } finally {
            ProgressHandler.setHandler(database.connection(), 0, null);
        }
    }
}
