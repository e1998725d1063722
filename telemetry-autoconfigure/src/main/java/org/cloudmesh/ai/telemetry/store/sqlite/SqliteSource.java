package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.AggregateCodec.Count;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.Distribution;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.RecordMatcher;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.jspecify.annotations.Nullable;

/** Answers queries from the file that is open at the moment. Thread-safe. */
final class SqliteSource implements RecordSource {

    private static final int ROWS_AT_ONCE = 1000;

    private final int few;

    private volatile @Nullable Attachment attachment;

    /**
     * Creates a source without a file.
     *
     * @param few answers over at most that many records come from the records
     */
    SqliteSource(int few) {
        this.few = few;
    }

    /** Answers from that file from now on. */
    void attach(Connections connections) {
        this.attachment = new Attachment(connections, new Catalog());
    }

    void detach() {
        this.attachment = null;
    }

    @Override
    public List<RecordGroup> groups(RecordFilter filter, Deadline deadline) {
        return query(deadline, (database, catalog) -> {
            ResolvedFilter selection = new ResolvedFilter(filter, catalog.kinds(), null);
            Map<Integer, Count> counts = new Aggregation(database, catalog, selection, this.few, deadline).counts();
            Map<List<@Nullable String>, Count> groups = new LinkedHashMap<>();
            for (Map.Entry<Integer, Count> entry : counts.entrySet()) {
                Kind kind = catalog.kind(database, entry.getKey());
                Count count = entry.getValue();
                List<@Nullable String> key = Arrays.asList(
                        kind.origin().command(),
                        kind.origin().run(),
                        kind.status().value(),
                        kind.event());
                groups.computeIfAbsent(key, (parts) -> new Count()).add(count.records, count.first, count.last);
            }
            List<RecordGroup> result = new ArrayList<>();
            groups.forEach((key, count) -> result.add(new RecordGroup(
                    Objects.requireNonNull(key.get(0)),
                    key.get(1),
                    Objects.requireNonNull(key.get(2)),
                    key.get(3),
                    count.records,
                    RowIds.micros(count.first),
                    RowIds.micros(count.last))));
            return result;
        });
    }

    @Override
    public Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline) {
        return query(deadline, (database, catalog) -> {
            ResolvedFilter selection = new ResolvedFilter(filter, catalog.kinds(), null);
            return new Aggregation(database, catalog, selection, this.few, deadline).metrics();
        });
    }

    @Override
    public Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline) {
        return query(deadline, (database, catalog) -> {
            ResolvedFilter selection = selection(metric, filter, by, catalog);
            long[] edges = {selection.from(), selection.to()};
            return new Aggregation(database, catalog, selection, this.few, deadline)
                    .metric(metric, edges, by)
                    .get(0);
        });
    }

    @Override
    public List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline) {
        return query(deadline, (database, catalog) -> {
            RecordFilter ranged =
                    filter.between(RecordMatcher.instant(edges[0]), RecordMatcher.instant(edges[edges.length - 1]));
            ResolvedFilter selection = selection(metric, ranged, null, catalog);
            long[] ids = Arrays.stream(edges).map(RowIds::bound).toArray();
            List<Distribution> series = new ArrayList<>();
            for (Map<@Nullable String, Distribution> bucket :
                    new Aggregation(database, catalog, selection, this.few, deadline).metric(metric, ids, null)) {
                series.add(bucket.isEmpty() ? new Distribution() : Objects.requireNonNull(bucket.get("")));
            }
            return series;
        });
    }

    @Override
    public boolean knows(String metric, Deadline deadline) {
        return query(deadline, (database, catalog) -> {
            ResolvedFilter selection = new ResolvedFilter(RecordFilter.ALL.having(metric), catalog.kinds(), null);
            return !new Aggregation(database, catalog, selection, this.few, deadline)
                    .counts()
                    .isEmpty();
        });
    }

    @Override
    public RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        LatestRecords.Cursor cursor = after == null ? null : LatestRecords.Cursor.parse(after);
        return query(deadline, (database, catalog) -> {
            ResolvedFilter selection = new ResolvedFilter(filter, catalog.kinds(), null);
            return new LatestRecords(database, catalog, selection, deadline).page(cursor, limit);
        });
    }

    @Override
    public void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, Deadline deadline) {
        RecordMatcher matcher = new RecordMatcher(filter);
        // What comes in meanwhile is not shown, or a busy recorder would keep this going for ever.
        long end = query(deadline, (database, catalog) -> database.number("SELECT max(id) FROM record", -1) + 1);
        long from = filter.from() == null ? 0 : RowIds.bound(RecordMatcher.micros(filter.from()));
        List<TelemetryRecord> chunk = new ArrayList<>();
        while (from < end) {
            long start = from;
            chunk.clear();
            from = query(deadline, (database, catalog) -> {
                ResolvedFilter selection = new ResolvedFilter(filter, catalog.kinds(), null);
                long to = Math.min(end, selection.to());
                return selection.isEmpty() ? end : chunk(database, catalog, selection, start, to, chunk);
            });
            for (TelemetryRecord record : chunk) {
                deadline.check();
                if (matcher.matches(record) && !visitor.test(record)) {
                    return;
                }
            }
        }
    }

    private static long chunk(
            Database database,
            Catalog catalog,
            ResolvedFilter selection,
            long from,
            long to,
            List<TelemetryRecord> chunk)
            throws SQLException {
        RecordRows records = new RecordRows(database, catalog);
        long next = from;
        try (ResultSet rows = database.query(
                "SELECT " + RecordRows.COLUMNS + " FROM record WHERE id >= ? AND id < ?" + selection.condition()
                        + " ORDER BY id",
                from,
                to)) {
            while (rows.next()) {
                long id = rows.getLong(1);
                // Rows of one microsecond are not in the order of their records, so they stay together.
                if (chunk.size() >= ROWS_AT_ONCE && RowIds.micros(id) > RowIds.micros(next)) {
                    chunk.sort(RecordRows.IN_ORDER);
                    return id;
                }
                chunk.add(records.read(rows));
                next = id;
            }
        }
        chunk.sort(RecordRows.IN_ORDER);
        return Long.MAX_VALUE;
    }

    @Override
    public List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline) {
        return query(deadline, (database, catalog) -> {
            ResolvedFilter selection = new ResolvedFilter(filter, catalog.kinds(), null);
            return selection.isEmpty()
                    ? List.of()
                    : new ReadingHistory(database, catalog, selection, deadline).readings(limit);
        });
    }

    private static ResolvedFilter selection(
            String metric, RecordFilter filter, @Nullable Dimension by, Catalog catalog) {
        // Kinds without the metric have nothing to add, so leaving them in keeps "all kinds" recognisable.
        return new ResolvedFilter(filter.given(metric), catalog.kinds(), by).having(metric);
    }

    private <T> T query(Deadline deadline, Question<T> question) {
        deadline.check();
        Attachment attachment = this.attachment;
        if (attachment == null) {
            throw new QueryException(QueryException.Reason.UNAVAILABLE, "The store is not open", null);
        }
        try {
            return attachment.connections.read(deadline, (database) -> {
                attachment.catalog.refresh(database);
                return question.ask(database, attachment.catalog);
            });
        } catch (SQLException ex) {
            deadline.check();
            throw new QueryException(
                    QueryException.Reason.UNAVAILABLE, "The store cannot be read: " + ex.getMessage(), ex);
        }
    }

    @FunctionalInterface
    private interface Question<T> {

        T ask(Database database, Catalog catalog) throws SQLException;
    }

    private record Attachment(Connections connections, Catalog catalog) {}
}
