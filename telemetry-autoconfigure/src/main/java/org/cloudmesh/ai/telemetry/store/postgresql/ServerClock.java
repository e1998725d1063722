package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time of the database's machine, for what is decided for all nodes: one whose clock is ahead would otherwise
 * delete what the others still keep. It is asked for once an hour. Used by one thread.
 */
final class ServerClock extends Clock {

    private static final long TRUSTED = TimeUnit.HOURS.toNanos(1);

    private final Connections connections;

    private @Nullable Instant told;

    private long toldAt;

    ServerClock(Connections connections) {
        this.connections = connections;
    }

    /**
     * Returns the time.
     *
     * @throws IllegalStateException when the database cannot be asked; the cause says why
     */
    @Override
    public Instant instant() {
        Instant told = this.told;
        if (told == null || System.nanoTime() - this.toldAt > TRUSTED) {
            told = ask();
            this.told = told;
            this.toldAt = System.nanoTime();
        }
        return told.plusNanos(System.nanoTime() - this.toldAt);
    }

    private Instant ask() {
        try {
            return this.connections.read((connection) -> Objects.requireNonNull(
                            PostgresSchema.jdbc(connection).queryForObject("SELECT now()", OffsetDateTime.class))
                    .toInstant());
        } catch (SQLException ex) {
            throw new IllegalStateException("PostgreSQL does not tell the time: " + ex.getMessage(), ex);
        }
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.fixed(instant(), zone);
    }
}
