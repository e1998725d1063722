package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Array;
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
import java.util.Set;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.FleetNode;
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
 * Answers questions for the whole fleet, with SQL. Up to {@value Distribution#EXACT_LIMIT} values come as they are, so
 * that percentiles are exact; more of them are counted by the database in the buckets that {@link Distribution} has, so
 * that an answer takes as little memory as there are buckets. Thread-safe.
 */
final class PostgresSource implements RecordSource {

    private static final String MICROS = "(extract(epoch FROM r.time) * 1000000)::bigint";

    // As records order themselves: by bytes, whatever the database's language.
    private static final String ID =
            "(p.token || '-' || CASE WHEN r.seq < 1000000000000 THEN lpad(r.seq::text, 12, '0')"
                    + " ELSE r.seq::text END) COLLATE \"C\"";

    private static final int ROWS_AT_ONCE = 1000;

    // An attribute may have a value of its own in each record.
    private static final int MOST_GROUPS = 50_000;

    // One more than are shown, which tells that there are more.
    private static final int MOST_NODES = 1001;

    private static final long LONGEST_MILLIS = 60_000;

    private final PostgresSettings settings;

    private final Connections connections;

    private final Catalog catalog;

    PostgresSource(PostgresSettings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
        this.catalog = new Catalog(settings);
    }

    @Override
    public List<RecordGroup> groups(RecordFilter filter, Deadline deadline) {
        Selection selection = Selection.of(filter);
        return ask(deadline, (connection) -> {
            List<RecordGroup> groups = new ArrayList<>();
            String sql = "SELECT p.command, p.run, s.status, s.event, sum(c.records)::bigint, min(c.first), max(c.last)"
                    + " FROM (SELECT r.series, count(*) AS records, min(" + MICROS + ") AS first, max(" + MICROS
                    + ") AS last" + selection.fromRecords() + " GROUP BY r.series) c"
                    + " JOIN telemetry_series s ON s.id = c.series JOIN telemetry_process p ON p.id = s.process"
                    + " GROUP BY 1, 2, 3, 4";
            try (PreparedStatement statement = prepare(connection, sql)) {
                selection.bind(statement, 1);
                try (ResultSet row = statement.executeQuery()) {
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
            }
            return groups;
        });
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        Selection selection = Selection.of(filter);
        Values values = new Values(
                "m.name",
                "0",
                "m.v",
                selection.fromAll("telemetry_series", " CROSS JOIN LATERAL unnest(s.metrics, r.numbers) AS m(name, v)"),
                List.of(),
                selection);
        Map<String, Distribution> metrics = new LinkedHashMap<>();
        sumUp(values, deadline).forEach((name, buckets) -> metrics.put(String.valueOf(name), buckets.get(0)));
        return metrics;
    }

    @Override
    public Set<String> metricNames(RecordFilter filter, Deadline deadline) {
        Selection selection = Selection.of(filter);
        return ask(deadline, (connection) -> {
            Set<String> names = new LinkedHashSet<>();
            String sql =
                    "SELECT DISTINCT m.name FROM telemetry_series s CROSS JOIN LATERAL unnest(s.metrics) AS m(name)"
                            + " WHERE s.id IN (SELECT r.series" + selection.fromRecords() + ")";
            try (PreparedStatement statement = prepare(connection, sql)) {
                selection.bind(statement, 1);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        names.add(row.getString(1));
                    }
                }
            }
            return names;
        });
    }

    @Override
    public Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        List<Object> values = new ArrayList<>();
        String key = by == null ? "''" : Selection.column(by, values);
        Map<@Nullable String, Distribution> groups = new LinkedHashMap<>();
        sumUp(ofMetric(metric, filter, key, "0", values), deadline)
                .forEach((group, buckets) -> groups.put(group, buckets.get(0)));
        return groups;
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        int last = edges.length - 1;
        RecordFilter range = filter.between(EpochMicros.instant(edges[0]), EpochMicros.instant(edges[last]));
        StringBuilder array = new StringBuilder("{");
        for (long edge : edges) {
            array.append(array.length() == 1 ? "" : ",")
                    .append('"')
                    .append(EpochMicros.instant(edge))
                    .append('"');
        }
        List<Object> values = new ArrayList<>();
        values.add(array.append('}').toString());
        Map<Integer, Distribution> buckets = sumUp(
                        ofMetric(metric, range, "''", "width_bucket(r.time, ?::timestamptz[]) - 1", values), deadline)
                .getOrDefault("", Map.of());
        List<Distribution> points = new ArrayList<>();
        for (int i = 0; i < last; i++) {
            points.add(buckets.getOrDefault(i, new Distribution()));
        }
        return points;
    }

    private static Values ofMetric(
            String metric, RecordFilter filter, String key, String bucket, List<Object> leading) {
        Selection selection = Selection.of(filter.given(metric));
        List<Object> values = new ArrayList<>(leading);
        values.add(metric);
        values.add(metric);
        return new Values(
                key,
                bucket,
                "r.numbers[s.n]",
                selection.fromAll(
                        "(SELECT *, array_position(metrics, ?) AS n FROM telemetry_series WHERE ? = ANY (metrics))",
                        ""),
                values,
                selection);
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        // A series is there because a record of it was.
        return ask(deadline, (connection) -> {
            try (PreparedStatement statement =
                    prepare(connection, "SELECT 1 FROM telemetry_series WHERE ? = ANY (metrics) LIMIT 1")) {
                statement.setString(1, metric);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        Selection selection = Selection.of(filter);
        Position position = after == null ? null : Position.parse(after);
        if (position != null) {
            OffsetDateTime at = Selection.time(EpochMicros.instant(position.at));
            selection.record("r.time <= ?", at);
            selection.record("(r.time < ? OR " + ID + " < ?)", at).value(position.id);
        }
        return ask(deadline, (connection) -> {
            List<TelemetryRecord> records = new ArrayList<>();
            String sql = "SELECT " + RecordRows.COLUMNS + selection.fromAll("telemetry_series", "")
                    + " ORDER BY r.time DESC, " + ID + " DESC LIMIT " + (limit + 1);
            try (PreparedStatement statement = prepare(connection, sql)) {
                selection.bind(statement, 1);
                RecordRows rows = new RecordRows(connection, this.catalog);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        records.add(rows.read(row));
                    }
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
            String sql = "SELECT " + RecordRows.COLUMNS + selection.fromAll("telemetry_series", "")
                    + " ORDER BY r.time, " + ID;
            try (PreparedStatement statement = prepare(connection, sql)) {
                selection.bind(statement, 1);
                statement.setFetchSize(ROWS_AT_ONCE);
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
        Selection selection = Selection.of(filter).and("r.reading IS NOT NULL");
        return ask(deadline, (connection) -> {
            // What changes from one record of a machine to the next, thinned out evenly.
            String sql =
                    "WITH every AS (SELECT r.time, r.reading, r.process, lag(r.reading) OVER (PARTITION BY r.process"
                            + " ORDER BY r.time, r.seq) AS before" + selection.fromAll("telemetry_series", "") + "),"
                            + " changed AS (SELECT e.*, row_number() OVER (ORDER BY e.time) - 1 AS n, count(*) OVER () AS many"
                            + " FROM every e WHERE e.before IS DISTINCT FROM e.reading)"
                            + " SELECT (extract(epoch FROM c.time) * 1000000)::bigint, x.system::text FROM changed c"
                            + " JOIN telemetry_reading x ON x.process = c.process AND x.id = c.reading"
                            + " AND x.day = (c.time AT TIME ZONE 'UTC')::date"
                            + " WHERE c.many <= ? OR c.n = c.many - 1"
                            + " OR c.n * (? - 1) / c.many <> (c.n - 1) * (? - 1) / c.many OR c.n = 0 ORDER BY 1";
            List<SystemReading> readings = new ArrayList<>();
            try (PreparedStatement statement = prepare(connection, sql)) {
                int at = selection.bind(statement, 1);
                for (int i = 0; i < 3; i++) {
                    statement.setLong(at++, limit);
                }
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next() && readings.size() < limit) {
                        readings.add(new SystemReading(
                                row.getLong(1), Collections.unmodifiableMap(RecordJson.read(row.getString(2)))));
                    }
                }
            }
            return readings;
        });
    }

    @Override
    public List<FleetNode> nodes(Deadline deadline) {
        return ask(deadline, (connection) -> {
            List<FleetNode> nodes = new ArrayList<>();
            // A process is heard of within seconds of its newest record: older days need not be looked through.
            String sql = "SELECT p.node, p.command, p.run, (extract(epoch FROM p.started) * 1000000)::bigint,"
                    + " (extract(epoch FROM p.last_seen) * 1000000)::bigint, p.records, p.dropped, p.degraded,"
                    + " p.behind, p.token, g.system"
                    + " FROM (SELECT * FROM telemetry_process ORDER BY last_seen DESC, id DESC LIMIT " + MOST_NODES
                    + ") p LEFT JOIN LATERAL (SELECT r.process, r.reading, (r.time AT TIME ZONE 'UTC')::date AS day"
                    + " FROM telemetry_record r WHERE r.process = p.id AND r.time > p.last_seen - interval '1 day'"
                    + " ORDER BY r.seq DESC LIMIT 1) r ON true"
                    + " LEFT JOIN telemetry_reading g ON g.process = r.process AND g.id = r.reading AND g.day = r.day"
                    + " ORDER BY p.last_seen DESC, p.id DESC";
            try (PreparedStatement statement = prepare(connection, sql);
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

    /** Sums up values by key and bucket of time: as they are when they are few, else as the database counts them. */
    private Map<@Nullable String, Map<Integer, Distribution>> sumUp(Values values, Deadline deadline) {
        return ask(deadline, (connection) -> {
            Map<@Nullable String, Map<Integer, Distribution>> few = few(connection, values);
            return few == null ? many(connection, values) : few;
        });
    }

    private @Nullable Map<@Nullable String, Map<Integer, Distribution>> few(Connection connection, Values values)
            throws SQLException {
        Map<@Nullable String, Map<Integer, Distribution>> sums = new LinkedHashMap<>();
        int rows = 0;
        String sql = values.rows() + " LIMIT " + (Distribution.EXACT_LIMIT + 1);
        try (PreparedStatement statement = prepare(connection, sql)) {
            values.bind(statement);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (++rows > Distribution.EXACT_LIMIT) {
                        return null;
                    }
                    of(sums, row).add(row.getDouble(3), row.getLong(4));
                }
            }
        }
        return sums;
    }

    private Map<@Nullable String, Map<Integer, Distribution>> many(Connection connection, Values values)
            throws SQLException {
        Map<@Nullable String, Map<Integer, Distribution>> sums = new LinkedHashMap<>();
        String sql = "SELECT k, b, telemetry_bucket(v), count(*), sum(v), min(v), max(v), max(ARRAY[t::float8, v])"
                + " FROM (" + values.rows() + ") x GROUP BY 1, 2, 3";
        try (PreparedStatement statement = prepare(connection, sql)) {
            values.bind(statement);
            statement.setFetchSize(ROWS_AT_ONCE);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Array last = row.getArray(8);
                    Double[] timeAndValue = (Double[]) last.getArray();
                    of(sums, row)
                            .mergeBucket(
                                    row.getInt(3),
                                    row.getLong(4),
                                    row.getDouble(5),
                                    row.getDouble(6),
                                    row.getDouble(7),
                                    timeAndValue[1],
                                    timeAndValue[0].longValue());
                    if (sums.size() > MOST_GROUPS) {
                        throw new QueryException(
                                QueryException.Reason.TOO_LARGE,
                                "The answer would have more than " + MOST_GROUPS
                                        + " groups; narrow the range or the filters",
                                null);
                    }
                }
            }
        }
        return sums;
    }

    private static Distribution of(Map<@Nullable String, Map<Integer, Distribution>> sums, ResultSet row)
            throws SQLException {
        return sums.computeIfAbsent(row.getString(1), (key) -> new LinkedHashMap<>())
                .computeIfAbsent(row.getInt(2), (key) -> new Distribution());
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        return connection.prepareStatement(this.settings.sql(sql));
    }

    private <T> T ask(Deadline deadline, Connections.Work<T> question) {
        deadline.check();
        try {
            return this.connections.read((connection) -> {
                try (Statement statement = connection.createStatement()) {
                    // Also when nothing bounds the query, as of an export: that is for one fetch of rows.
                    statement.execute("SET LOCAL statement_timeout = " + deadline.left(LONGEST_MILLIS));
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

    /**
     * Values to be summed up.
     *
     * @param key of the group, as SQL
     * @param bucket of time, as SQL
     * @param value as SQL
     * @param from tables and conditions
     * @param leading values that are bound before those of the selection
     * @param selection which records
     */
    private record Values(
            String key, String bucket, String value, String from, List<Object> leading, Selection selection) {

        String rows() {
            return "SELECT " + this.key + " AS k, " + this.bucket + " AS b, " + this.value + " AS v, " + MICROS
                    + " AS t" + this.from;
        }

        void bind(PreparedStatement statement) throws SQLException {
            int at = 1;
            for (Object value : this.leading) {
                statement.setObject(at++, value);
            }
            this.selection.bind(statement, at);
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
