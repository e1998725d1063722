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

    /** Shows rows of a range of ids; returns whether the visitor wants more. */
    boolean show(RowRange range, RecordRows records, Predicate<RecordView> visitor) throws SQLException {
        try (ResultSet rows = query(this.columns, range, this.order)) {
            RowView view = new RowView(rows, this.catalog, records, this);
            while (rows.next()) {
                view.moved();
                if (!visitor.test(view)) {
                    return false;
                }
            }
            return true;
        } catch (RowView.ReadingFailed ex) {
            throw ex.error();
        }
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
        @Nullable Distribution distribution = null;
        @Nullable RowRange last = null;
        double value = 0;
        for (RowRange range : ranges) {
            try (ResultSet rows = query(this.values == null ? "" : this.values.only(), range, " ORDER BY id")) {
                while (rows.next()) {
                    if (distribution == null) {
                        distribution = target.get();
                    } else {
                        distribution.add(value, RowIds.micros(range.from()));
                    }
                    value = rows.getDouble(1);
                    last = range;
                }
            }
        }
        if (distribution != null && last != null) {
            try (ResultSet row = query("id", last, " ORDER BY id DESC LIMIT 1")) {
                distribution.add(value, RowIds.micros(row.next() ? row.getLong(1) : last.from()));
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
}
