package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;

/**
 * A read transaction of one query, on a connection that goes back to the others unless it failed. Used by one thread.
 */
final class ReadSession implements AutoCloseable {

    private final Connections.Lease lease;

    private final Deadline deadline;

    private boolean sound = true;

    private ReadSession(Connections.Lease lease, Deadline deadline) {
        this.lease = lease;
        this.deadline = deadline;
    }

    /**
     * Begins a transaction.
     *
     * @throws QueryException when the deadline passes or the file cannot be read
     */
    static ReadSession open(Connections connections, Deadline deadline) {
        try {
            return new ReadSession(connections.lease(deadline), deadline);
        } catch (SQLException ex) {
            throw failure(ex, deadline);
        }
    }

    Database database() {
        return this.lease.database();
    }

    /** Returns what the query ends with after an error. */
    RuntimeException failure(SQLException error) {
        this.sound = false;
        return failure(error, this.deadline);
    }

    private static RuntimeException failure(SQLException error, Deadline deadline) {
        // SQLite tells of the deadline as of an interruption.
        return deadline.expired()
                ? new QueryException(
                        QueryException.Reason.DEADLINE,
                        "The query took too long; narrow the range or the filters",
                        error)
                : new QueryException(
                        QueryException.Reason.UNAVAILABLE, "The store cannot be read: " + error.getMessage(), error);
    }

    @Override
    public void close() {
        this.lease.end(this.sound);
    }
}
