package org.cloudmesh.ai.telemetry.store.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.file.RetentionClock;
import org.cloudmesh.ai.telemetry.store.sqlite.Schema.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.sqlite.ProgressHandler;

/** Opens a file: what is ours and sound is used, what is ours and damaged put aside, anything else refused. */
final class DatabaseOpener {

    private static final Logger logger = LoggerFactory.getLogger(DatabaseOpener.class);

    private static final Duration CHECK = Duration.ofMillis(500);

    private static final Duration SECOND_CHECK = Duration.ofSeconds(5);

    private static final Duration SECOND_CHECK_PATIENCE = Duration.ofSeconds(2);

    // Whatever damages one file may damage the next.
    private static final Duration BETWEEN = Duration.ofMinutes(10);

    private final DatabaseFile file;

    private final StoreSettings settings;

    private final RetentionClock clock;

    private final Outboxes outboxes;

    DatabaseOpener(DatabaseFile file, StoreSettings settings, RetentionClock clock, Outboxes outboxes) {
        this.file = file;
        this.settings = settings;
        this.clock = clock;
        this.outboxes = outboxes;
    }

    OpenDatabase open(boolean remote, RollupTreeSettings tree) throws StoreException {
        this.file.checkDamage();
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
            if (isDamaged()) {
                return replace(ex, remote, tree);
            }
            logger.debug("{} is sound while nobody writes to it", this.file.path(), ex);
        }
        return openSound(remote, tree);
    }

    private OpenDatabase openSound(boolean remote, RollupTreeSettings tree) throws StoreException {
        try {
            return tryOpen(remote, tree);
        } catch (SQLException | DataAccessException ex) {
            throw SqliteErrors.of("Cannot open " + this.file.path(), ex);
        }
    }

    /** Judges a second time, while all writers wait: what looked like damage may have been their work. */
    private boolean isDamaged() throws StoreException {
        try (Connections connections = new Connections(this.file);
                Database database = connections.writer()) {
            database.script("PRAGMA busy_timeout = " + SECOND_CHECK_PATIENCE.toMillis());
            database.write(() -> {
                check(database, SECOND_CHECK);
                return true;
            });
            return false;
        } catch (SQLException | DataAccessException ex) {
            if (SqliteErrors.damaged(ex)) {
                return true;
            }
            throw SqliteErrors.of("Cannot see whether " + this.file.path() + " is damaged", ex);
        }
    }

    private OpenDatabase replace(Exception damage, boolean remote, RollupTreeSettings tree) throws StoreException {
        Instant now = this.settings.clock().instant();
        Instant before = this.file.lastQuarantine();
        Duration since =
                before == null ? BETWEEN : Duration.between(before, now).abs();
        if (since.compareTo(BETWEEN) < 0) {
            String reason =
                    "it is damaged (" + damage.getMessage() + ") again: another one was moved aside at " + before
                            + ", and at most one is in " + BETWEEN.toMinutes()
                            + " minutes. Look for what damages it: a failing disk, a program that writes into it";
            this.file.damaged(reason, BETWEEN.minus(since));
            throw this.file.refused(reason, damage);
        }
        Path aside = putAside(now);
        logger.warn(
                "{} is damaged ({}): it is now {}, a new file is begun, and what can be read is brought back",
                this.file.path(),
                damage.getMessage(),
                aside);
        this.file.create();
        this.file.lock();
        OpenDatabase opened = openSound(remote, tree);
        try {
            DamagedFileRecovery.add(opened.database(), aside);
        } catch (SQLException ex) {
            logger.warn("What can be read of {} is not brought back: {}", aside, ex.getMessage());
        }
        return opened;
    }

    private Path putAside(Instant now) throws StoreException {
        AtomicReference<Path> aside = new AtomicReference<>();
        try {
            this.file.held().alone(() -> {
                if (!this.file.isReplaced()) {
                    aside.set(this.file.quarantine(now));
                }
            });
        } catch (IOException ex) {
            throw this.file.refused("it is damaged and cannot be put aside: " + ex, ex);
        }
        Path path = aside.get();
        if (path == null) {
            throw new StoreException(
                    Remedy.REOPEN, this.file.path() + " is damaged, and another process puts it aside", null);
        }
        return path;
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
                check(database, CHECK);
            }
            database.execute("PRAGMA journal_mode = " + (remote ? "TRUNCATE" : "WAL"));
            Schema.migrate(database, this.file);
            this.file.known();
            this.outboxes.attach(database);
            OpenDatabase session = new OpenDatabase(
                    connections,
                    database,
                    tree,
                    new Retention(this.file, this.settings.retention(), this.clock, this.outboxes),
                    remote ? null : WalResetGuard.of(connections, database),
                    new DamagedFileRecovery(this.file));
            done = true;
            return session;
        } finally {
            if (!done) {
                connections.close();
                database.close();
            }
        }
    }

    private static void check(Database database, Duration limit) throws SQLException {
        long end = System.nanoTime() + limit.toNanos();
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
