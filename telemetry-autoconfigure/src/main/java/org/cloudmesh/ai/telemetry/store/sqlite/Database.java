package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** One connection with its prepared statements. Not thread-safe. */
final class Database implements AutoCloseable {

    private static final int MOST_STATEMENTS = 64;

    private final Connection connection;

    private final @Nullable DatabaseLock lock;

    private final JdbcTemplate jdbc;

    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>(16, 0.75f, true);

    private boolean full;

    /**
     * Creates the connection's keeper.
     *
     * @param lock let go when the connection is closed; null for a file that needs none
     */
    Database(Connection connection, @Nullable DatabaseLock lock) {
        this.connection = connection;
        this.lock = lock;
        this.jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    /** Returns Spring's way in, for what is not on a fast path. */
    JdbcTemplate jdbc() {
        return this.jdbc;
    }

    Connection connection() {
        return this.connection;
    }

    /** Returns a prepared statement, the same for the same text. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = this.statements.get(sql);
        if (statement == null) {
            if (this.statements.size() >= MOST_STATEMENTS) {
                PreparedStatement eldest = this.statements.values().iterator().next();
                this.statements.values().remove(eldest);
                eldest.close();
            }
            statement = this.connection.prepareStatement(sql);
            this.statements.put(sql, statement);
        }
        return statement;
    }

    /** Runs a statement with parameters: {@link Long}, {@link Integer}, {@link String}, byte arrays or null. */
    int update(String sql, @Nullable Object... parameters) throws SQLException {
        return bind(prepare(sql), parameters).executeUpdate();
    }

    /** Runs a query; the result must be closed before the same text is used again. */
    ResultSet query(String sql, @Nullable Object... parameters) throws SQLException {
        return bind(prepare(sql), parameters).executeQuery();
    }

    /** Returns the first column of the first row; the default where there is no row or it is null. */
    long number(String sql, long absent, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = query(sql, parameters)) {
            if (!rows.next()) {
                return absent;
            }
            long value = rows.getLong(1);
            return rows.wasNull() ? absent : value;
        }
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = this.connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Runs several statements. */
    void script(String sql) throws SQLException {
        try (Statement statement = this.connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** Decides whether commits from now on survive power loss. Not within a transaction. */
    void durable(boolean durable) throws SQLException {
        if (durable != this.full) {
            execute("PRAGMA synchronous = " + (durable ? "FULL" : "NORMAL"));
            this.full = durable;
        }
    }

    /** Runs work in a transaction that holds the write lock from the start. */
    <T> T write(Work<T> work) throws SQLException {
        prepare("BEGIN IMMEDIATE").execute();
        boolean done = false;
        try {
            T result = work.run();
            prepare("COMMIT").execute();
            done = true;
            return result;
        } finally {
            if (!done) {
                rollback();
            }
        }
    }

    /** Begins a transaction that sees one state of the database. */
    void begin() throws SQLException {
        prepare("BEGIN").execute();
    }

    /** Ends a transaction, as if nothing had been done in it. */
    void rollback() {
        try {
            prepare("ROLLBACK").execute();
        } catch (SQLException ex) {
            // SQLite has rolled back by itself, for instance when the disk is full; what went wrong is on its way.
            return;
        }
    }

    @Override
    public void close() {
        try {
            this.connection.close();
        } catch (SQLException ex) {
            // Nothing is left to lose: what was committed is in the file.
            return;
        } finally {
            if (this.lock != null) {
                this.lock.close();
            }
        }
    }

    private static PreparedStatement bind(PreparedStatement statement, @Nullable Object... parameters)
            throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            Object parameter = parameters[i];
            if (parameter instanceof Long number) {
                statement.setLong(i + 1, number);
            } else if (parameter instanceof Integer number) {
                statement.setInt(i + 1, number);
            } else {
                statement.setObject(i + 1, parameter);
            }
        }
        return statement;
    }

    /** What happens in a transaction. */
    @FunctionalInterface
    interface Work<T> {

        T run() throws SQLException;
    }
}
