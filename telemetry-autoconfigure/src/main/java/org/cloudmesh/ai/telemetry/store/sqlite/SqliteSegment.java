package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.query.Block;
import org.cloudmesh.ai.telemetry.store.query.IndexedSegment;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;
import org.cloudmesh.ai.telemetry.store.query.Scan;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.cloudmesh.ai.telemetry.store.sqlite.Candidates.RowRange;
import org.jspecify.annotations.Nullable;

/**
 * The records of a range, as the tree of cells that the writer keeps ({@link RollupTree}) and, where there are no
 * cells, as ranges of rows. Rows are read by ranges of row ids, which are times; only the columns that are asked for
 * are read, and what SQLite can count by itself it counts. Used by one query.
 */
final class SqliteSegment implements IndexedSegment {

    // Places of some dozens of records, which are looked at faster than roll-ups are.
    private static final long FEW_PLACES = 4096;

    // Of series that are chosen wholly: a value that an attribute had before it had many is in few cells, or in many.
    private static final int MOST_CELLS = 64;

    // So many are most of what there is.
    private static final long MANY_PLACES = 1 << 16;

    private final ReadSession session;

    private final Database database;

    private final StoredSeriesCatalog.View catalog;

    private final RecordRows records;

    private final long from;

    private final long to;

    // Since and until of the levels, the lowest first; read when cells are asked for.
    private @Nullable List<long[]> covered;

    private @Nullable RowQuery query;

    private @Nullable Candidates candidates;

    /**
     * Creates the segment of a range.
     *
     * @param from microseconds since 1970, included
     * @param to microseconds since 1970, excluded
     */
    SqliteSegment(ReadSession session, StoredSeriesCatalog.View catalog, long from, long to) {
        this.session = session;
        this.database = session.database();
        this.catalog = catalog;
        this.records = new RecordRows(this.database, catalog);
        this.from = RowIds.bound(from);
        this.to = RowIds.bound(to);
    }

    @Override
    public StoredSeriesCatalog.View catalog() {
        return this.catalog;
    }

    @Override
    public Block whole() {
        try {
            long end = this.database.number("SELECT max(id) FROM record", -1) + 1;
            return new Rows(this.from, Math.max(this.from, Math.min(this.to, end)));
        } catch (SQLException ex) {
            throw this.session.failure(ex);
        }
    }

    @Override
    public boolean finds(ResolvedFilter filter) {
        if (!filter.hasPartial()) {
            return false;
        }
        long places = candidates(filter).rows().parts();
        return places <= FEW_PLACES || (places < MANY_PLACES && !filter.isRare());
    }

    /** Returns the cells and rows where series may be that are chosen wholly; null when there are many. */
    private @Nullable List<long[]> wholes(ResolvedFilter filter) {
        List<long[]> found = new ArrayList<>();
        Deque<Block> left = new ArrayDeque<>(blocks());
        while (!left.isEmpty()) {
            Rows block = (Rows) left.pop();
            if (block.rollup() != null && !hasWhole(block.rollup().counts(), filter)) {
                continue;
            }
            if (!block.children().isEmpty()) {
                block.children().forEach(left::push);
            } else if (found.size() < MOST_CELLS) {
                found.add(new long[] {block.from, block.until});
            } else {
                return null;
            }
        }
        return found;
    }

    private static boolean hasWhole(RollupEntries counts, ResolvedFilter filter) {
        while (counts.next()) {
            if (filter.isWhole(counts.series())) {
                return true;
            }
        }
        return false;
    }

    private Candidates candidates(ResolvedFilter filter) {
        Candidates candidates = this.candidates;
        if (candidates == null || candidates.filter() != filter) {
            try {
                candidates = Candidates.of(this.database, filter, this.from, this.to, () -> wholes(filter));
            } catch (SQLException ex) {
                throw this.session.failure(ex);
            }
            this.candidates = candidates;
        }
        return candidates;
    }

    @Override
    public List<? extends Block> blocks() {
        return blocks(Integer.MAX_VALUE, this.from, this.to);
    }

    private List<Block> blocks(int level, long from, long to) {
        try {
            List<Block> blocks = new ArrayList<>();
            List<long[]> covered = covered();
            cover(covered, Math.min(level, covered.size()), from, to, blocks);
            return blocks;
        } catch (SQLException ex) {
            throw this.session.failure(ex);
        }
    }

    private List<long[]> covered() throws SQLException {
        List<long[]> covered = this.covered;
        if (covered == null) {
            covered = new ArrayList<>();
            try (ResultSet rows = this.database.query("SELECT since, until FROM tree ORDER BY level")) {
                while (rows.next()) {
                    covered.add(new long[] {rows.getLong(1), rows.getLong(2)});
                }
            }
            this.covered = covered;
        }
        return covered;
    }

    /** Puts a range of ids together from the largest cells that lie in it, of that level or below, and from rows. */
    private void cover(List<long[]> covered, int level, long from, long to, List<Block> blocks) throws SQLException {
        if (from >= to) {
            return;
        }
        if (level == 0) {
            blocks.add(new Rows(from, to));
            return;
        }
        long[] range = covered.get(level - 1);
        long since = Math.max(from, range[0]);
        long until = Math.min(to, range[1]);
        if (since >= until) {
            cover(covered, level - 1, from, to, blocks);
            return;
        }
        cover(covered, level - 1, from, since, blocks);
        for (Cell cell : cells(level, since, until)) {
            if (cell.from >= since && cell.until <= until) {
                blocks.add(cell);
            } else {
                cover(covered, level - 1, Math.max(cell.from, since), Math.min(cell.until, until), blocks);
            }
        }
        cover(covered, level - 1, until, to, blocks);
    }

    /** Returns the cells of a level that overlap a range, in the order of time. */
    private List<Cell> cells(int level, long from, long to) throws SQLException {
        List<Cell> cells = new ArrayList<>();
        try (ResultSet rows = this.database.query(
                "SELECT first, until, id, records, by_kind FROM cell WHERE level = ? AND first < ? AND first >= coalesce("
                        + "(SELECT max(first) FROM cell WHERE level = ? AND first <= ?), 0) ORDER BY first",
                level,
                to,
                level,
                from)) {
            while (rows.next()) {
                cells.add(new Cell(
                        level,
                        rows.getLong(1),
                        rows.getLong(2),
                        rows.getLong(3),
                        rows.getLong(4),
                        rows.getInt(5) == 1 ? Block.Detail.SERIES : Block.Detail.GROUPS));
            }
        }
        return cells;
    }

    @Override
    public void scan(List<? extends Block> blocks, Scan scan, Predicate<RecordView> visitor) {
        RowQuery query = query(scan);
        try {
            query.show(ranges(blocks, scan), this.records, visitor);
        } catch (SQLException ex) {
            throw this.session.failure(ex);
        }
    }

    @Override
    public void count(List<? extends Block> blocks, Scan scan, CountVisitor visitor) {
        RowQuery query = query(scan);
        try {
            for (RowRange range : ranges(blocks, scan)) {
                query.count(range, visitor);
            }
        } catch (SQLException ex) {
            throw this.session.failure(ex);
        }
    }

    @Override
    public boolean sum(List<? extends Block> blocks, Scan scan, Supplier<Distribution> target) {
        RowQuery query = query(scan);
        if (!query.canSum()) {
            return false;
        }
        try {
            query.sum(ranges(blocks, scan), target);
        } catch (SQLException ex) {
            throw this.session.failure(ex);
        }
        return true;
    }

    private RowQuery query(Scan scan) {
        RowQuery query = this.query;
        if (query == null || !query.serves(scan)) {
            query = new RowQuery(this.database, this.catalog, scan);
            this.query = query;
        }
        return query;
    }

    /** Returns the rows of blocks that may be chosen, in the order of the scan. */
    private List<RowRange> ranges(List<? extends Block> blocks, Scan scan) {
        List<long[]> covered = new ArrayList<>();
        for (Block block : blocks) {
            Rows rows = (Rows) block;
            covered.add(new long[] {
                Math.max(RowIds.bound(scan.from()), rows.from), Math.min(RowIds.bound(scan.to()), rows.until)
            });
        }
        Candidates candidates = candidates(scan.filter());
        List<RowRange> ranges = new ArrayList<>();
        for (long[] range : IdRanges.of(covered).within(Long.MIN_VALUE, Long.MAX_VALUE)) {
            ranges.addAll(candidates.within(range[0], range[1]));
        }
        if (scan.newestFirst()) {
            Collections.reverse(ranges);
        }
        return ranges;
    }

    @Override
    public List<SystemReading> readings(ResolvedFilter filter, int limit, Deadline deadline) {
        try {
            return new ReadingHistory(this.database, this.records, filter, deadline).readings(limit);
        } catch (SQLException ex) {
            throw this.session.failure(ex);
        }
    }

    /** A range of row ids. */
    private class Rows implements Block {

        final long from;

        final long until;

        Rows(long from, long until) {
            this.from = from;
            this.until = until;
        }

        @Override
        public long first() {
            return RowIds.micros(this.from);
        }

        @Override
        public long last() {
            return this.until == Long.MAX_VALUE ? Long.MAX_VALUE : RowIds.micros(this.until - 1);
        }

        @Override
        public boolean mayHold(ResolvedFilter filter) {
            return candidates(filter).overlap(this.from, this.until);
        }
    }

    /** Rows that have aggregates. */
    private final class Cell extends Rows implements Rollup {

        private final int level;

        private final long id;

        private final long records;

        private final Detail detail;

        private @Nullable List<Block> children;

        Cell(int level, long from, long until, long id, long records, Detail detail) {
            super(from, until);
            this.level = level;
            this.id = id;
            this.records = records;
            this.detail = detail;
        }

        @Override
        public long records() {
            return this.records;
        }

        @Override
        public Detail detail() {
            return this.detail;
        }

        @Override
        public Rollup rollup() {
            return this;
        }

        @Override
        public List<? extends Block> children() {
            if (this.level == 1) {
                return List.of();
            }
            List<Block> children = this.children;
            if (children == null) {
                children = blocks(this.level - 1, this.from, this.until);
                this.children = children;
            }
            return children;
        }

        @Override
        public RollupEntries counts() {
            return values(Rollup.COUNTS);
        }

        @Override
        public RollupEntries values(int metric) {
            Database database = SqliteSegment.this.database;
            try (ResultSet row = database.query("SELECT data FROM aggregate WHERE id = ?", (this.id << 32) + metric)) {
                return row.next() ? entries(row.getBytes(1)) : RollupEntries.none();
            } catch (SQLException ex) {
                throw SqliteSegment.this.session.failure(ex);
            }
        }

        @Override
        public void forEachMetric(MetricVisitor visitor) {
            Database database = SqliteSegment.this.database;
            try (ResultSet rows = database.query(
                    "SELECT id & 4294967295, data FROM aggregate WHERE id > ? AND id < ?",
                    this.id << 32,
                    (this.id + 1) << 32)) {
                while (rows.next()) {
                    visitor.visit((int) rows.getLong(1), entries(rows.getBytes(2)));
                }
            } catch (SQLException ex) {
                throw SqliteSegment.this.session.failure(ex);
            }
        }

        private RollupEntries entries(byte[] data) {
            return new RollupEntries(data, 0, data.length, this.from, RowIds.TIE_BITS);
        }
    }
}
