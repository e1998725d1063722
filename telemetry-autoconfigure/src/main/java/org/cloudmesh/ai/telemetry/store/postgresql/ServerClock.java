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
 * delete what the others still keep. It is asked for once an hour. Thread-safe: the forwarder asks, and the thread that
 * sums up.
 */
final class ServerClock extends Clock {

    private static final long TRUSTED = TimeUnit.HOURS.toNanos(1);

    private static final long LONGEST_MILLIS = 10_000;

    private final Connections connections;

    // Both in one: a thread that saw the one of before and the other of now would be an hour off.
    private volatile @Nullable Told told;

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
        Told told = this.told;
        if (told == null || System.nanoTime() - told.at > TRUSTED) {
            told = new Told(ask(), System.nanoTime());
            this.told = told;
        }
        return told.time.plusNanos(System.nanoTime() - told.at);
    }

    private Instant ask() {
        try {
            return this.connections.read(
                    LONGEST_MILLIS,
                    (connection) -> Objects.requireNonNull(PostgresSchema.jdbc(connection)
                                    .queryForObject("SELECT now()", OffsetDateTime.class))
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

    private record Told(Instant time, long at) {}
}
