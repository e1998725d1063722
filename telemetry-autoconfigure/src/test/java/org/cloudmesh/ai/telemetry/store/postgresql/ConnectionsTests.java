package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** What is asked of DataSources, and what comes of those that throw what JDBC does not provide for. */
class ConnectionsTests {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionIsGivenBackAsItWas(boolean readOnly) throws Exception {
        PostgresServer server = PostgresServer.shared();
        try (Connection lent = server.dataSource(server.newDatabase()).getConnection()) {
            lent.setReadOnly(readOnly);
            lent.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            Connections connections = new Connections(() -> new SingleConnectionDataSource(lent, true));
            boolean changesNothing = connections.read(1000, Connection::isReadOnly);
            assertThat(changesNothing).isTrue();
            assertThat(lent.isReadOnly()).isEqualTo(readOnly);
            assertThat(lent.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(lent.getAutoCommit()).isTrue();
        }
    }

    @Test
    void theServersOwnLimitsDoNotCutWhatWeDo() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        JdbcTemplate sql = new JdbcTemplate(server.dataSource(database));
        sql.execute("ALTER DATABASE " + database + " SET idle_in_transaction_session_timeout = '1s'");
        sql.execute("ALTER DATABASE " + database + " SET statement_timeout = '10ms'");
        Connections connections = new Connections(() -> server.dataSource(database));
        assertThat(connections.write(ConnectionsTests::takesItsTime)).isEqualTo("0");
        assertThat(connections.read(10_000, ConnectionsTests::takesItsTime)).isEqualTo("0");
    }

    /** Takes longer than the server's limit; returns how long a transaction may idle. */
    private static String takesItsTime(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_sleep(0.1)");
            try (ResultSet row = statement.executeQuery("SHOW idle_in_transaction_session_timeout")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Test
    void aDataSourceThatIsMissingIsAStoreThatCannotBeAsked() {
        assertUnavailable(() -> {
            throw new IllegalStateException("there is no DataSource");
        });
    }

    @Test
    void aPoolThatRefusesIsAStoreThatCannotBeAsked() {
        DataSource pool = new AbstractDataSource() {

            @Override
            public Connection getConnection() {
                throw new IllegalStateException("there is no DataSource for the tenant");
            }

            @Override
            public Connection getConnection(String username, String password) {
                return getConnection();
            }
        };
        assertUnavailable(() -> pool);
    }

    private static void assertUnavailable(Supplier<DataSource> dataSource) {
        RecordSource source = new PostgresStore(dataSource, PostgresSettings.defaults()).source();
        assertUnavailable(() -> source.knows("loss", Deadline.none()));
        assertUnavailable(() -> source.claims().claim("alert", "firing", Duration.ofMinutes(2)));
    }

    private static void assertUnavailable(ThrowingCallable question) {
        assertThatThrownBy(question)
                .hasMessageContaining("there is no DataSource")
                .isInstanceOfSatisfying(
                        QueryException.class,
                        (ex) -> assertThat(ex.reason()).isEqualTo(QueryException.Reason.UNAVAILABLE));
    }
}
