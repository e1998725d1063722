package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sums up hours and days that are over, so that questions over long ranges read few rows. {@link #begin()} and
 * {@link #end()} are called by one thread; the work is done by another, which is there only while there is some.
 *
 * <p><b>Idea.</b> A batch of records and the counts of its blocks ({@code telemetry_block}) change in one transaction,
 * which marks these blocks as stale. A block is summed up by one statement, which sees one state of the database, from
 * its records, or a day from its hours. In the end the block's row is locked, and it is no longer stale if its count is
 * still the one that this statement saw. So in every state of the database, the roll-ups of a block that is not stale
 * are exactly its records; late records make it stale again, in the same moment in which they are there.
 *
 * <p><b>One node at a time.</b> A transaction-level advisory lock chooses who works; the others pass. A node that dies
 * leaves nothing behind, since a block is one transaction. Rows of blocks that a node is writing to are skipped, so
 * nobody waits for this work. Blocks rest for a while before they are summed up: a node that catches up makes each
 * block stale many times.
 *
 * <p><b>Clocks.</b> Whether a block is over is asked of this node's clock. A clock that is ahead costs work that late
 * records undo, one that is behind leaves the work to other nodes; answers are the same.
 */
final class Rollups {

    private static final Logger logger = LoggerFactory.getLogger(Rollups.class);

    private static final Duration REST = Duration.ofSeconds(10);

    // An hour of ten million records takes some 30 s.
    private static final int MOST_MILLIS = (int) TimeUnit.MINUTES.toMillis(10);

    private static final long CLOSE_MILLIS = 2_000;

    // A day waits for its hours.
    private static final String NEXT = """
            SELECT b.time FROM telemetry_block b
             WHERE b.span = ? AND b.stale AND b.time <= ? AND b.time < ? AND b.changed <= clock_timestamp() - ? * interval '1 second'
               AND NOT EXISTS (SELECT 1 FROM telemetry_block h WHERE h.span = 'hour' AND h.stale
                    AND h.process = b.process AND b.span = 'day'
                    AND h.time >= b.time AND h.time < b.time + interval '24 hours')
             ORDER BY b.time DESC LIMIT 1""";

    private static final String STALE = """
            SELECT b.process FROM telemetry_block b
             WHERE b.span = ? AND b.stale AND b.time = ? AND b.changed <= clock_timestamp() - ? * interval '1 second'""";

    private static final String SUM_UP_HOUR = """
            WITH seen AS (
                SELECT process, records FROM telemetry_block WHERE span = 'hour' AND time = ? AND process = ANY (?)),
            counted AS (
                INSERT INTO telemetry_rollup_records (span, time, series, process, records, first, last)
                SELECT 'hour', ?, r.series, r.process, count(*), min(r.time), max(r.time)
                  FROM telemetry_record r
                 WHERE r.time >= ? AND r.time < ? AND r.process = ANY (?)
                 GROUP BY r.series, r.process),
            summed AS (
                INSERT INTO telemetry_rollup (span, time, metric, series, process, count, sum, min, max, last,
                                              last_time, buckets, counts)
                SELECT 'hour', ?, metric, series, process, sum(count), sum(sum), min(min), max(max), (max(last))[2],
                       timestamptz 'epoch' + (max(last))[1] * interval '1 microsecond',
                       array_agg(bucket ORDER BY bucket), array_agg(count ORDER BY bucket)
                  FROM (SELECT metric, series, process, telemetry_bucket(v) AS bucket, count(*) AS count,
                               sum(v) AS sum, min(v) AS min, max(v) AS max, max(ARRAY[t, v]) AS last
                          FROM (SELECT m.name AS metric, r.series, r.process, m.v,
                                       round(date_part('epoch', r.time) * 1000000) AS t
                                  FROM telemetry_record r
                                  JOIN telemetry_series s ON s.id = r.series
                                 CROSS JOIN LATERAL unnest(s.metrics, r.numbers) AS m(name, v)
                                 WHERE r.time >= ? AND r.time < ? AND r.process = ANY (?)) v
                         GROUP BY 1, 2, 3, 4) b
                 GROUP BY metric, series, process)
            SELECT process, records FROM seen""";

    private static final String SUM_UP_DAY = """
            WITH seen AS (
                SELECT b.process, b.records FROM telemetry_block b
                 WHERE b.span = 'day' AND b.time = ? AND b.process = ANY (?)
                   AND NOT EXISTS (SELECT 1 FROM telemetry_block h WHERE h.span = 'hour' AND h.stale
                        AND h.process = b.process AND h.time >= b.time AND h.time < b.time + interval '24 hours')),
            counted AS (
                INSERT INTO telemetry_rollup_records (span, time, series, process, records, first, last)
                SELECT 'day', ?, series, process, sum(u.records), min(first), max(last)
                  FROM telemetry_rollup_records u JOIN seen USING (process)
                 WHERE span = 'hour' AND time >= ? AND time < ?
                 GROUP BY series, process),
            summed AS (
                INSERT INTO telemetry_rollup (span, time, metric, series, process, count, sum, min, max, last,
                                              last_time, buckets, counts)
                SELECT 'day', ?, metric, series, process, v.count, v.sum, v.min, v.max, v.last, v.last_time,
                       b.buckets, b.counts
                  FROM (SELECT metric, series, process, sum(count) AS count, sum(sum) AS sum, min(min) AS min,
                               max(max) AS max, max(last_time) AS last_time,
                               (array_agg(last ORDER BY last_time DESC, last DESC))[1] AS last
                          FROM telemetry_rollup u JOIN seen USING (process)
                         WHERE span = 'hour' AND time >= ? AND time < ?
                         GROUP BY metric, series, process) v
                  JOIN (SELECT metric, series, array_agg(bucket ORDER BY bucket) AS buckets,
                               array_agg(times ORDER BY bucket) AS counts
                          FROM (SELECT metric, series, e.bucket, sum(e.times)::bigint AS times
                                  FROM telemetry_rollup u JOIN seen USING (process)
                                 CROSS JOIN LATERAL unnest(u.buckets, u.counts) AS e(bucket, times)
                                 WHERE span = 'hour' AND time >= ? AND time < ?
                                 GROUP BY metric, series, e.bucket) e
                         GROUP BY metric, series) b USING (metric, series))
            SELECT process, records FROM seen""";

    private final PostgresSettings settings;

    private final Connections connections;

    private final Clock clock;

    private final Duration rest;

    private volatile boolean ended;

    private volatile @Nullable Thread worker;

    private volatile @Nullable Statement running;

    private boolean failed;

    Rollups(PostgresSettings settings, Connections connections, Clock clock) {
        this(settings, connections, clock, REST);
    }

    /**
     * Creates what sums up.
     *
     * @param rest how long a block has not changed when it is summed up
     */
    Rollups(PostgresSettings settings, Connections connections, Clock clock, Duration rest) {
        this.settings = settings;
        this.connections = connections;
        this.clock = clock;
        this.rest = rest;
    }

    /** Has blocks summed up if there are any to be; returns at once. */
    void begin() throws SQLException {
        Thread worker = this.worker;
        if (worker != null && worker.isAlive()) {
            return;
        }
        boolean work =
                this.connections.write((connection) -> next(connection, BlockSpan.HOUR, OffsetDateTime.MAX) != null
                        || next(connection, BlockSpan.DAY, OffsetDateTime.MAX) != null);
        if (work) {
            this.ended = false;
            worker = new Thread(this::work, "telemetry-rollup");
            worker.setDaemon(true);
            this.worker = worker;
            worker.start();
        }
    }

    /** Ends the work in the midst; it is as if the last block had not been begun. */
    void end() {
        this.ended = true;
        Thread worker = this.worker;
        Statement running = this.running;
        if (worker == null) {
            return;
        }
        try {
            if (running != null) {
                running.cancel();
            }
            worker.join(CLOSE_MILLIS);
        } catch (SQLException ex) {
            logger.debug("The summing up of records could not be cancelled", ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            sumUp();
            this.failed = false;
        } catch (SQLException | RuntimeException ex) {
            if (!this.ended) {
                // Answers are right without roll-ups, only slower.
                String message = "Records of past hours could not be summed up: {}";
                if (this.failed) {
                    logger.debug(message, ex.getMessage(), ex);
                } else {
                    logger.warn(message, ex.getMessage());
                }
                this.failed = true;
            }
        }
    }

    /** Sums up all blocks that are over, the latest hour first, then days; ends when another node does that. */
    void sumUp() throws SQLException {
        for (BlockSpan span : new BlockSpan[] {BlockSpan.HOUR, BlockSpan.DAY}) {
            Optional<OffsetDateTime> last = Optional.of(OffsetDateTime.MAX);
            while (last.isPresent() && !this.ended) {
                OffsetDateTime before = last.get();
                last = this.connections.write(MOST_MILLIS, (connection) -> sumUp(connection, span, before));
            }
        }
    }

    /**
     * Sums up the latest block before a moment.
     *
     * @return when it begins; nothing when there is none, or when another node is at work
     */
    private Optional<OffsetDateTime> sumUp(Connection connection, BlockSpan span, OffsetDateTime before)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Hashing is cheap, since there are far fewer buckets than records; the planner cannot know that.
            statement.execute("SET LOCAL jit = off; SET LOCAL enable_sort = off");
        }
        OffsetDateTime from = lock(connection) ? next(connection, span, before) : null;
        if (from == null) {
            return Optional.empty();
        }
        Array processes = connection.createArrayOf("int4", stale(connection, span, from));
        for (String table : List.of("telemetry_rollup", "telemetry_rollup_records")) {
            run(
                    connection,
                    Sql.of(
                            "DELETE FROM " + table + " WHERE span = ? AND time = ? AND process = ANY (?)",
                            span.key(),
                            from,
                            processes));
        }
        Map<Integer, Long> seen = counts(connection, statement(span, from, processes));
        Map<Integer, Long> now = counts(
                connection,
                Sql.of(
                        "SELECT process, records FROM telemetry_block WHERE span = ? AND time = ?"
                                + " AND process = ANY (?) FOR UPDATE SKIP LOCKED",
                        span.key(),
                        from,
                        processes));
        // What a node is writing to, or wrote to meanwhile, is left for the next time.
        now.entrySet().removeIf((entry) -> !entry.getValue().equals(seen.get(entry.getKey())));
        run(
                connection,
                Sql.of(
                        "UPDATE telemetry_block SET stale = false WHERE span = ? AND time = ? AND process = ANY (?)",
                        span.key(),
                        from,
                        connection.createArrayOf("int4", now.keySet().toArray())));
        return Optional.of(from);
    }

    private static Sql statement(BlockSpan span, OffsetDateTime from, Array processes) {
        OffsetDateTime to = from.plusNanos(span.micros() * 1000);
        return switch (span) {
            case HOUR -> Sql.of(SUM_UP_HOUR, from, processes, from, from, to, processes, from, from, to, processes);
            case DAY -> Sql.of(SUM_UP_DAY, from, processes, from, from, to, from, from, to, from, to);
        };
    }

    private boolean lock(Connection connection) throws SQLException {
        Sql sql = Sql.of(
                "SELECT pg_try_advisory_xact_lock(hashtext(?))", "telemetry rollup " + this.settings.tablePrefix());
        try (PreparedStatement statement = sql.prepare(connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private @Nullable OffsetDateTime next(Connection connection, BlockSpan span, OffsetDateTime before)
            throws SQLException {
        Instant latest = this.clock.instant().minusNanos(span.micros() * 1000);
        Sql sql = Sql.of(NEXT, span.key(), latest.atOffset(ZoneOffset.UTC), before, seconds());
        try (PreparedStatement statement = sql.prepare(connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getObject(1, OffsetDateTime.class) : null;
        }
    }

    private Object[] stale(Connection connection, BlockSpan span, OffsetDateTime from) throws SQLException {
        List<Integer> processes = new ArrayList<>();
        Sql sql = Sql.of(STALE, span.key(), from, seconds());
        try (PreparedStatement statement = sql.prepare(connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                processes.add(row.getInt(1));
            }
        }
        return processes.toArray();
    }

    private double seconds() {
        return this.rest.toMillis() / 1e3;
    }

    private Map<Integer, Long> counts(Connection connection, Sql sql) throws SQLException {
        Map<Integer, Long> counts = new HashMap<>();
        try (PreparedStatement statement = sql.prepare(connection, this.settings)) {
            this.running = statement;
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    counts.put(row.getInt(1), row.getLong(2));
                }
            } finally {
                this.running = null;
            }
        }
        return counts;
    }

    private void run(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = sql.prepare(connection, this.settings)) {
            statement.executeUpdate();
        }
    }
}
