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
import java.util.stream.LongStream;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
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
 * average, is no longer stale and not summed up either.
 *
 * <p><b>One node at a time.</b> A transaction-level advisory lock chooses who works; the others pass. A node that dies
 * leaves nothing behind, since a block is one transaction. Rows of blocks that a node is writing to are skipped, so
 * nobody waits for this work. Blocks rest for a while before they are summed up: a node that catches up makes each
 * block stale many times.
 *
 * <p><b>Totals.</b> A block that is summed up for all processes has one more roll-up, of all series as one: most
 * questions have no filter. It tells how many records it has, and is read only if these are all that its block has.
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

    /** Stands for all series, and for all processes, in the roll-ups that do not tell them apart. */
    static final int ALL_SERIES = 0;

    // A roll-up is worth it for so many values.
    private static final int FEWEST_A_SERIES = 32;

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

    // Hours that are summed up are taken as they are, the others from records. All of it sees one state of the
    // database. A metric is known by its place n in its series until the end: numbers are grouped faster than names.
    // What came last is looked for among records, not among all of their values.
    private static final String SUM_UP = """
            WITH block AS (
                SELECT process, records FROM telemetry_block
                 WHERE span = '%1$s' AND time = ? AND process = ANY (?)),
            hour AS (
                SELECT t.time, coalesce(bool_and(h.summed), false) AS summed
                  FROM unnest(?) AS t(time)
                  LEFT JOIN telemetry_block h ON h.span = 'hour' AND h.time = t.time AND '%1$s' <> 'hour'
                 GROUP BY t.time),
            record AS MATERIALIZED (
                SELECT x.* FROM hour h CROSS JOIN LATERAL (
                    SELECT r.time, r.process, r.series, r.numbers FROM telemetry_record r
                     WHERE r.time >= h.time AND r.time < h.time + interval '1 hour' OFFSET 0) x
                 WHERE NOT h.summed AND x.process IN (SELECT process FROM block)),
            rollup AS MATERIALIZED (
                SELECT u.*, array_position(s.metrics, u.metric)::bigint AS n
                  FROM hour h
                  JOIN telemetry_rollup u ON u.span = 'hour' AND u.time = h.time
                  JOIN telemetry_series s ON s.id = u.series
                 WHERE h.summed AND u.process IN (SELECT process FROM block)),
            counted AS (
                INSERT INTO telemetry_rollup_records (span, time, series, process, records, first, last)
                SELECT '%1$s', (SELECT min(time) FROM hour), series, process, sum(records), min(first), max(last)
                  FROM (SELECT series, process, count(*) AS records, min(time) AS first, max(time) AS last
                          FROM record GROUP BY series, process
                        UNION ALL
                        SELECT u.series, u.process, u.records, u.first, u.last
                          FROM hour h JOIN telemetry_rollup_records u ON u.span = 'hour' AND u.time = h.time
                         WHERE h.summed AND u.process IN (SELECT process FROM block)) p
                 GROUP BY series, process),
            bucket AS MATERIALIZED (
                SELECT series, n, bucket, sum(times)::bigint AS times, %2$s,
                       min(v) AS min, max(v) AS max
                  FROM (SELECT series, n, telemetry_bucket(v) AS bucket, 1::bigint AS times, v
                          FROM (SELECT r.series, m.n, m.v
                                  FROM record r CROSS JOIN LATERAL unnest(r.numbers) WITH ORDINALITY AS m(v, n)
                                OFFSET 0) v
                        UNION ALL
                        SELECT u.series, u.n, e.bucket, e.times, NULL
                          FROM rollup u CROSS JOIN LATERAL unnest(u.buckets, u.counts) AS e(bucket, times)) p
                 GROUP BY series, n, bucket),
            value AS (
                SELECT series, n, sum(times) AS count, sum(sum) AS sum, sum(large) AS large, min(min) AS min,
                       max(max) AS max
                  FROM (SELECT series, n, times, sum, large, min, max FROM bucket
                        UNION ALL
                        SELECT series, n, 0, CASE WHEN %3$s THEN sum END, CASE WHEN %4$s THEN %5$s END, min, max
                          FROM rollup) p
                 GROUP BY series, n),
            sketch AS (
                SELECT series, n, array_agg(bucket) AS buckets, array_agg(times) AS counts
                  FROM (SELECT series, n, bucket, times FROM bucket ORDER BY series, n, bucket) p
                 GROUP BY series, n),
            latest AS (
                SELECT series, max(round(date_part('epoch', time) * 1000000) || numbers) AS last
                  FROM record GROUP BY series),
            former AS (
                SELECT series, n, max(ARRAY[round(date_part('epoch', last_time) * 1000000), last]) AS last
                  FROM rollup GROUP BY series, n),
            last AS (
                SELECT v.series, v.n,
                       CASE WHEN l.series IS NULL THEN f.last
                            ELSE greatest(ARRAY[l.last[1], l.last[v.n + 1]], f.last) END AS last
                  FROM value v LEFT JOIN latest l USING (series) LEFT JOIN former f USING (series, n)),
            summed AS (
                INSERT INTO telemetry_rollup (span, time, metric, series, process, count, sum, min, max, last,
                                              last_time, buckets, counts)
                SELECT '%1$s', (SELECT min(time) FROM hour), s.metrics[v.n], v.series, s.process, v.count,
                       %6$s,
                       v.min, v.max, l.last[2], timestamptz 'epoch' + l.last[1] * interval '1 microsecond', k.buckets, k.counts
                  FROM value v JOIN sketch k USING (series, n) JOIN last l USING (series, n)
                  JOIN telemetry_series s ON s.id = v.series)
            SELECT process, records FROM block""";

    // The roll-ups of a block as one, when all of it is summed up.
    private static final String TOTAL = """
            WITH block AS (
                SELECT sum(records)::bigint AS records FROM telemetry_block
                 WHERE span = ? AND time = ? HAVING bool_and(summed)),
            rollup AS MATERIALIZED (
                SELECT u.* FROM block CROSS JOIN telemetry_rollup u WHERE u.span = ? AND u.time = ?),
            value AS (
                SELECT metric, sum(count)::bigint AS count, %1$s, min(min) AS min, max(max) AS max,
                       max(ARRAY[round(date_part('epoch', last_time) * 1000000), last]) AS last
                  FROM (SELECT metric, count, sum AS v, min, max, last, last_time FROM rollup) p
                 GROUP BY metric),
            sketch AS (
                SELECT metric, array_agg(bucket) AS buckets, array_agg(times) AS counts
                  FROM (SELECT u.metric, e.bucket, sum(e.times)::bigint AS times
                          FROM rollup u CROSS JOIN LATERAL unnest(u.buckets, u.counts) AS e(bucket, times)
                         GROUP BY u.metric, e.bucket ORDER BY u.metric, e.bucket) p
                 GROUP BY metric),
            counted AS (
                INSERT INTO telemetry_rollup_records (span, time, series, process, records, first, last)
                SELECT ?, ?, %3$d, %3$d, b.records, min(u.first), max(u.last)
                  FROM block b CROSS JOIN telemetry_rollup_records u
                 WHERE u.span = ? AND u.time = ?
                 GROUP BY b.records)
            INSERT INTO telemetry_rollup (span, time, metric, series, process, count, sum, min, max, last, last_time,
                                          buckets, counts)
            SELECT ?, ?, metric, %3$d, %3$d, count, %2$s, min, max, last[2],
                   timestamptz 'epoch' + last[1] * interval '1 microsecond', buckets, counts
              FROM value JOIN sketch USING (metric)""";

    private static final List<String> TABLES = List.of("telemetry_rollup", "telemetry_rollup_records");

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
        boolean worth = isWorthIt(connection, span, from);
        Map<Integer, Long> seen = counts(connection, Sql.of(TO_BE_SUMMED_UP, span.key(), from, seconds()));
        if (worth) {
            seen = replace(connection, span, from, processes(seen));
        }
        Map<Integer, Long> now = counts(
                connection,
                Sql.of(
                        "SELECT process, records FROM telemetry_block WHERE span = ? AND time = ?"
                                + " AND process = ANY (?) FOR UPDATE SKIP LOCKED",
                        span.key(),
                        from,
                        processes(seen)));
        // What a node is writing to, or wrote to meanwhile, is left for the next time.
        now.entrySet().retainAll(seen.entrySet());
        run(
                connection,
                Sql.of(
                        "UPDATE telemetry_block SET stale = false, summed = ?"
                                + " WHERE span = ? AND time = ? AND process = ANY (?)",
                        worth,
                        span.key(),
                        from,
                        processes(now)));
        total(connection, span, from);
        return Optional.of(from);
    }

    /** Makes the roll-up of all series anew, where the block is summed up. */
    private void total(Connection connection, BlockSpan span, OffsetDateTime from) throws SQLException {
        String total = span.totalKey();
        for (String table : TABLES) {
            run(connection, Sql.of("DELETE FROM " + table + " WHERE span = ? AND time = ?", total, from));
        }
        String key = span.key();
        run(
                connection,
                Sql.of(
                        TOTAL.formatted(ValueSums.SUMS.formatted("v"), ValueSums.TOTAL, ALL_SERIES),
                        key,
                        from,
                        key,
                        from,
                        total,
                        from,
                        key,
                        from,
                        total,
                        from));
    }

    private static Object processes(Map<Integer, Long> counts) {
        return Sql.array("int4", List.copyOf(counts.keySet()));
    }

    /** Makes the roll-ups of a block anew; returns how many records of each process they have. */
    private Map<Integer, Long> replace(Connection connection, BlockSpan span, OffsetDateTime from, Object processes)
            throws SQLException {
        for (String table : TABLES) {
            run(
                    connection,
                    Sql.of(
                            "DELETE FROM " + table + " WHERE span = ? AND time = ? AND process = ANY (?)",
                            span.key(),
                            from,
                            processes));
        }
        long micros = EpochMicros.micros(from.toInstant());
        long hour = BlockSpan.HOUR.micros();
        Object hours =
                RollupCover.times(LongStream.range(0, span.micros() / hour).mapToObj((i) -> micros + i * hour));
        return counts(
                connection,
                Sql.of(
                        SUM_UP.formatted(
                                span.key(),
                                ValueSums.SUMS.formatted("v"),
                                ValueSums.SMALL.formatted("sum"),
                                ValueSums.LARGE.formatted("sum"),
                                ValueSums.SCALED_DOWN.formatted("sum"),
                                ValueSums.TOTAL),
                        from,
                        processes,
                        hours));
    }

    /** Returns whether there are so many records that their roll-ups are much smaller. */
    private boolean isWorthIt(Connection connection, BlockSpan span, OffsetDateTime from) throws SQLException {
        Sql sql = Sql.of(IS_WORTH_IT, this.fewest, span.key(), from);
        try (PreparedStatement statement = sql.prepare(connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
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
