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

    // A total is of the present records when it has as many: a block only gains them, until all of it goes.
    private static final String COMPLETE =
            "SELECT (extract(epoch FROM c.time) * 1000000)::bigint, c.records, coalesce(t.records = c.records, false)"
                    + " FROM (SELECT b.time, sum(b.records)::bigint AS records"
                    + " FROM unnest(?, ?) AS e(since, before)"
                    + " JOIN telemetry_block b ON b.span = ? AND b.time >= e.since AND b.time < e.before"
                    + " GROUP BY b.time HAVING bool_and(b.summed)) c"
                    + " LEFT JOIN telemetry_rollup_records t ON t.span = ? AND t.time = c.time AND t.series = "
                    + RollupSql.ALL_SERIES;

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
     * @param asOne whether all series are asked for, and not told apart
     * @param fewest if there are fewer records than that in blocks, the records themselves are looked at, so that
     *     percentiles are exact
     * @param edges of the buckets, in microseconds since 1970, rising; a block lies within one of them
     */
    static RollupCover of(Connection connection, PostgresSettings settings, boolean asOne, long fewest, long... edges)
            throws SQLException {
        RollupCover cover = new RollupCover(edges);
        long records = 0;
        for (BlockSpan span : BlockSpan.values()) {
            if (cover.mayHold(span)) {
                records += cover.fill(connection, settings, asOne, span);
            }
        }
        return records < fewest || cover.blocks.isEmpty() ? ofRecords(edges) : cover;
    }

    private boolean mayHold(BlockSpan span) {
        for (int i = 1; i < this.edges.length; i++) {
            // A difference beyond what a long can hold is large, too.
            long width = this.edges[i] - this.edges[i - 1];
            if (width >= span.micros() || width < 0) {
                return true;
            }
        }
        return false;
    }

    private long fill(Connection connection, PostgresSettings settings, boolean asOne, BlockSpan span)
            throws SQLException {
        long records = 0;
        List<Block> found = new ArrayList<>();
        Sql sql = Sql.of(COMPLETE, starts(), ends(), span.key(), span.totalKey());
        try (PreparedStatement statement = sql.prepare(connection, settings);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                Block block = new Block(span, row.getLong(1), asOne && row.getBoolean(3));
                if (isInOneBucket(block) && this.gaps.stream().anyMatch((gap) -> gap.holds(block))) {
                    found.add(block);
                    records += row.getLong(2);
                }
            }
        }
        found.sort(Comparator.comparingLong(Block::from));
        this.blocks.addAll(found);
        this.gaps = without(found);
        return records;
    }

    private boolean isInOneBucket(Block block) {
        int from = Arrays.binarySearch(this.edges, block.from());
        int next = from >= 0 ? from + 1 : -1 - from;
        return next < this.edges.length && block.to() <= this.edges[next];
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

    /** Returns the blocks as a table {@code e} of {@code span} and {@code time}. */
    Sql blockTable() {
        return Sql.of(
                "unnest(?, ?) AS e(span, time)",
                Sql.array("text", this.blocks.stream().map(Block::key).toList()),
                times(this.blocks.stream().map(Block::from)));
    }

    /** Returns the records of the gaps as a table {@code r}. */
    Sql recordTable() {
        // Without the OFFSET the planner may look at all records for each gap.
        return Sql.of(
                "unnest(?, ?) AS e(since, before) CROSS JOIN LATERAL"
                        + " (SELECT * FROM telemetry_record x WHERE x.time >= e.since AND x.time < e.before OFFSET 0) r",
                starts(),
                ends());
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

    private record Block(BlockSpan span, long from, boolean total) {

        String key() {
            return this.total ? this.span.totalKey() : this.span.key();
        }

        long to() {
            return this.from + this.span.micros();
        }
    }
}
