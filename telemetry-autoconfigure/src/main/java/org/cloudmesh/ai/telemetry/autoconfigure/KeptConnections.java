package org.cloudmesh.ai.telemetry.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * Keeps a few connections open between uses, for {@code telemetry.jdbc.url}: the forwarder needs one again and again,
 * and queries now and then. It never waits for one; those beyond what is kept are opened and closed. Thread-safe.
 */
final class KeptConnections extends DelegatingDataSource implements AutoCloseable {

    private static final int KEPT = 3;

    private static final int VALIDATION_SECONDS = 2;

    private static final long TRUSTED_NANOS = 1_000_000_000L;

    private final Deque<Kept> idle = new ArrayDeque<>();

    private boolean closed;

    KeptConnections(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    public Connection getConnection() throws SQLException {
        for (Kept kept = poll(); kept != null; kept = poll()) {
            if (System.nanoTime() - kept.since < TRUSTED_NANOS || kept.connection.isValid(VALIDATION_SECONDS)) {
                return lend(kept.connection);
            }
            kept.connection.close();
        }
        return lend(obtainTargetDataSource().getConnection());
    }

    private @Nullable Kept poll() {
        synchronized (this.idle) {
            return this.idle.pollFirst();
        }
    }

    private Connection lend(Connection connection) {
        boolean[] returned = {false};
        return (Connection) Proxy.newProxyInstance(
                KeptConnections.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close") && method.getParameterCount() == 0) {
                        if (!returned[0]) {
                            returned[0] = true;
                            giveBack(connection);
                        }
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException ex) {
                        throw ex.getTargetException();
                    }
                });
    }

    private void giveBack(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            return;
        }
        synchronized (this.idle) {
            if (!this.closed && this.idle.size() < KEPT) {
                this.idle.addFirst(new Kept(connection, System.nanoTime()));
                return;
            }
        }
        connection.close();
    }

    @Override
    public void close() {
        synchronized (this.idle) {
            this.closed = true;
            this.idle.forEach((kept) -> JdbcUtils.closeConnection(kept.connection));
            this.idle.clear();
        }
    }

    private record Kept(Connection connection, long since) {}
}
