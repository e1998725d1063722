package org.cloudmesh.ai.telemetry.store.postgresql;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.LongStream;
import org.cloudmesh.ai.telemetry.store.EpochMicros;

/** What {@link Rollups} sum a block up with, as SQL: each statement sees one state of the database. */
final class RollupSql {

    /** Stands for all series, and for all processes, in the roll-ups that do not tell them apart. */
    static final int ALL_SERIES = 0;

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

    /** Returns what makes the roll-up of all series of a block anew, where all of the block is summed up. */
    static List<Sql> total(BlockSpan span, OffsetDateTime from) {
        String total = span.totalKey();
        String key = span.key();
        return List.of(
                Sql.of("DELETE FROM telemetry_rollup WHERE span = ? AND time = ?", total, from),
                Sql.of("DELETE FROM telemetry_rollup_records WHERE span = ? AND time = ?", total, from),
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
}
