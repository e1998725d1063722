package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
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
