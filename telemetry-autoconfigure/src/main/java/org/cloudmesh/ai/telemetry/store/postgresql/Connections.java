package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * Lends connections that belong to no transaction of the application: they come straight from the DataSource, never
 * from the thread, and are given back as they were. Each call on the network has a limit, so that a server that is
 * frozen holds a thread for no longer than that. Thread-safe.
 */
final class Connections {

    private static final int NETWORK_MILLIS = 15_000;

    private static final int MARGIN_MILLIS = 5_000;

    // pgjdbc sets the socket's timeout itself and needs no thread for it.
    private static final Executor DIRECT = Runnable::run;

    private final Supplier<DataSource> supplier;

    private volatile @Nullable DataSource dataSource;

    Connections(Supplier<DataSource> supplier) {
        this.supplier = supplier;
    }

    /** Runs work that may find another database than PostgreSQL: what only that understands is not sent before. */
    <T> T lend(Work<T> work) throws SQLException {
        return with(NETWORK_MILLIS, work);
    }

    /** Runs work in a transaction of its own. */
    <T> T write(Work<T> work) throws SQLException {
        return write(NETWORK_MILLIS, work);
    }

    /**
     * Runs work in a transaction of its own.
     *
     * @param millis how long each call on the network may take
     */
    <T> T write(int millis, Work<T> work) throws SQLException {
        return with(millis, (connection) -> {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                limit(connection, millis, "");
                T result = work.run(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    rollback(connection);
                }
            }
        });
    }

    /**
     * Runs queries that see one state of the database and can change nothing. The server ends a query that takes too
     * long; only where it does not answer at all, the network's limit ends the wait.
     *
     * @param millis how long each query, or each fetch of rows, may take
     */
    <T> T read(long millis, Work<T> work) throws SQLException {
        return with(Math.toIntExact(millis + MARGIN_MILLIS), (connection) -> {
            boolean readOnly = connection.isReadOnly();
            int isolation = connection.getTransactionIsolation();
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                // To compile a plan over many partitions takes longer than most plans run.
                limit(connection, millis, "; SET LOCAL jit = off");
                return work.run(connection);
            } finally {
                rollback(connection);
                if (!connection.isClosed()) {
                    connection.setTransactionIsolation(isolation);
                    connection.setReadOnly(readOnly);
                }
            }
        });
    }

    /** Sets limits of this transaction in the place of the server's own, which may be too short for what it does. */
    private static void limit(Connection connection, long millis, String more) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL statement_timeout = " + millis
                    + "; SET LOCAL idle_in_transaction_session_timeout = 0" + more);
        }
    }

    private <T> T with(int millis, Work<T> work) throws SQLException {
        try (Connection connection = open()) {
            boolean autoCommit = connection.getAutoCommit();
            int timeout = timeout(connection, millis);
            try {
                return work.run(connection);
            } finally {
                if (!connection.isClosed()) {
                    connection.setAutoCommit(autoCommit);
                    timeout(connection, timeout);
                }
            }
        }
    }

    private Connection open() throws SQLException {
        try {
            return dataSource().getConnection();
        } catch (RuntimeException ex) {
            // No DataSource, or one that throws what JDBC does not provide for: to all who ask, the database is away.
            throw new SQLException(ex.getMessage() == null ? ex.toString() : ex.getMessage(), ex);
        }
    }

    private DataSource dataSource() {
        DataSource dataSource = this.dataSource;
        if (dataSource == null) {
            dataSource = this.supplier.get();
            while (dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
                dataSource = proxy.getTargetDataSource();
            }
            this.dataSource = dataSource;
        }
        return dataSource;
    }

    private static int timeout(Connection connection, int millis) throws SQLException {
        try {
            int before = connection.getNetworkTimeout();
            if (millis != before) {
                connection.setNetworkTimeout(DIRECT, millis);
            }
            return before;
        } catch (SQLFeatureNotSupportedException ex) {
            return millis;
        }
    }

    private static void rollback(Connection connection) {
        try {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        } catch (SQLException ex) {
            // What went wrong before is on its way; the server rolls back when the connection ends.
            return;
        }
    }

    /** What is done on a connection. */
    @FunctionalInterface
    interface Work<T> {

        T run(Connection connection) throws SQLException;
    }
}
