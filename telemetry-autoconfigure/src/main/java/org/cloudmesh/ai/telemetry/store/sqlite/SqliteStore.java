package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Outbox;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.file.DeadLetters;
import org.cloudmesh.ai.telemetry.store.file.RetentionClock;
import org.cloudmesh.ai.telemetry.store.query.QueryEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Keeps records in an SQLite file. */
final class SqliteStore implements TelemetryStore {

    private static final Logger logger = LoggerFactory.getLogger(SqliteStore.class);

    private static final long LIBRARY_PAUSE = TimeUnit.MINUTES.toNanos(1);

    private final StoreSettings settings;

    private final RollupTreeSettings tree;

    private final DatabaseFile file;

    private final SqliteStorage storage = new SqliteStorage();

    private final RecordSource source;

    private final DeadLetters deadLetters;

    private final RetentionClock clock;

    private final Outboxes outboxes = new Outboxes();

    private @Nullable OpenDatabase session;

    private boolean warnedOfNetwork;

    private @Nullable StoreException withoutLibrary;

    private long libraryAt;

    SqliteStore(StoreSettings settings, RollupTreeSettings tree) {
        this.settings = settings;
        this.tree = tree;
        this.source = new QueryEngine(this.storage, tree.few());
        this.file = new DatabaseFile(Objects.requireNonNull(settings.path(), "sqlite needs a path"));
        this.deadLetters = new DeadLetters(this.file.path());
        this.clock = new RetentionClock(settings.clock(), settings.retention().maxAge());
    }

    @Override
    public String name() {
        return "sqlite";
    }

    @Override
    public Path path() {
        return this.file.path();
    }

    @Override
    public long bytes() {
        return this.file.bytes();
    }

    @Override
    public RecordSource source() {
        return this.source;
    }

    @Override
    public Outbox outbox(String reader) {
        return this.outboxes.add(reader, this.storage);
    }

    @Override
    public void open() throws StoreException {
        closeSession();
        StoreException missing = this.withoutLibrary;
        if (missing != null && System.nanoTime() - this.libraryAt < 0) {
            throw missing;
        }
        this.file.create();
        this.file.lock();
        try {
            openFile();
        } catch (StoreException ex) {
            if (SqliteErrors.library(ex) != null) {
                // Each attempt leaves a copy of the library in the temporary directory.
                this.withoutLibrary = ex;
                this.libraryAt = System.nanoTime() + LIBRARY_PAUSE;
            }
            throw ex;
        } finally {
            if (this.session == null) {
                this.file.unlock();
            }
        }
    }

    private void openFile() throws StoreException {
        DatabaseOpener opener = new DatabaseOpener(this.file, this.settings, this.clock, this.outboxes);
        boolean remote = this.file.isRemote();
        if (remote && !this.warnedOfNetwork) {
            this.warnedOfNetwork = true;
            logger.warn(
                    "{} lies on a network file system: queries and writes wait for each other there. A local disk is better",
                    this.file.path());
        }
        OpenDatabase opened = opener.open(remote, this.tree);
        this.session = opened;
        this.storage.attach(opened.connections());
        run(opened, () -> opened.retention().prepare(opened));
        takePythonRows(opened);
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        OpenDatabase session = session();
        checkFile();
        Database database = session.database();
        run(session, () -> {
            database.durable(durable);
            database.write(() -> {
                session.refresh();
                this.outboxes.note(database);
                session.inserter().insert(batch, nowMicros());
                if (durable && batch.isEmpty()) {
                    // A commit without a change is none, and would sync nothing.
                    database.update("UPDATE mark SET value = value + 1 WHERE name = 'syncs'");
                }
                return true;
            });
        });
        this.outboxes.noted();
        // Commits to a file that was deleted or moved away succeed. Such a batch comes again, into the file that is
        // there.
        checkFile();
        makeRoom(session, batch.size());
    }

    @Override
    public void writeReadings(Origin origin, List<SystemReading> readings) throws StoreException {
        OpenDatabase session = session();
        checkFile();
        Database database = session.database();
        run(session, () -> {
            database.durable(false);
            database.write(() -> {
                session.refresh();
                session.inserter().insert(origin, readings);
                return true;
            });
        });
        checkFile();
    }

    private void makeRoom(OpenDatabase session, int written) {
        try {
            session.retention().written(session, written);
            WalResetGuard guard = session.guard();
            if (guard != null) {
                guard.written(this.file.walBytes());
            }
        } catch (SQLException | DataAccessException ex) {
            // The batch is kept, so this is not the time to complain: maintenance meets the same fault and tells.
            logger.debug("Cannot remove old records from {}", this.file.path(), ex);
            session.forget();
        }
    }

    @Override
    public void maintain() throws StoreException {
        OpenDatabase session = session();
        checkFile();
        takePythonRows(session);
        run(session, () -> session.database().durable(false));
        if (this.outboxes.pending()) {
            run(
                    session,
                    () -> session.database().write(() -> {
                        this.outboxes.note(session.database());
                        return true;
                    }));
            this.outboxes.noted();
        }
        run(session, () -> session.recovery().step(session, nowMicros()));
        run(session, () -> session.retention().apply(session));
        run(session, () -> session.extendIndexBack());
    }

    @Override
    public void reject(TelemetryRecord record, String reason) {
        this.deadLetters.add(record, reason);
    }

    @Override
    public void close() {
        closeSession();
    }

    private void takePythonRows(OpenDatabase session) throws StoreException {
        Database database = session.database();
        PythonRows rows = session.pythonRows();
        run(session, () -> {
            database.durable(false);
            while (rows.pending(database)) {
                database.write(() -> {
                    session.refresh();
                    rows.take(database, session.inserter(), nowMicros());
                    return true;
                });
            }
        });
    }

    private void checkFile() throws StoreException {
        String disturbance = this.file.disturbance();
        if (disturbance != null) {
            throw new StoreException(Remedy.REOPEN, this.file.path() + " " + disturbance, null);
        }
    }

    private void run(OpenDatabase session, Step step) throws StoreException {
        try {
            step.run();
        } catch (SQLException | DataAccessException ex) {
            session.forget();
            throw SqliteErrors.of("Cannot write " + this.file.path(), ex);
        } catch (RuntimeException | Error ex) {
            session.forget();
            throw ex;
        }
    }

    private OpenDatabase session() throws StoreException {
        OpenDatabase session = this.session;
        if (session == null) {
            throw new StoreException(Remedy.REOPEN, this.file.path() + " is not open", null);
        }
        return session;
    }

    private void closeSession() {
        OpenDatabase session = this.session;
        this.session = null;
        if (session != null) {
            this.outboxes.detach();
            this.storage.detach();
            session.close();
        }
        this.file.unlock();
    }

    private long nowMicros() {
        return this.settings.clock().millis() * 1000 + 999;
    }

    @FunctionalInterface
    private interface Step {

        void run() throws SQLException;
    }
}
