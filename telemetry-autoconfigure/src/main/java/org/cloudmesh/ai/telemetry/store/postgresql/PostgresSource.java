package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.FleetNode;
import org.cloudmesh.ai.telemetry.store.GroupedSeries;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions for the whole fleet, with SQL: from roll-ups of whole days and hours where the question allows it,
 * else and at the edges from records, see {@link RollupCover}. Up to {@value Distribution#EXACT_LIMIT} values come as
 * they are, so that percentiles are exact; more of them are counted by the database in the buckets that
 * {@link Distribution} has, so that an answer takes as little memory as there are buckets. Thread-safe.
 */
final class PostgresSource implements RecordSource {

    // As records order themselves: by bytes, whatever the database's language.
    private static final String ID =
            "(p.token || '-' || CASE WHEN r.seq < 1000000000000 THEN lpad(r.seq::text, 12, '0')"
                    + " ELSE r.seq::text END) COLLATE \"C\"";

    // Fewer records than that in roll-ups are looked at themselves, for the sake of exact percentiles.
    private static final long FEWEST = 8L * Distribution.EXACT_LIMIT;

    // One more than are shown, which tells that there are more.
    private static final int MOST_NODES = 1001;

    // For one fetch of rows, when nothing bounds the query, as of an export.
    private static final long LONGEST_MILLIS = 60_000;

    private final PostgresSettings settings;

    private final Connections connections;

    private final Catalog catalog;

    private final PostgresClaims claims;

    private final long fewest;

    PostgresSource(PostgresSettings settings, Connections connections) {
        this(settings, connections, FEWEST);
    }

    /**
     * Creates a source.
     *
     * @param fewest if roll-ups tell of fewer records than that, the records themselves are looked at
     */
    PostgresSource(PostgresSettings settings, Connections connections, long fewest) {
        this.settings = settings;
        this.connections = connections;
        this.catalog = new Catalog(settings);
        this.claims = new PostgresClaims(settings, connections);
        this.fewest = fewest;
    }

    @Override
    public PostgresClaims claims() {
        return this.claims;
    }

    /** What is remembered may no longer be true. */
    void forget() {
        this.catalog.forget();
    }

    @Override
    public List<RecordGroup> groups(RecordFilter filter, Deadline deadline) {
        Selection selection = Selection.of(filter);
        return ask(deadline, (connection) -> {
            RollupCover cover = cover(connection, filter, null, RollupLevel.SERIES);
            Sql counts = new Sql();
            if (cover.hasBlocks()) {
                counts.add("SELECT u.series, u.records, " + micros("u.first") + " AS first, " + micros("u.last")
                                + " AS last")
                        .add(selection.fromRollups("telemetry_rollup_records", cover));
            }
            if (cover.hasGaps()) {
                counts.add(cover.hasBlocks() ? " UNION ALL " : "")
                        .add("SELECT r.series, count(*) AS records, " + micros("min(r.time)") + " AS first, "
                                + micros("max(r.time)") + " AS last")
                        .add(selection.fromRecords(cover))
                        .add(" GROUP BY r.series");
            }
            Sql sql = Sql.of("SELECT p.command, p.run, s.status, s.event, sum(c.records)::bigint, min(c.first),"
                            + " max(c.last) FROM (")
                    .add(counts)
                    .add(") c JOIN telemetry_series s ON s.id = c.series JOIN telemetry_process p ON p.id = s.process"
                            + " GROUP BY 1, 2, 3, 4");
            List<RecordGroup> groups = new ArrayList<>();
            try (PreparedStatement statement = sql.prepare(connection, this.settings);
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    groups.add(new RecordGroup(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getLong(7)));
                }
            }
            return groups;
        });
    }

    @Override
    public boolean hasMoreThan(long count, RecordFilter filter, Deadline deadline) {
        return ask(deadline, (connection) -> {
            Sql sql = Sql.of("SELECT count(*) > ? FROM (SELECT 1", count)
                    .add(Selection.of(filter).fromRecords(RollupCover.ofRecords(0, 0)))
                    .add(" LIMIT ?) r", count + 1);
            try (PreparedStatement statement = sql.prepare(connection, this.settings);
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        });
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        Selection selection = Selection.of(filter);
        String each = " CROSS JOIN LATERAL unnest(s.metrics, r.numbers) AS m(name, v)";
        ValueSums.Values values = new ValueSums.Values(
                (cover) -> Sql.of("SELECT m.name AS k, 0 AS b, m.v AS v, " + roundedMicros("r.time") + " AS t")
                        .add(selection.fromAll(Sql.of("telemetry_series"), each, cover)),
                (cover) -> Sql.of("SELECT u.metric, 0" + ValueSums.ROLLUP)
                        .add(selection.fromRollups("telemetry_rollup", cover)),
                ValueSums.LAST);
        Map<String, Distribution> metrics = new LinkedHashMap<>();
        sumUp(values, filter, null, deadline)
                .forEach((name, buckets) -> metrics.put(String.valueOf(name), buckets.get(0)));
        return metrics;
    }

    @Override
    public Set<String> metricNames(RecordFilter filter, Deadline deadline) {
        Selection selection = Selection.of(filter);
        return ask(deadline, (connection) -> {
            RollupCover cover = cover(connection, filter, null, RollupLevel.SERIES);
            Sql sql = Sql.of("SELECT DISTINCT m.name FROM telemetry_series s CROSS JOIN LATERAL unnest(s.metrics)"
                    + " AS m(name) WHERE s.id IN (");
            if (cover.hasBlocks()) {
                sql.add("SELECT u.series").add(selection.fromRollups("telemetry_rollup_records", cover));
            }
            if (cover.hasGaps()) {
                sql.add(cover.hasBlocks() ? " UNION ALL " : "")
                        .add("SELECT r.series")
                        .add(selection.fromRecords(cover));
            }
            Set<String> names = new LinkedHashSet<>();
            try (PreparedStatement statement = sql.add(")").prepare(connection, this.settings);
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
            return names;
        });
    }

    @Override
    public Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        Map<@Nullable String, Distribution> groups = new LinkedHashMap<>();
        sumUp(ofMetric(metric, filter, by, ValueSums.LAST), filter.given(metric), by, deadline)
                .forEach((group, buckets) -> groups.put(group, buckets.get(0)));
        return groups;
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        RecordFilter range = during(filter, edges);
        Map<Integer, Distribution> buckets = sumUp(
                        ofMetric(metric, range, null, ValueSums.NO_LAST), range.given(metric), null, deadline, edges)
                .getOrDefault("", Map.of());
        return points(buckets, edges);
    }

    @Override
    public GroupedSeries series(
            String metric,
            RecordFilter filter,
            Dimension by,
            @Nullable Set<@Nullable String> keys,
            long[] edges,
            Deadline deadline) {
        RecordFilter range = during(filter, edges);
        Map<@Nullable String, List<Distribution>> groups = new LinkedHashMap<>();
        List<Distribution> others = GroupedSeries.empty(edges.length - 1);
        sumUp(ofMetric(metric, range, by, ValueSums.NO_LAST), range.given(metric), by, deadline, edges)
                .forEach((key, buckets) -> {
                    if (keys == null || keys.contains(key)) {
                        groups.put(key, points(buckets, edges));
                    } else {
                        buckets.forEach((bucket, values) -> others.get(bucket).merge(values));
                    }
                });
        return new GroupedSeries(groups, others);
    }

    private static RecordFilter during(RecordFilter filter, long[] edges) {
        return filter.between(EpochMicros.instant(edges[0]), EpochMicros.instant(edges[edges.length - 1]));
    }

    private static List<Distribution> points(Map<Integer, Distribution> buckets, long[] edges) {
        List<Distribution> points = GroupedSeries.places(edges.length - 1);
        buckets.forEach(points::set);
        return points;
    }

    private static ValueSums.Values ofMetric(String metric, RecordFilter filter, @Nullable Dimension by, String last) {
        Selection selection = Selection.of(filter.given(metric));
        Sql key = by == null ? Sql.of("''") : selection.column(by);
        return new ValueSums.Values(
                (cover) -> Sql.of("SELECT ")
                        .add(key)
                        .add(" AS k, ")
                        .add(cover.bucketOfRecord())
                        .add(" AS b, r.numbers[s.n] AS v, " + roundedMicros("r.time") + " AS t")
                        .add(selection.fromAll(
                                Sql.of(
                                        "(SELECT *, array_position(metrics, ?) AS n FROM telemetry_series"
                                                + " WHERE ? = ANY (metrics))",
                                        metric,
                                        metric),
                                "",
                                cover)),
                (cover) -> Sql.of("SELECT ")
                        .add(key)
                        .add(", e.bucket" + ValueSums.ROLLUP)
                        .add(selection.fromRollups("telemetry_rollup", cover, Sql.of("u.metric = ?", metric))),
                last);
    }

    private static String micros(String time) {
        return "(extract(epoch FROM " + time + ") * 1000000)::bigint";
    }

    /** Returns microseconds as a double: right until 2200, and several times as fast as extract, which is exact. */
    static String roundedMicros(String time) {
        return "round(date_part('epoch', " + time + ") * 1000000)";
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        // A series is there because a record of it was.
        return ask(deadline, (connection) -> {
            Sql sql = Sql.of("SELECT 1 FROM telemetry_series WHERE ? = ANY (metrics) LIMIT 1", metric);
            try (PreparedStatement statement = sql.prepare(connection, this.settings);
                    ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        });
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        Selection selection = Selection.of(filter);
        Position position = after == null ? null : Position.parse(after);
        if (position != null) {
            OffsetDateTime at = Objects.requireNonNull(Selection.time(EpochMicros.instant(position.at)));
            selection.and(Sql.of("r.time <= ? AND (r.time < ? OR " + ID + " < ?)", at, at, position.id));
        }
        return ask(deadline, (connection) -> {
            List<TelemetryRecord> records = new ArrayList<>();
            Sql sql = Sql.of("SELECT " + RecordRows.COLUMNS)
                    .add(selection.fromAll())
                    .add(" ORDER BY r.time DESC, " + ID + " DESC LIMIT " + (limit + 1));
            RecordRows rows = new RecordRows(connection, this.catalog);
            try (PreparedStatement statement = sql.prepare(connection, this.settings);
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    records.add(rows.read(row));
                }
            }
            if (records.size() <= limit) {
                return new RecordPage(records, null);
            }
            List<TelemetryRecord> page = records.subList(0, limit);
            return new RecordPage(page, limit == 0 ? after : Position.of(page.get(limit - 1)));
        });
    }

    @Override
    public void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, Deadline deadline) {
        Selection selection = Selection.of(filter);
        ask(deadline, (connection) -> {
            Sql sql = Sql.of("SELECT " + RecordRows.COLUMNS)
                    .add(selection.fromAll())
                    .add(" ORDER BY r.time, " + ID);
            try (PreparedStatement statement = sql.prepare(connection, this.settings)) {
                statement.setFetchSize(Sql.ROWS_AT_ONCE);
                RecordRows rows = new RecordRows(connection, this.catalog);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        deadline.check();
                        if (!visitor.test(rows.read(row))) {
                            return false;
                        }
                    }
                }
            }
            return true;
        });
    }

    @Override
    public List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline) {
        Selection selection = Selection.of(filter).and(Sql.of("r.reading IS NOT NULL"));
        return ask(deadline, (connection) -> {
            // What changes from one record of a machine to the next, thinned out evenly.
            Sql sql = Sql.of("WITH every AS (SELECT r.time, r.reading, r.process, lag(r.reading) OVER (PARTITION BY"
                            + " r.process ORDER BY r.time, r.seq) AS before")
                    .add(selection.fromAll())
                    .add(
                            "), changed AS (SELECT e.*, row_number() OVER (ORDER BY e.time) - 1 AS n, count(*) OVER ()"
                                    + " AS many FROM every e WHERE e.before IS DISTINCT FROM e.reading)"
                                    + " SELECT (extract(epoch FROM c.time) * 1000000)::bigint, x.system::text FROM changed c"
                                    + " JOIN telemetry_reading x ON x.process = c.process AND x.id = c.reading"
                                    + " AND x.day = (c.time AT TIME ZONE 'UTC')::date"
                                    + " WHERE c.many <= ? OR c.n = c.many - 1"
                                    + " OR c.n * (? - 1) / c.many <> (c.n - 1) * (? - 1) / c.many OR c.n = 0 ORDER BY 1",
                            (long) limit,
                            (long) limit,
                            (long) limit);
            List<SystemReading> readings = new ArrayList<>();
            try (PreparedStatement statement = sql.prepare(connection, this.settings);
                    ResultSet row = statement.executeQuery()) {
                while (row.next() && readings.size() < limit) {
                    readings.add(new SystemReading(
                            row.getLong(1), Collections.unmodifiableMap(RecordJson.read(row.getString(2)))));
                }
            }
            return readings;
        });
    }

    @Override
    public List<FleetNode> nodes(Deadline deadline) {
        return ask(deadline, (connection) -> {
            List<FleetNode> nodes = new ArrayList<>();
            Sql sql = Sql.of("SELECT p.node, p.command, p.run, (extract(epoch FROM p.started) * 1000000)::bigint,"
                    + " (extract(epoch FROM p.last_seen) * 1000000)::bigint, p.records, p.dropped, p.degraded,"
                    + " p.behind, p.token, g.system"
                    + " FROM (SELECT * FROM telemetry_process ORDER BY last_seen DESC, id DESC LIMIT " + MOST_NODES
                    + ") p LEFT JOIN telemetry_reading g"
                    + " ON g.process = p.id AND g.id = p.reading AND g.day = p.reading_day"
                    + " ORDER BY p.last_seen DESC, p.id DESC");
            try (PreparedStatement statement = sql.prepare(connection, this.settings);
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    nodes.add(new FleetNode(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getObject(7, Long.class),
                            row.getString(8),
                            row.getObject(9, Long.class),
                            row.getString(10),
                            row.getString(11) == null ? Map.of() : RecordJson.read(row.getString(11))));
                }
            }
            return nodes;
        });
    }

    /**
     * Returns how the filter's range is put together.
     *
     * @param by what groups are made by, if any
     * @param level what is told apart
     * @param edges of the buckets; none for those of the filter
     */
    private RollupCover cover(
            Connection connection, RecordFilter filter, @Nullable Dimension by, RollupLevel level, long... edges)
            throws SQLException {
        long[] range = edges.length > 0 ? edges : new long[] {from(filter), to(filter)};
        boolean tellsApart = Selection.concernsSeries(filter) && (by == null || by.kind() != Dimension.Kind.ATTRIBUTE);
        return tellsApart
                ? RollupCover.of(connection, this.settings, level, this.fewest, range)
                : RollupCover.ofRecords(range);
    }

    private static long from(RecordFilter filter) {
        return filter.from() == null ? Long.MIN_VALUE : EpochMicros.micros(filter.from());
    }

    private static long to(RecordFilter filter) {
        return filter.to() == null ? Long.MAX_VALUE : EpochMicros.micros(filter.to());
    }

    /**
     * Sums up values by key and bucket of time: from roll-ups where there are some, the rest as they are when they are
     * few, else as the database counts them.
     */
    private Map<@Nullable String, Map<Integer, Distribution>> sumUp(
            ValueSums.Values values, RecordFilter filter, @Nullable Dimension by, Deadline deadline, long... edges) {
        RollupLevel level = RollupLevel.of(filter, by);
        return ask(
                deadline,
                (connection) -> ValueSums.of(
                        connection, this.settings, values, cover(connection, filter, by, level, edges), deadline));
    }

    private <T> T ask(Deadline deadline, Connections.Work<T> question) {
        deadline.check();
        try {
            return this.connections.read(deadline.left(LONGEST_MILLIS), (connection) -> {
                try (Statement statement = connection.createStatement()) {
                    // Before a state of the database is fixed: days are not dropped between two statements.
                    statement.execute(this.settings.sql("LOCK TABLE ONLY telemetry_record IN ACCESS SHARE MODE"));
                }
                return question.run(connection);
            });
        } catch (SQLException ex) {
            deadline.check();
            if (PostgresErrors.CANCELLED.equals(PostgresErrors.state(ex))) {
                throw new QueryException(
                        QueryException.Reason.DEADLINE, "The query took too long; narrow the range or the filters", ex);
            }
            throw new QueryException(
                    QueryException.Reason.UNAVAILABLE,
                    String.valueOf(
                            PostgresErrors.of("PostgreSQL cannot be asked", ex).getMessage()),
                    ex);
        }
    }

    /** A place in the order of all records: by time, then by id as text. */
    private record Position(long at, String id) {

        static String of(TelemetryRecord record) {
            return record.timestampMicros() + ":" + record.id();
        }

        static Position parse(String text) {
            int colon = text.indexOf(':');
            try {
                return new Position(Long.parseLong(text, 0, colon, 10), text.substring(colon + 1));
            } catch (NumberFormatException | IndexOutOfBoundsException ex) {
                throw new QueryException(QueryException.Reason.BAD_CURSOR, "The cursor is not one of this store", ex);
            }
        }
    }
}
