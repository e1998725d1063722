package org.cloudmesh.ai.telemetry.store.postgresql;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.cloudmesh.ai.telemetry.store.Claims;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.springframework.dao.DataAccessException;

/**
 * Claims as rows of a table: of nodes that report the same change at once, one changes the row. The database's clock
 * counts. A claim means nothing once its time is over, so old ones are deleted.
 */
final class PostgresClaims implements Claims {

    private static final String CLAIM = """
            INSERT INTO telemetry_claim AS c (key, name, state) VALUES (?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET state = excluded.state, changed = clock_timestamp()
             WHERE c.state <> excluded.state OR c.changed < clock_timestamp() - ? * interval '1 millisecond'""";

    private static final String FORGET =
            "DELETE FROM telemetry_claim WHERE changed < clock_timestamp() - interval '1 day'";

    private final PostgresSettings settings;

    private final Connections connections;

    PostgresClaims(PostgresSettings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
    }

    @Override
    public boolean claim(String name, String state, Duration within) {
        UUID key = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        try {
            return this.connections.write((connection) -> PostgresSchema.jdbc(connection)
                            .update(this.settings.sql(CLAIM), key, name, state, within.toMillis())
                    == 1);
        } catch (SQLException | DataAccessException ex) {
            throw new QueryException(
                    QueryException.Reason.UNAVAILABLE, "PostgreSQL keeps no claim: " + ex.getMessage(), ex);
        }
    }

    /** Deletes claims on which nothing depends any more. */
    void forget() throws SQLException {
        this.connections.write((connection) -> PostgresSchema.jdbc(connection).update(this.settings.sql(FORGET)));
    }
}
