package org.cloudmesh.ai.telemetry.store.postgresql;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.cloudmesh.ai.telemetry.store.EpochMicros;

/**
 * What {@link Rollups} sum a block up with, as SQL: each statement sees one state of the database. What is joined in
 * the end is materialized: the planner takes it for one row, and else may make one part anew for each row of another.
 */
final class RollupSql {

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
            sketch AS MATERIALIZED (
                SELECT series, n, array_agg(bucket) AS buckets, array_agg(times) AS counts
                  FROM (SELECT series, n, bucket, times FROM bucket ORDER BY series, n, bucket) p
                 GROUP BY series, n),
            latest AS (
                SELECT series, max(round(date_part('epoch', time) * 1000000) || numbers) AS last
                  FROM record GROUP BY series),
            former AS (
                SELECT series, n, max(ARRAY[round(date_part('epoch', last_time) * 1000000), last]) AS last
                  FROM rollup GROUP BY series, n),
            last AS MATERIALIZED (
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

    // Roll-ups that a level does not tell apart, as one.
    private static final String LEVEL = """
            WITH member AS MATERIALIZED (
                SELECT u.*, min(u.series) OVER (PARTITION BY u.time, %3$s) AS kind
                  FROM telemetry_rollup_records u JOIN telemetry_series s ON s.id = u.series
                 WHERE u.span = ? AND u.time >= ? AND u.time < ?),
            rollup AS MATERIALIZED (
                SELECT k.kind, u.* FROM member k
                  JOIN telemetry_rollup u ON u.time = k.time AND u.series = k.series
                 WHERE u.span = ? AND u.time >= ? AND u.time < ?),
            value AS MATERIALIZED (
                SELECT time, kind, metric, sum(count)::bigint AS count, %1$s, min(min) AS min, max(max) AS max,
                       max(ARRAY[round(date_part('epoch', last_time) * 1000000), last]) AS last
                  FROM (SELECT time, kind, metric, count, sum AS v, min, max, last, last_time FROM rollup) p
                 GROUP BY time, kind, metric),
            sketch AS MATERIALIZED (
                SELECT time, kind, metric, array_agg(bucket) AS buckets, array_agg(times) AS counts
                  FROM (SELECT u.time, u.kind, u.metric, e.bucket, sum(e.times)::bigint AS times
                          FROM rollup u CROSS JOIN LATERAL unnest(u.buckets, u.counts) AS e(bucket, times)
                         GROUP BY u.time, u.kind, u.metric, e.bucket
                         ORDER BY u.time, u.kind, u.metric, e.bucket) p
                 GROUP BY time, kind, metric),
            counted AS (
                INSERT INTO telemetry_rollup_records (span, time, series, process, records, first, last)
                SELECT ?, m.time, m.kind, s.process, m.records, m.first, m.last
                  FROM (SELECT time, kind, sum(records) AS records, min(first) AS first, max(last) AS last
                          FROM member GROUP BY time, kind) m
                  JOIN telemetry_series s ON s.id = m.kind)
            INSERT INTO telemetry_rollup (span, time, metric, series, process, count, sum, min, max, last, last_time,
                                          buckets, counts)
            SELECT ?, time, metric, kind, s.process, count, %2$s, min, max, last[2],
                   timestamptz 'epoch' + last[1] * interval '1 microsecond', buckets, counts
              FROM value JOIN sketch USING (time, kind, metric) JOIN telemetry_series s ON s.id = kind""";

    // An hour, or its parts, by a coarse level, from its records if they are many. To read all of them is not worth it
    // for the sake of less than a tenth.
    private static final String FROM_RECORDS = """
            WITH present AS MATERIALIZED (
                SELECT floor(date_part('epoch', time) * 1000000 / %4$d)::bigint AS part, time, series, numbers
                  FROM telemetry_record
                 WHERE time >= ? AND time < ?
                   AND (SELECT sum(records) >= ?
                               AND 10 * sum(records) FILTER (WHERE process = ANY (?)) >= sum(records)
                          FROM telemetry_block WHERE span = ? AND time = ?)),
            member AS (
                SELECT s.id AS series, s.metrics, min(s.id) OVER (PARTITION BY %3$s) AS kind
                  FROM telemetry_series s WHERE s.id IN (SELECT series FROM present)),
            name AS MATERIALIZED (
                SELECT metric, row_number() OVER () AS n
                  FROM (SELECT DISTINCT unnest(metrics) AS metric FROM member) p),
            kind AS MATERIALIZED (
                SELECT series, kind,
                       ARRAY(SELECT name.n FROM unnest(metrics) WITH ORDINALITY AS m(metric, place)
                               JOIN name USING (metric) ORDER BY place) AS metrics
                  FROM member),
            bucket AS MATERIALIZED (
                SELECT part, kind, n, telemetry_bucket(v) AS bucket, count(*) AS times, %1$s, min(v) AS min, max(v) AS max
                  FROM (SELECT r.part, k.kind, m.n, m.v
                          FROM present r JOIN kind k USING (series)
                         CROSS JOIN LATERAL unnest(k.metrics, r.numbers) AS m(n, v)
                        OFFSET 0) p
                 GROUP BY part, kind, n, bucket),
            value AS MATERIALIZED (
                SELECT part, kind, n, sum(times)::bigint AS count, sum(sum) AS sum, sum(large) AS large, min(min) AS min,
                       max(max) AS max
                  FROM bucket GROUP BY part, kind, n),
            sketch AS MATERIALIZED (
                SELECT part, kind, n, array_agg(bucket) AS buckets, array_agg(times) AS counts
                  FROM (SELECT part, kind, n, bucket, times FROM bucket ORDER BY part, kind, n, bucket) p
                 GROUP BY part, kind, n),
            last AS MATERIALIZED (
                SELECT l.part, k.kind, m.n, max(ARRAY[l.last[1], m.v]) AS last
                  FROM (SELECT part, series, max(round(date_part('epoch', time) * 1000000) || numbers) AS last
                          FROM present GROUP BY part, series) l
                  JOIN kind k USING (series)
                 CROSS JOIN LATERAL unnest(k.metrics, l.last[2:]) AS m(n, v)
                 GROUP BY l.part, k.kind, m.n),
            counted AS (
                INSERT INTO telemetry_rollup_records (span, time, series, process, records, first, last)
                SELECT ?, timestamptz 'epoch' + part * %4$d * interval '1 microsecond', kind, s.process, records, first, last
                  FROM (SELECT part, kind, count(*) AS records, min(time) AS first, max(time) AS last
                          FROM present JOIN kind USING (series) GROUP BY part, kind) p
                  JOIN telemetry_series s ON s.id = kind)
            INSERT INTO telemetry_rollup (span, time, metric, series, process, count, sum, min, max, last, last_time,
                                          buckets, counts)
            SELECT ?, timestamptz 'epoch' + part * %4$d * interval '1 microsecond', metric, kind, s.process, count, %2$s,
                   min, max, last[2], timestamptz 'epoch' + last[1] * interval '1 microsecond', buckets, counts
              FROM value JOIN sketch USING (part, kind, n) JOIN last USING (part, kind, n) JOIN name USING (n)
              JOIN telemetry_series s ON s.id = kind""";

    private RollupSql() {}

    /** Returns what removes the roll-ups of some processes of a block. */
    static List<Sql> clear(BlockSpan span, OffsetDateTime from, Object processes) {
        String condition = " WHERE span = ? AND time = ? AND process = ANY (?)";
        return List.of(
                Sql.of("DELETE FROM telemetry_rollup" + condition, span.key(), from, processes),
                Sql.of("DELETE FROM telemetry_rollup_records" + condition, span.key(), from, processes));
    }

    /** Returns what makes the roll-ups of some processes of a block; its rows are these and their records. */
    static Sql sumUp(BlockSpan span, OffsetDateTime from, Object processes) {
        long micros = EpochMicros.micros(from.toInstant());
        long hour = BlockSpan.HOUR.micros();
        Object hours =
                RollupCover.times(LongStream.range(0, span.micros() / hour).mapToObj((i) -> micros + i * hour));
        return Sql.of(
                SUM_UP.formatted(
                        span.key(),
                        ValueSums.SUMS.formatted("v"),
                        ValueSums.SMALL.formatted("sum"),
                        ValueSums.LARGE.formatted("sum"),
                        ValueSums.SCALED_DOWN.formatted("sum"),
                        ValueSums.TOTAL),
                from,
                processes,
                hours);
    }

    /** Returns what makes the coarser roll-ups of a block anew, from those of its series. */
    static List<Sql> levels(BlockSpan span, OffsetDateTime from) {
        return coarser(RollupLevel.SERIES, span.key(), from, end(span, from));
    }

    /**
     * Returns what makes the roll-ups of an hour's parts anew.
     *
     * @param processes whose records were looked at
     * @param fewest how many records the hour must have
     */
    static List<Sql> parts(OffsetDateTime hour, Object processes, long fewest) {
        return fromRecords(RollupPart.SPAN, RollupPart.MICROS, hour, processes, fewest);
    }

    /** Returns what makes the coarse roll-ups of an hour anew whose series have few records; see {@link #parts}. */
    static List<Sql> coarse(OffsetDateTime hour, Object processes, long fewest) {
        return fromRecords(BlockSpan.HOUR.key(), BlockSpan.HOUR.micros(), hour, processes, fewest);
    }

    private static List<Sql> fromRecords(String span, long micros, OffsetDateTime hour, Object processes, long fewest) {
        OffsetDateTime to = end(BlockSpan.HOUR, hour);
        RollupLevel level = RollupPart.FINEST;
        String key = level.key(span);
        List<Sql> statements = new ArrayList<>(clear(key, hour, to));
        statements.add(Sql.of(
                FROM_RECORDS.formatted(ValueSums.SUMS.formatted("v"), ValueSums.TOTAL, level.columns(), micros),
                hour,
                to,
                fewest,
                processes,
                BlockSpan.HOUR.key(),
                hour,
                key,
                key));
        statements.addAll(coarser(level, span, hour, to));
        return statements;
    }

    private static List<Sql> coarser(RollupLevel finest, String span, OffsetDateTime from, OffsetDateTime to) {
        List<Sql> statements = new ArrayList<>();
        for (RollupLevel finer = finest; finer != RollupLevel.ALL; finer = finer.coarser()) {
            RollupLevel level = finer.coarser();
            String key = level.key(span);
            statements.addAll(clear(key, from, to));
            statements.add(Sql.of(
                    LEVEL.formatted(ValueSums.SUMS.formatted("v"), ValueSums.TOTAL, level.columns()),
                    finer.key(span),
                    from,
                    to,
                    finer.key(span),
                    from,
                    to,
                    key,
                    key));
        }
        return statements;
    }

    private static List<Sql> clear(String span, OffsetDateTime from, OffsetDateTime to) {
        String condition = " WHERE span = ? AND time >= ? AND time < ?";
        return List.of(
                Sql.of("DELETE FROM telemetry_rollup" + condition, span, from, to),
                Sql.of("DELETE FROM telemetry_rollup_records" + condition, span, from, to));
    }

    private static OffsetDateTime end(BlockSpan span, OffsetDateTime from) {
        return from.plusNanos(span.micros() * 1000);
    }
}
