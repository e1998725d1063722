package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.store.query.IndexedSegment.CountVisitor;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.query.Scan;
import org.cloudmesh.ai.telemetry.store.query.Scan.Columns;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.sqlite.Candidates.RowRange;
import org.cloudmesh.ai.telemetry.store.sqlite.ReadingPlaces.Place;
import org.jspecify.annotations.Nullable;

/**
 * A scan as SQL: which columns it reads, and which rows SQLite can leave out by itself. Each column costs as much as
 * the row, so a scan for one metric reads as few as it can; where nothing but the value matters, not even the id.
 */
final class RowQuery {

    private static final String RANGE = " FROM record WHERE id >= ? AND id < ?";

    private static final String BETWEEN = RANGE + " AND reading BETWEEN ? AND ?";

    private static final String LISTED = RANGE + " AND reading IN (SELECT value FROM json_each(?))";

    // A statement of its own costs a range as much as some dozens of rows. The rows of a range come together, and the
    // ranges in their order, since a cross join fixes which table is gone through first.
    private static final String RANGES =
            "WITH place(since, before, least, greatest) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2,"
                    + " value ->> 3 FROM json_each(?)) SELECT ";

    private static final String IN_RANGES = " FROM place CROSS JOIN record WHERE id >= since AND id < before";

    private static final int MANY_RANGES = 8;

    // Beyond, SQLite might need a file for them.
    private static final int MOST_RANGES = 4096;

    private final Database database;

    private final StoredSeriesCatalog.View catalog;

    private final Scan scan;

    private final String condition;

    // A condition on the value; empty when there is none.
    private final String least;

    private final boolean exact;

    private final @Nullable ValueColumns values;

    private final String columns;

    private final String order;

    private final int more;

    private final CarriedTexts texts = new CarriedTexts();

    RowQuery(Database database, StoredSeriesCatalog.View catalog, Scan scan) {
        this.database = database;
        this.catalog = catalog;
        this.scan = scan;
        SqlFilter filter = SqlFilter.of(scan.filter());
        this.exact = filter.isExact();
        boolean asked = !scan.filter().filter().conditions().isEmpty();
        String attributes = !scan.filter().hasPartial() ? "" : asked ? ", attributes, message" : ", attributes";
        int next = attributes.isEmpty() ? 3 : asked ? 5 : 4;
        this.values = scan.columns() == Columns.METRIC ? values(scan, catalog, next) : null;
        this.condition = filter.sql();
        this.least = this.values == null || this.values.only().isEmpty() || Double.isNaN(scan.least())
                ? ""
                : " AND " + this.values.only() + " >= ?";
        this.columns = switch (scan.columns()) {
            case LABELS -> "id, kind" + attributes;
            case METRIC -> "id, kind" + attributes + (this.values == null ? RecordRows.VALUES : this.values.names());
            case METRICS -> "id, kind" + attributes + RecordRows.VALUES;
            case RECORD -> RecordRows.COLUMNS;
        };
        this.more = scan.columns() == Columns.RECORD ? RecordRows.MORE : next;
        this.order = " ORDER BY id" + (scan.newestFirst() ? " DESC" : "");
    }

    /** Returns the columns in which chosen rows have the metric; null when they are not known. */
    private static @Nullable ValueColumns values(Scan scan, StoredSeriesCatalog.View catalog, int first) {
        String metric = String.valueOf(scan.metric());
        if (scan.filter().everySeries() && catalog.isLarge()) {
            return null;
        }
        List<StoredSeries> chosen = new ArrayList<>();
        if (scan.filter().everySeries()) {
            catalog.forEach((series) -> add((StoredSeries) series, metric, chosen));
        } else {
            scan.filter().forEachWhole((id) -> add(catalog.series(id), metric, chosen));
            scan.filter().forEachPartial((id) -> add(catalog.series(id), metric, chosen));
        }
        return new ValueColumns(metric, chosen, first);
    }

    private static void add(StoredSeries series, String metric, List<StoredSeries> chosen) {
        if (series.metricSet().indexOf(metric) >= 0) {
            chosen.add(series);
        }
    }

    /** Returns whether the query is the same for another scan, its range aside. */
    boolean serves(Scan scan) {
        return this.scan.filter() == scan.filter()
                && this.scan.columns() == scan.columns()
                && this.scan.newestFirst() == scan.newestFirst()
                && Double.compare(this.scan.least(), scan.least()) == 0;
    }

    private ResultSet query(String columns, RowRange range, String rest) throws SQLException {
        List<Object> parameters = new ArrayList<>();
        parameters.add(range.from());
        parameters.add(range.until());
        String rows = RANGE;
        Place place = range.readings();
        if (place != null && place.listed() == null) {
            rows = BETWEEN;
            parameters.add(place.least());
            parameters.add(place.greatest());
        } else if (place != null) {
            rows = LISTED;
            parameters.add(place.listed());
        }
        if (!this.least.isEmpty()) {
            parameters.add(this.scan.least());
        }
        return this.database.query(
                "SELECT " + columns + rows + this.condition + this.least + rest, parameters.toArray());
    }

    /** Runs a query over ranges, with as few statements as there can be, until one is told that it was enough. */
    private void query(String columns, List<RowRange> ranges, RowsReader reader) throws SQLException {
        int at = 0;
        while (at < ranges.size()) {
            int end = at;
            while (end < Math.min(ranges.size(), at + MOST_RANGES)
                    && !this.scan.newestFirst()
                    && !isListed(ranges.get(end))) {
                end++;
            }
            boolean many = end - at >= MANY_RANGES;
            end = many ? end : at + 1;
            try (ResultSet rows =
                    many ? queryAll(columns, ranges.subList(at, end)) : query(columns, ranges.get(at), this.order)) {
                if (!reader.read(rows)) {
                    return;
                }
            }
            at = end;
        }
    }

    private static boolean isListed(RowRange range) {
        Place place = range.readings();
        return place != null && place.listed() != null;
    }

    /** Runs a query over ranges of which none has a list of readings. */
    private ResultSet queryAll(String columns, List<RowRange> ranges) throws SQLException {
        boolean system = ranges.get(0).readings() != null;
        StringBuilder places = new StringBuilder();
        for (RowRange range : ranges) {
            places.append(places.isEmpty() ? "[[" : ",[");
            places.append(range.from()).append(',').append(range.until());
            Place place = range.readings();
            if (place != null) {
                places.append(',').append(place.least()).append(',').append(place.greatest());
            }
            places.append(']');
        }
        List<Object> parameters = new ArrayList<>();
        parameters.add(places.append(']').toString());
        if (!this.least.isEmpty()) {
            parameters.add(this.scan.least());
        }
        return this.database.query(
                RANGES
                        + columns
                        + IN_RANGES
                        + (system ? " AND reading BETWEEN least AND greatest" : "")
                        + this.condition
                        + this.least,
                parameters.toArray());
    }

    /** Reads the rows of a statement; returns whether it wants those of another. */
    @FunctionalInterface
    private interface RowsReader {

        boolean read(ResultSet rows) throws SQLException;
    }

    /** Shows rows of ranges of ids until the visitor wants no more. */
    void show(List<RowRange> ranges, RecordRows records, Predicate<RecordView> visitor) throws SQLException {
        try {
            query(this.columns, ranges, (rows) -> show(rows, records, visitor));
        } catch (RowView.ReadingFailed ex) {
            throw ex.error();
        }
    }

    private boolean show(ResultSet rows, RecordRows records, Predicate<RecordView> visitor) throws SQLException {
        RowView view = new RowView(rows, this.catalog, records, this);
        while (rows.next()) {
            view.moved();
            if (!visitor.test(view)) {
                return false;
            }
        }
        return true;
    }

    /** Counts rows of wholly chosen series. */
    void count(RowRange range, CountVisitor visitor) throws SQLException {
        try (ResultSet rows = query("kind, count(*), min(id), max(id)", range, " GROUP BY kind")) {
            while (rows.next()) {
                if (this.scan.filter().isWhole(rows.getInt(1))) {
                    visitor.visit(
                            rows.getInt(1),
                            rows.getLong(2),
                            RowIds.micros(rows.getLong(3)),
                            RowIds.micros(rows.getLong(4)));
                }
            }
        }
    }

    /**
     * Returns whether SQLite chooses exactly the rows that are wanted, and all have the value in one column of its own.
     */
    boolean canSum() {
        return this.exact && this.values != null && !this.values.only().isEmpty();
    }

    /** Adds the values without reading their times, but for the last one, which alone matters. */
    void sum(List<RowRange> ranges, Supplier<Distribution> target) throws SQLException {
        if (ranges.isEmpty()) {
            return;
        }
        ValueSum sum = new ValueSum(target, RowIds.micros(ranges.get(0).from()));
        query(this.values == null ? "" : this.values.only(), ranges, sum::add);
        for (int i = ranges.size() - 1; i >= 0 && sum.isOpen(); i--) {
            try (ResultSet row = query("id", ranges.get(i), " ORDER BY id DESC LIMIT 1")) {
                if (row.next()) {
                    sum.end(row.getLong(1));
                }
            }
        }
    }

    /** Adds values to a distribution that is asked for with the first one; the last one waits for its time. */
    private static final class ValueSum {

        private final Supplier<Distribution> target;

        private @Nullable Distribution distribution;

        private final long at;

        private double last;

        ValueSum(Supplier<Distribution> target, long at) {
            this.target = target;
            this.at = at;
        }

        boolean add(ResultSet rows) throws SQLException {
            Distribution distribution = this.distribution;
            while (rows.next()) {
                if (distribution == null) {
                    distribution = this.target.get();
                } else {
                    distribution.add(this.last, this.at);
                }
                this.last = rows.getDouble(1);
            }
            this.distribution = distribution;
            return true;
        }

        boolean isOpen() {
            return this.distribution != null;
        }

        void end(long id) {
            if (this.distribution != null) {
                this.distribution.add(this.last, RowIds.micros(id));
                this.distribution = null;
            }
        }
    }

    Columns columns() {
        return this.scan.columns();
    }

    @Nullable
    ValueColumns values() {
        return this.values;
    }

    /** Returns the number of the column {@code attributes}; 0 when it is not read. */
    int attributes() {
        if (this.scan.columns() == Columns.RECORD) {
            return RecordRows.ATTRIBUTES;
        }
        return this.scan.filter().hasPartial() ? 3 : 0;
    }

    /** Returns the number of the column {@code message}; 0 when it is not read. */
    int message() {
        if (this.scan.columns() == Columns.RECORD) {
            return RecordRows.MESSAGE;
        }
        return this.scan.filter().hasPartial()
                        && !this.scan.filter().filter().conditions().isEmpty()
                ? 4
                : 0;
    }

    /** Returns the number of the column {@code more}, which those of the values follow. */
    int more() {
        return this.more;
    }

    /** Returns what reads the column {@code attributes}. */
    CarriedTexts texts() {
        return this.texts;
    }
}
