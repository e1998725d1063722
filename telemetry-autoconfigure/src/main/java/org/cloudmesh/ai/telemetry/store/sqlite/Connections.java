package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/** Opens connections to one file: the writer's, and a few that only read, which queries share. Thread-safe. */
final class Connections implements AutoCloseable {

    private static final int READERS = 4;

    private static final int INSTRUCTIONS_BETWEEN_CHECKS = 20_000;

    private final String url;

    private final DatabaseLock lock;

    private final Semaphore permits = new Semaphore(READERS);

    private final Deque<Reader> idle = new ArrayDeque<>();

    private boolean closed;

    /** Creates the way to a file that is locked. */
    Connections(DatabaseFile file) {
        this.url = file.url();
        this.lock = file.held().again();
    }

    /** Opens the writer's connection. */
    Database writer() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(250);
        Database database = connect(config);
        boolean done = false;
        try {
            database.execute("PRAGMA synchronous = NORMAL");
            database.execute("PRAGMA cache_size = -8000");
            // In pages of 8 kB, what SQLite's own default is in pages of 4 kB: a longer log leaves the processor's
            // cache.
            database.execute("PRAGMA wal_autocheckpoint = 500");
            done = true;
            return database;
        } finally {
            if (!done) {
                database.close();
            }
        }
    }

    /**
     * Lends a connection on which a read transaction has begun.
     *
     * @param deadline ends what runs on it, and the waiting for it
     */
    Lease lease(Deadline deadline) throws SQLException {
        acquire(deadline);
        Reader reader = null;
        boolean done = false;
        try {
            reader = reader();
            reader.deadline = deadline;
            reader.database.begin();
            done = true;
            return new Lease(reader);
        } finally {
            if (!done) {
                if (reader != null) {
                    reader.database.close();
                }
                this.permits.release();
            }
        }
    }

    /** A connection that is lent. Used by one thread. */
    final class Lease {

        private final Reader reader;

        private boolean ended;

        private Lease(Reader reader) {
            this.reader = reader;
        }

        Database database() {
            return this.reader.database;
        }

        /** Ends the transaction and gives the connection back, or closes it when it is not sound. */
        void end(boolean sound) {
            if (!this.ended) {
                this.ended = true;
                this.reader.database.rollback();
                this.reader.deadline = null;
                release(this.reader, sound);
                Connections.this.permits.release();
            }
        }
    }

    @Override
    public void close() {
        synchronized (this.idle) {
            this.closed = true;
            this.idle.forEach((reader) -> reader.database.close());
            this.idle.clear();
        }
        this.lock.close();
    }

    private void acquire(Deadline deadline) throws SQLException {
        try {
            while (!this.permits.tryAcquire(20, TimeUnit.MILLISECONDS)) {
                deadline.check();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while waiting for other queries", ex);
        }
    }

    private Reader reader() throws SQLException {
        synchronized (this.idle) {
            Reader reader = this.idle.pollFirst();
            if (reader != null) {
                return reader;
            }
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(1000);
        config.setReadOnly(true);
        Reader reader = new Reader(connect(config));
        reader.database.execute("PRAGMA query_only = true");
        reader.database.execute("PRAGMA cache_size = -8000");
        ProgressHandler.setHandler(reader.database.connection(), INSTRUCTIONS_BETWEEN_CHECKS, reader);
        return reader;
    }

    private void release(Reader reader, boolean sound) {
        synchronized (this.idle) {
            if (sound && !this.closed) {
                this.idle.addFirst(reader);
                return;
            }
        }
        reader.database.close();
    }

    private Database connect(SQLiteConfig config) throws SQLException {
        // The driver lets one thread at a time into a connection, so SQLite need not do so once more for each call.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        DatabaseLock held = hold();
        boolean connected = false;
        try {
            Connection connection = JDBC.createConnection(this.url, config.toProperties());
            connected = true;
            return new Database(connection, held);
        } finally {
            if (!connected) {
                held.close();
            }
        }
    }

    private DatabaseLock hold() throws SQLException {
        try {
            return this.lock.again();
        } catch (IllegalStateException ex) {
            throw new SQLException("The store was closed", ex);
        }
    }

    private static final class Reader extends ProgressHandler {

        private final Database database;

        private volatile @Nullable Deadline deadline;

        Reader(Database database) {
            this.database = database;
        }

        @Override
        protected int progress() {
            Deadline now = this.deadline;
            return now != null && now.expired() ? 1 : 0;
        }
    }
}
