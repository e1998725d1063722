package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.store.EpochMicros;

/**
 * How a range of time is put together: from the days and hours in it that are summed up, and from the records of the
 * gaps that these leave. Times are in microseconds since 1970.
 *
 * <p>A day or an hour counts only when it is summed up as a whole, for all processes, as of the state of the database
 * that the question sees. So the blocks and the records of the gaps are exactly the records of the range.
 */
final class RollupCover {

    // Roll-ups of a level are of the present records when they have as many: a block only gains them, until all of it
    // goes.
    private static final String BLOCKS = """
            SELECT (extract(epoch FROM c.time) * 1000000)::bigint, c.records, l.records = c.records
              FROM (SELECT b.time, sum(b.records)::bigint AS records, bool_and(b.summed) AS summed
                      FROM unnest(?, ?) AS e(since, before)
                      JOIN telemetry_block b ON b.span = ? AND b.time >= e.since AND b.time < e.before
                     GROUP BY b.time) c
             CROSS JOIN LATERAL (SELECT coalesce(sum(l.records), 0) AS records FROM telemetry_rollup_records l
                                  WHERE l.span = ? AND l.time = c.time) l
             WHERE c.summed OR l.records = c.records""";

    private static final String PARTS = """
            SELECT (extract(epoch FROM p.time) * 1000000)::bigint, sum(p.records)::bigint
              FROM (SELECT b.time, sum(b.records) AS records
                      FROM (SELECT DISTINCT b.time
                              FROM unnest(?, ?) AS e(since, before)
                              JOIN telemetry_block b
                                ON b.span = ? AND b.time > e.since - interval '1 hour' AND b.time < e.before) t
                      JOIN telemetry_block b ON b.span = ? AND b.time = t.time
                     GROUP BY b.time) c
             CROSS JOIN LATERAL (SELECT l.time, l.records, sum(l.records) OVER () AS present
                                   FROM telemetry_rollup_records l
                                  WHERE l.span = ? AND l.time >= c.time AND l.time < c.time + interval '1 hour') p
             WHERE p.present = c.records
             GROUP BY p.time""";

    private final long[] edges;

    private final List<Block> blocks = new ArrayList<>();

    private List<Range> gaps;

    private RollupCover(long[] edges) {
        this.edges = edges;
        this.gaps = List.of(new Range(edges[0], edges[edges.length - 1]));
    }

    /** Returns a range of which only the records tell. */
    static RollupCover ofRecords(long... edges) {
        return new RollupCover(edges);
    }

    /**
     * Covers a range with the largest blocks.
     *
     * @param level what is told apart
     * @param fewest if there are fewer records than that in blocks, the records themselves are looked at, so that
     *     percentiles are exact
     * @param edges of the buckets, in microseconds since 1970, rising; a block lies within one of them
     */
    static RollupCover of(
            Connection connection, PostgresSettings settings, RollupLevel level, long fewest, long... edges)
            throws SQLException {
        RollupCover cover = new RollupCover(edges);
        long records = 0;
        for (BlockSpan span : BlockSpan.values()) {
            if (cover.mayHold(span.micros())) {
                records += cover.add(cover.blocks(connection, settings, level, span));
            }
        }
        if (level.compareTo(RollupPart.FINEST) <= 0 && cover.mayHold(RollupPart.MICROS)) {
            records += cover.add(cover.parts(connection, settings, level.key(RollupPart.SPAN)));
        }
        return records < fewest || cover.blocks.isEmpty() ? ofRecords(edges) : cover;
    }

    private boolean mayHold(long micros) {
        for (int i = 1; i < this.edges.length; i++) {
            // A difference beyond what a long can hold is large, too.
            long width = this.edges[i] - this.edges[i - 1];
            if (width >= micros || width < 0) {
                return true;
            }
        }
        return false;
    }

    private List<Block> blocks(Connection connection, PostgresSettings settings, RollupLevel level, BlockSpan span)
            throws SQLException {
        String key = level.key(span.key());
        List<Block> blocks = new ArrayList<>();
        // Of the finest level there is nothing to be asked.
        Sql sql = Sql.of(BLOCKS, starts(), ends(), span.key(), level == RollupLevel.SERIES ? "" : key);
        try (PreparedStatement statement = sql.prepare(connection, settings);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                long from = row.getLong(1);
                blocks.add(new Block(row.getBoolean(3) ? key : span.key(), from, from + span.micros(), row.getLong(2)));
            }
        }
        return blocks;
    }

    private List<Block> parts(Connection connection, PostgresSettings settings, String key) throws SQLException {
        String hour = BlockSpan.HOUR.key();
        List<Block> parts = new ArrayList<>();
        Sql sql = Sql.of(PARTS, starts(), ends(), hour, hour, key);
        try (PreparedStatement statement = sql.prepare(connection, settings);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                long from = row.getLong(1);
                parts.add(new Block(key, from, from + RollupPart.MICROS, row.getLong(2)));
            }
        }
        return parts;
    }

    /** Takes those that lie in a gap and in one bucket; returns how many records they have. */
    private long add(List<Block> blocks) {
        List<Block> found = blocks.stream()
                .filter((block) -> isInOneBucket(block) && this.gaps.stream().anyMatch((gap) -> gap.holds(block)))
                .sorted(Comparator.comparingLong(Block::from))
                .toList();
        this.blocks.addAll(found);
        this.gaps = without(found);
        return found.stream().mapToLong(Block::records).sum();
    }

    private boolean isInOneBucket(Block block) {
        int bucket = bucket(block.from());
        return bucket < this.edges.length - 1 && block.to() <= this.edges[bucket + 1];
    }

    private int bucket(long time) {
        int edge = Arrays.binarySearch(this.edges, time);
        return edge >= 0 ? edge : -2 - edge;
    }

    private List<Range> without(List<Block> found) {
        List<Range> left = new ArrayList<>();
        int next = 0;
        for (Range gap : this.gaps) {
            long from = gap.from;
            while (next < found.size() && found.get(next).from() < gap.to) {
                Block block = found.get(next++);
                if (block.from() > from) {
                    left.add(new Range(from, block.from()));
                }
                from = block.to();
            }
            if (from < gap.to) {
                left.add(new Range(from, gap.to));
            }
        }
        return left;
    }

    /** Returns whether there is any block. */
    boolean hasBlocks() {
        return !this.blocks.isEmpty();
    }

    /** Returns whether there is any time that only records tell of. */
    boolean hasGaps() {
        return !this.gaps.isEmpty();
    }

    /** Returns the blocks as a table {@code e} of {@code span}, {@code time} and {@code bucket}. */
    Sql blockTable() {
        return Sql.of(
                "unnest(?, ?, ?) AS e(span, time, bucket)",
                Sql.array("text", this.blocks.stream().map(Block::key).toList()),
                times(this.blocks.stream().map(Block::from)),
                Sql.array(
                        "int4",
                        this.blocks.stream().map((block) -> bucket(block.from)).toList()));
    }

    /** Returns the records that the blocks leave over as a table {@code r}. */
    Sql recordTable() {
        if (!hasBlocks()) {
            return Sql.of("telemetry_record r");
        }
        List<Range> pieces =
                this.gaps.stream().flatMap((gap) -> pieces(gap).stream()).toList();
        // Without the OFFSET the planner may look at all records for each piece.
        return Sql.of(
                "unnest(?, ?, ?) AS e(since, before, bucket) CROSS JOIN LATERAL"
                        + " (SELECT * FROM telemetry_record x WHERE x.time >= e.since AND x.time < e.before OFFSET 0) r",
                times(pieces.stream().map(Range::from)),
                times(pieces.stream().map(Range::to)),
                Sql.array(
                        "int4",
                        pieces.stream().map((piece) -> bucket(piece.from)).toList()));
    }

    private List<Range> pieces(Range gap) {
        List<Range> pieces = new ArrayList<>();
        for (long from = gap.from; from < gap.to; ) {
            long to = Math.min(gap.to, this.edges[bucket(from) + 1]);
            pieces.add(new Range(from, to));
            from = to;
        }
        return pieces;
    }

    /** Returns the bucket of a row of {@link #recordTable()}, as SQL. */
    Sql bucketOfRecord() {
        if (this.edges.length == 2) {
            return Sql.of("0");
        }
        return hasBlocks()
                ? Sql.of("e.bucket")
                : Sql.of(
                        "width_bucket(r.time, ?) - 1",
                        times(Arrays.stream(this.edges).boxed()));
    }

    private Object starts() {
        return times(this.gaps.stream().map(Range::from));
    }

    private Object ends() {
        return times(this.gaps.stream().map(Range::to));
    }

    /** Returns times, in microseconds since 1970, as an array of the database. */
    static Object times(Stream<Long> micros) {
        return Sql.array("timestamptz", micros.map(RollupCover::text).toList());
    }

    private static String text(long micros) {
        if (micros == Long.MIN_VALUE || micros == Long.MAX_VALUE) {
            return micros < 0 ? "-infinity" : "infinity";
        }
        OffsetDateTime time = Selection.time(EpochMicros.instant(micros));
        return Objects.requireNonNull(time).toString();
    }

    private record Range(long from, long to) {

        boolean holds(Block block) {
            return block.from() >= this.from && block.to() <= this.to;
        }
    }

    private record Block(String key, long from, long to, long records) {}
}
