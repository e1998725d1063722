package org.cloudmesh.ai.telemetry.store.postgresql;

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
 * which marks these blocks as stale and not summed up. A block is summed up by one statement, which sees one state of
 * the database, from its records, or a day from its hours where these are summed up. In the end the block's row is
 * locked, and it is marked as summed up if its count is still the one that this statement saw. So in every state of the
 * database, the roll-ups of a block that is summed up are exactly its records; late records undo the mark, in the same
 * moment in which they are there.
 *
 * <p><b>Few records</b> are cheaper to read than their roll-ups: a block whose series have few records each, on the
 * average, is no longer stale and not summed up either. An hour may have enough for coarse ones all the same.
 *
 * <p><b>One node at a time.</b> A transaction-level advisory lock chooses who works; the others pass. A node that dies
 * leaves nothing behind, since a block is one transaction. Rows of blocks that a node is writing to are skipped, so
 * nobody waits for this work. Blocks rest for a while before they are summed up: a node that catches up makes each
 * block stale many times.
 *
 * <p><b>Levels and parts.</b> Most questions tell series apart by little or nothing. So a block has further roll-ups,
 * of each {@link RollupLevel}, and an hour has some of its {@linkplain RollupPart parts}. They tell how many records
 * they have, and are read only if these are all that their block has now.
 *
 * <p><b>Clocks.</b> Whether a block is over is asked of the database's clock. Records of a node whose clock is ahead
 * come as late ones do: they undo the mark of their block; answers are the same.
 */
final class Rollups {

    private static final Logger logger = LoggerFactory.getLogger(Rollups.class);

    private static final Duration REST = Duration.ofSeconds(10);

    // An hour of ten million records takes some 30 s.
    private static final int MOST_MILLIS = (int) TimeUnit.MINUTES.toMillis(10);

    private static final long CLOSE_MILLIS = 2_000;

    private static final long CANCEL_MILLIS = 100;

    // A roll-up is worth it for so many values.
    private static final int FEWEST_A_SERIES = 32;

    // The coarse roll-ups of an hour and its parts are worth it for as many as that of so many series.
    private static final int SERIES_OF_AN_HOUR = 16;

    private static final String NEXT = """
            SELECT b.time FROM telemetry_block b
             WHERE b.span = ? AND b.stale AND b.time <= ? AND b.time < ?
               AND b.changed <= clock_timestamp() - ? * interval '1 second'
             ORDER BY b.time DESC LIMIT 1""";

    private static final String IS_WORTH_IT = """
            SELECT sum(b.records) >= ? * sum((SELECT count(*) FROM telemetry_series s WHERE s.process = b.process))
              FROM telemetry_block b WHERE b.span = ? AND b.time = ?""";

    private static final String TO_BE_SUMMED_UP = """
            SELECT b.process, b.records FROM telemetry_block b
             WHERE b.span = ? AND b.time = ? AND NOT b.summed AND b.changed <= clock_timestamp() - ? * interval '1 second'""";

    private final PostgresSettings settings;

    private final Connections connections;

    private final Clock clock;

    private final Duration rest;

    private final int fewest;

    private volatile boolean ended;

    private volatile @Nullable Thread worker;

    private volatile @Nullable Statement running;

    private boolean failed;

    Rollups(PostgresSettings settings, Connections connections, Clock clock) {
        this(settings, connections, clock, REST, FEWEST_A_SERIES);
    }

    /**
     * Creates what sums up.
     *
     * @param rest how long a block has not changed when it is summed up
     * @param fewest how many records a series must have, on the average, for a block to be summed up
     */
    Rollups(PostgresSettings settings, Connections connections, Clock clock, Duration rest, int fewest) {
        this.settings = settings;
        this.connections = connections;
        this.clock = clock;
        this.rest = rest;
        this.fewest = fewest;
    }

    /** Has blocks summed up if there are any to be; returns at once. */
    void begin() throws SQLException {
        Thread worker = this.worker;
        if (worker != null && worker.isAlive()) {
            return;
        }
        // Before a connection is borrowed: the clock may need one as well, and a pool may have no second one.
        Instant now = this.clock.instant();
        boolean work =
                this.connections.write((connection) -> next(connection, BlockSpan.HOUR, now, OffsetDateTime.MAX) != null
                        || next(connection, BlockSpan.DAY, now, OffsetDateTime.MAX) != null);
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
        if (worker == null) {
            return;
        }
        try {
            long by = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
            // A statement that is only about to begin takes no heed of the first try.
            while (worker.isAlive() && System.nanoTime() - by < 0) {
                Statement running = this.running;
                if (running != null) {
                    running.cancel();
                }
                worker.join(CANCEL_MILLIS);
            }
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
                Instant now = this.clock.instant();
                last = this.connections.write(MOST_MILLIS, (connection) -> sumUp(connection, span, now, before));
            }
        }
    }

    /**
     * Sums up the latest block before a moment.
     *
     * @return when it begins; nothing when there is none, or when another node is at work
     */
    private Optional<OffsetDateTime> sumUp(Connection connection, BlockSpan span, Instant now, OffsetDateTime before)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Hashing is cheap, since there are far fewer buckets than records; the planner cannot know that.
            statement.execute("SET LOCAL jit = off; SET LOCAL enable_sort = off");
        }
        OffsetDateTime from = lock(connection) ? next(connection, span, now, before) : null;
        if (from == null) {
            return Optional.empty();
        }
        boolean worth = isWorthIt(connection, span, from);
        Map<Integer, Long> seen = counts(connection, Sql.of(TO_BE_SUMMED_UP, span.key(), from, seconds()));
        if (worth) {
            run(connection, RollupSql.clear(span, from, processes(seen)));
            seen = counts(connection, RollupSql.sumUp(span, from, processes(seen)));
        }
        Map<Integer, Long> present = counts(
                connection,
                Sql.of(
                        "SELECT process, records FROM telemetry_block WHERE span = ? AND time = ?"
                                + " AND process = ANY (?) FOR UPDATE SKIP LOCKED",
                        span.key(),
                        from,
                        processes(seen)));
        // What a node is writing to, or wrote to meanwhile, is left for the next time.
        present.entrySet().retainAll(seen.entrySet());
        run(
                connection,
                List.of(Sql.of(
                        "UPDATE telemetry_block SET stale = false, summed = ?"
                                + " WHERE span = ? AND time = ? AND process = ANY (?)",
                        worth,
                        span.key(),
                        from,
                        processes(present))));
        if (isAtRest(connection, span, from)) {
            makeCoarser(connection, span, from, worth, processes(seen));
        }
        return Optional.of(from);
    }

    private void makeCoarser(
            Connection connection, BlockSpan span, OffsetDateTime from, boolean worth, Object processes)
            throws SQLException {
        if (worth) {
            run(connection, RollupSql.levels(span, from));
        }
        if (span == BlockSpan.HOUR) {
            long fewest = (long) SERIES_OF_AN_HOUR * this.fewest;
            run(
                    connection,
                    worth ? RollupSql.parts(from, processes, fewest) : RollupSql.coarse(from, processes, fewest));
        }
    }

    private static Object processes(Map<Integer, Long> counts) {
        return Sql.array("int4", List.copyOf(counts.keySet()));
    }

    /** Returns whether there are so many records that their roll-ups are much smaller. */
    private boolean isWorthIt(Connection connection, BlockSpan span, OffsetDateTime from) throws SQLException {
        return is(connection, Sql.of(IS_WORTH_IT, this.fewest, span.key(), from));
    }

    /** Returns whether all records of a block were looked at. */
    private boolean isAtRest(Connection connection, BlockSpan span, OffsetDateTime from) throws SQLException {
        return is(
                connection,
                Sql.of("SELECT NOT bool_or(stale) FROM telemetry_block WHERE span = ? AND time = ?", span.key(), from));
    }

    private boolean is(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = sql.prepare(connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private boolean lock(Connection connection) throws SQLException {
        return is(
                connection,
                Sql.of(
                        "SELECT pg_try_advisory_xact_lock(hashtext(?))",
                        "telemetry rollup " + this.settings.tablePrefix()));
    }

    private @Nullable OffsetDateTime next(Connection connection, BlockSpan span, Instant now, OffsetDateTime before)
            throws SQLException {
        Instant latest = now.minusNanos(span.micros() * 1000);
        Sql sql = Sql.of(NEXT, span.key(), latest.atOffset(ZoneOffset.UTC), before, seconds());
        try (PreparedStatement statement = sql.prepare(connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getObject(1, OffsetDateTime.class) : null;
        }
    }

    private double seconds() {
        return this.rest.toMillis() / 1e3;
    }

    private Map<Integer, Long> counts(Connection connection, Sql sql) throws SQLException {
        Map<Integer, Long> counts = new HashMap<>();
        try (PreparedStatement statement = sql.prepare(connection, this.settings)) {
            willRun(statement);
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

    private void run(Connection connection, List<Sql> statements) throws SQLException {
        for (Sql sql : statements) {
            try (PreparedStatement statement = sql.prepare(connection, this.settings)) {
                willRun(statement);
                statement.executeUpdate();
            } finally {
                this.running = null;
            }
        }
    }

    /** Lets {@link #end()} cancel a statement; one that would begin after that does not. */
    private void willRun(Statement statement) throws SQLException {
        this.running = statement;
        if (this.ended) {
            throw new SQLException("The summing up of records has ended");
        }
    }
}
