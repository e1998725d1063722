package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** An open file. */
final class OpenDatabase implements AutoCloseable {

    private final Connections connections;

    private final Database database;

    private final RecordInserter inserter;

    private final Retention retention;

    private final @Nullable WalResetGuard guard;

    private final DamagedFileRecovery recovery;

    private final PythonRows pythonRows = new PythonRows();

    private boolean remembers;

    private long dataVersion;

    OpenDatabase(
            Connections connections,
            Database database,
            RollupTreeSettings tree,
            Retention retention,
            @Nullable WalResetGuard guard,
            DamagedFileRecovery recovery) {
        this.connections = connections;
        this.database = database;
        this.inserter = new RecordInserter(database, tree);
        this.retention = retention;
        this.guard = guard;
        this.recovery = recovery;
    }

    Connections connections() {
        return this.connections;
    }

    Database database() {
        return this.database;
    }

    RecordInserter inserter() {
        return this.inserter;
    }

    Retention retention() {
        return this.retention;
    }

    /** Returns what makes the checkpoints; null where SQLite does so by itself. */
    @Nullable
    WalResetGuard guard() {
        return this.guard;
    }

    DamagedFileRecovery recovery() {
        return this.recovery;
    }

    PythonRows pythonRows() {
        return this.pythonRows;
    }

    /** Makes sure, at the start of a transaction, that what is remembered of the file is true. */
    void refresh() throws SQLException {
        // The number changes when another connection has committed, never by our own commits.
        long version = this.database.number("PRAGMA data_version", 0);
        if (!this.remembers || version != this.dataVersion) {
            this.inserter.reload();
            this.dataVersion = version;
        }
        this.remembers = true;
    }

    /** Takes records of a file of an earlier version into the index, some at a time. */
    void extendIndexBack() throws SQLException {
        if (this.database.number("SELECT value FROM mark WHERE name = 'index-since'", 0) > 0) {
            this.database.write(() -> {
                refresh();
                return this.inserter.attributes().extendBack();
            });
        }
    }

    /** What is remembered of the file may no longer be true. */
    void forget() {
        this.remembers = false;
    }

    @Override
    public void close() {
        this.recovery.close();
        if (this.guard != null) {
            this.guard.close();
        }
        this.connections.close();
        this.database.close();
    }
}
