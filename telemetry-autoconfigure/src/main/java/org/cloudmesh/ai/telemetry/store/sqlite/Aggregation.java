package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Count;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Cursor;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.Distribution;
import org.cloudmesh.ai.telemetry.store.GroupLimit;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.Shape;
import org.cloudmesh.ai.telemetry.store.sqlite.QueryPlan.Part;
import org.jspecify.annotations.Nullable;

/** Sums up chosen records within one read transaction: from cells where it can, from rows where it must. */
final class Aggregation {

    private final Database database;

    private final Catalog catalog;

    private final ResolvedFilter selection;

    private final Deadline deadline;

    private final int few;

    Aggregation(Database database, Catalog catalog, ResolvedFilter selection, int few, Deadline deadline) {
        this.few = few;
        this.database = database;
        this.catalog = catalog;
        this.selection = selection;
        this.deadline = deadline;
    }

    /** Counts records by kind. */
    Map<Integer, Count> counts() throws SQLException {
        Map<Integer, Count> counts = new HashMap<>();
        if (this.selection.isEmpty()) {
            return counts;
        }
        if (!this.selection.whole().isEmpty()) {
            for (Part part : plan(false, this.selection.from(), this.selection.to())) {
                this.deadline.check();
                if (part.isCell()) {
                    addCounts(part, counts);
                } else {
                    countRows(part, counts);
                }
            }
        }
        partialRows("", (row) -> {
            long id = row.id();
            counts.computeIfAbsent(row.kind().id(), (key) -> new Count()).add(1, id, id);
        });
        return counts;
    }

    /**
     * Returns the parts that a range is made up of.
     *
     * @param values whether cells must tell values apart as the filter does; counts are always told apart by kind
     */
    private List<Part> plan(boolean values, long... edges) throws SQLException {
        if (this.selection.rowsOnly()) {
            return List.of(Part.rows(edges[0], edges[edges.length - 1]));
        }
        return QueryPlan.of(this.database, values && !this.selection.byGroup(), this.few, edges);
    }

    private void addCounts(Part part, Map<Integer, Count> counts) throws SQLException {
        try (ResultSet rows = this.database.query("SELECT data FROM aggregate WHERE id = ?", part.cell() << 32)) {
            if (rows.next()) {
                Cursor cursor = new Cursor(rows.getBytes(1), part.first());
                while (cursor.next()) {
                    if (this.selection.whole().containsKey(cursor.kind())) {
                        cursor.addTo(counts.computeIfAbsent(cursor.kind(), (key) -> new Count()));
                    }
                }
            }
        }
    }

    private void countRows(Part part, Map<Integer, Count> counts) throws SQLException {
        try (ResultSet rows = this.database.query(
                "SELECT kind, count(*), min(id), max(id) FROM record WHERE id >= ? AND id < ?"
                        + this.selection.wholeCondition() + " GROUP BY kind",
                part.first(),
                part.until())) {
            while (rows.next()) {
                if (this.selection.whole().containsKey(rows.getInt(1))) {
                    counts.computeIfAbsent(rows.getInt(1), (key) -> new Count())
                            .add(rows.getLong(2), rows.getLong(3), rows.getLong(4));
                }
            }
        }
    }

    /** Sums up every metric, by its id. */
    Map<String, Distribution> metrics() throws SQLException {
        Map<String, Distribution> metrics = new HashMap<>();
        if (this.selection.isEmpty()) {
            return metrics;
        }
        if (!this.selection.whole().isEmpty()) {
            for (Part part : plan(true, this.selection.from(), this.selection.to())) {
                this.deadline.check();
                if (part.isCell()) {
                    addAllMetrics(part, metrics);
                } else {
                    addRowsOfAllMetrics(part, metrics);
                }
            }
        }
        partialRows(", more, v0, v1, v2, v3, v4, v5, v6, v7", (row) -> {
            String[] names = row.kind().shape().names();
            double[] values = RecordRows.values(row.columns(), names.length, PartialRows.FIRST_COLUMN);
            long at = RowIds.micros(row.id());
            for (int i = 0; i < names.length; i++) {
                metrics.computeIfAbsent(names[i], (name) -> new Distribution()).add(values[i], at);
            }
        });
        return metrics;
    }

    private void addAllMetrics(Part part, Map<String, Distribution> metrics) throws SQLException {
        try (ResultSet rows = this.database.query(
                "SELECT id & 4294967295, data FROM aggregate WHERE id > ? AND id < ?",
                part.cell() << 32,
                (part.cell() + 1) << 32)) {
            while (rows.next()) {
                String name = this.catalog.metricName((int) rows.getLong(1));
                addValues(
                        rows.getBytes(2),
                        part,
                        (kind) -> metrics.computeIfAbsent(Objects.requireNonNull(name), (key) -> new Distribution()));
            }
        }
    }

    private void addRowsOfAllMetrics(Part part, Map<String, Distribution> metrics) throws SQLException {
        Map<Integer, Distribution[]> byKind = new HashMap<>();
        try (ResultSet rows = this.database.query(
                "SELECT id, kind, more, v0, v1, v2, v3, v4, v5, v6, v7 FROM record WHERE id >= ? AND id < ?"
                        + this.selection.wholeCondition() + " ORDER BY id",
                part.first(),
                part.until())) {
            while (rows.next()) {
                Kind kind = this.selection.whole().get(rows.getInt(2));
                if (kind == null) {
                    continue;
                }
                Distribution[] distributions = byKind.computeIfAbsent(kind.id(), (id) -> {
                    String[] names = kind.shape().names();
                    Distribution[] array = new Distribution[names.length];
                    for (int i = 0; i < names.length; i++) {
                        array[i] = metrics.computeIfAbsent(names[i], (name) -> new Distribution());
                    }
                    return array;
                });
                long at = RowIds.micros(rows.getLong(1));
                for (int i = 0; i < Math.min(distributions.length, Shape.COLUMNS); i++) {
                    distributions[i].add(rows.getDouble(4 + i), at);
                }
                if (distributions.length > Shape.COLUMNS) {
                    double[] more = JsonLists.numbers(rows.getString(3));
                    for (int i = Shape.COLUMNS; i < distributions.length; i++) {
                        distributions[i].add(more[i - Shape.COLUMNS], at);
                    }
                }
            }
        }
    }

    /**
     * Sums up one metric.
     *
     * @param edges ids between which buckets lie
     * @param by what groups are made by
     * @return one map of groups for each bucket
     */
    List<Map<@Nullable String, Distribution>> metric(String metric, long[] edges, @Nullable Dimension by)
            throws SQLException {
        List<Map<@Nullable String, Distribution>> buckets = new ArrayList<>();
        for (int i = 0; i < edges.length - 1; i++) {
            buckets.add(new HashMap<>());
        }
        int id = this.catalog.metric(metric);
        if (id == 0 || edges[0] >= edges[edges.length - 1]) {
            return buckets;
        }
        Grouping grouping = new Grouping(buckets, by);
        if (!this.selection.whole().isEmpty()) {
            MetricRows metricRows = new MetricRows(metric, this.selection, by == null);
            for (Part part : plan(true, edges)) {
                this.deadline.check();
                if (part.isCell()) {
                    addCell(part, id, by == null, grouping);
                } else {
                    addRows(part, metricRows, edges, grouping);
                }
            }
        }
        ValueColumns column = new ValueColumns(metric, this.selection.partial().values(), PartialRows.FIRST_COLUMN);
        partialRows(column.names(), (row) -> {
            long rowId = row.id();
            Map<@Nullable String, Distribution> bucket = buckets.get(QueryPlan.bucket(edges, rowId));
            String key = by != null && by.kind() == Dimension.Kind.ATTRIBUTE
                    ? row.attribute(Objects.requireNonNull(by.attribute()))
                    : Grouping.key(row.kind(), by);
            Distribution group = bucket.get(key);
            if (group == null) {
                GroupLimit.requireRoom(bucket);
                group = new Distribution();
                bucket.put(key, group);
            }
            group.add(column.value(row.columns(), row.kind()), RowIds.micros(rowId));
        });
        return buckets;
    }

    private void addCell(Part part, int metric, boolean ungrouped, Grouping grouping) throws SQLException {
        try (ResultSet rows =
                this.database.query("SELECT data FROM aggregate WHERE id = ?", (part.cell() << 32) + metric)) {
            if (rows.next()) {
                if (ungrouped) {
                    Kind any = this.selection.whole().values().iterator().next();
                    addValues(rows.getBytes(1), part, (kind) -> grouping.of(part.bucket(), any));
                } else {
                    Cursor cursor = new Cursor(rows.getBytes(1), part.first());
                    while (cursor.next()) {
                        Kind kind = this.selection.entry(cursor.kind());
                        if (kind != null) {
                            cursor.addTo(grouping.of(part.bucket(), kind), RowIds.TIE_BITS);
                        }
                    }
                }
            }
        }
    }

    private void addValues(byte[] data, Part part, IntFunction<Distribution> target) {
        Cursor cursor = new Cursor(data, part.first());
        while (cursor.next()) {
            if (this.selection.all()) {
                // The first entry sums up all others, or is the only one.
                cursor.addTo(target.apply(cursor.kind()), RowIds.TIE_BITS);
                return;
            }
            if (this.selection.entry(cursor.kind()) != null) {
                cursor.addTo(target.apply(cursor.kind()), RowIds.TIE_BITS);
            }
        }
    }

    private void addRows(Part part, MetricRows metricRows, long[] edges, Grouping grouping) throws SQLException {
        int bucket = QueryPlan.bucket(edges, part.first());
        Kind only = metricRows.only();
        if (only != null) {
            long from = part.first();
            while (from < part.until()) {
                long to = Math.min(part.until(), edges[bucket + 1]);
                addValues(metricRows, from, to, grouping, bucket++, only);
                from = to;
            }
            return;
        }
        try (ResultSet rows = this.database.query(metricRows.sql(), part.first(), part.until())) {
            while (rows.next()) {
                long id = rows.getLong(1);
                while (id >= edges[bucket + 1]) {
                    bucket++;
                }
                Kind kind = metricRows.kind(rows);
                if (kind != null) {
                    grouping.of(bucket, kind).add(metricRows.value(rows, kind), RowIds.micros(id));
                }
            }
        }
    }

    /** Adds values without reading their times, but for the last one, which alone matters. */
    private void addValues(MetricRows metricRows, long from, long to, Grouping grouping, int bucket, Kind only)
            throws SQLException {
        try (ResultSet rows = this.database.query(metricRows.sql(), from, to)) {
            if (!rows.next()) {
                return;
            }
            Distribution distribution = grouping.of(bucket, only);
            double value = rows.getDouble(1);
            while (rows.next()) {
                distribution.add(value, RowIds.micros(from));
                value = rows.getDouble(1);
            }
            long last = this.database.number(metricRows.lastSql(), from, from, to);
            distribution.add(value, RowIds.micros(last));
        }
    }

    private void partialRows(String columns, PartialRows.Visitor visitor) throws SQLException {
        new PartialRows(this.database, this.selection, this.deadline).forEach(columns, visitor);
    }

    /** Finds the distribution that a record belongs to; mostly, that of the record before. */
    private static final class Grouping {

        private final List<Map<@Nullable String, Distribution>> buckets;

        private final @Nullable Dimension by;

        private final Map<Integer, Distribution> byKind = new HashMap<>();

        private int bucket = -1;

        private @Nullable Kind kind;

        private @Nullable Distribution last;

        Grouping(List<Map<@Nullable String, Distribution>> buckets, @Nullable Dimension by) {
            this.buckets = buckets;
            this.by = by;
        }

        Distribution of(int bucket, Kind kind) {
            Distribution found = this.last;
            if (bucket == this.bucket && found != null && (this.by == null || kind == this.kind)) {
                return found;
            }
            if (bucket != this.bucket) {
                this.byKind.clear();
                this.bucket = bucket;
            }
            found = this.byKind.get(kind.id());
            if (found == null) {
                found = this.buckets.get(bucket).computeIfAbsent(key(kind, this.by), (key) -> new Distribution());
                this.byKind.put(kind.id(), found);
            }
            this.kind = kind;
            this.last = found;
            return found;
        }

        static @Nullable String key(Kind kind, @Nullable Dimension by) {
            if (by == null) {
                return "";
            }
            return switch (by.kind()) {
                case STATUS -> kind.status().value();
                case COMMAND -> kind.origin().command();
                case EVENT -> kind.event();
                case RUN -> kind.origin().run();
                case ATTRIBUTE ->
                    kind.attributes() == null ? null : kind.attributes().fixed().get(by.attribute());
            };
        }
    }
}
