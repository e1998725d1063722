package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.NodeReport;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches, each in one transaction with the counts of its blocks. Nearly every batch is new, so it is sent with
 * {@code COPY}, which takes no heed of rows that are there. Where one is, the key refuses the batch; then it goes by
 * {@code INSERT ... ON CONFLICT DO NOTHING}, as the whole of it or a part had arrived before. Used by one thread.
 */
final class Inserter {

    private static final String TEXTS =
            TextField.ALL.stream().map((field) -> ", " + field.key()).collect(Collectors.joining());

    private static final String READINGS = """
            INSERT INTO telemetry_reading (day, process, id, system)
            SELECT date 'epoch' + d, p, i, s::jsonb FROM unnest(?, ?, ?, ?) AS r(d, p, i, s)
            ON CONFLICT DO NOTHING""";

    private static final String RECORDS = """
            WITH kept AS (
                INSERT INTO telemetry_record (time, seq, reading, process, series, numbers, attributes, during%1$s)
                SELECT timestamptz 'epoch' + t * interval '1 microsecond', s, g, p, k, n::float8[], a::jsonb, d::jsonb%1$s
                  FROM unnest(?, ?, ?, ?, ?, ?, ?, ?%2$s) AS r(t, s, g, p, k, n, a, d%1$s)
                ON CONFLICT DO NOTHING RETURNING process, time)
            SELECT process, (extract(epoch FROM date_trunc('hour', time, 'UTC')) * 1000000)::bigint, count(*)
              FROM kept GROUP BY 1, 2""".formatted(TEXTS, ", ?".repeat(TextField.ALL.size()));

    // In one order on all connections, so that none waits for another in a circle.
    private static final String BLOCK = """
            %1$s AS (
                INSERT INTO telemetry_block AS b (span, time, process, records, changed, stale, summed)
                SELECT '%1$s', date_trunc('%1$s', time, 'UTC'), process, sum(records), now(), true, false
                  FROM kept GROUP BY 2, 3 ORDER BY 2, 3
                ON CONFLICT (span, time, process) DO UPDATE
                   SET records = b.records + excluded.records, changed = now(), stale = true, summed = false)""";

    // Tells the blocks of the records that they have more now, and so that roll-ups are out of date.
    private static final String COUNT = """
            WITH kept AS (
                SELECT p AS process, t AS token, timestamptz 'epoch' + h * interval '1 microsecond' AS time, n AS records
                  FROM unnest(?, ?, ?, ?) AS k(p, t, h, n)),
            %1$s
            UPDATE telemetry_process p SET records = p.records + c.records, last_seen = now()
              FROM (SELECT process, token, sum(records) AS records FROM kept GROUP BY 1, 2) c
             WHERE p.id = c.process AND p.token = c.token""".formatted(Arrays.stream(BlockSpan.values())
            .map((span) -> BLOCK.formatted(span.key()))
            .collect(Collectors.joining(",\n")));

    private static final String NEWEST = """
            UPDATE telemetry_process p SET reading = n.reading, reading_day = date 'epoch' + n.day, reading_seq = n.seq
              FROM unnest(?, ?, ?, ?) AS n(process, reading, day, seq)
             WHERE p.id = n.process AND coalesce(p.reading_seq < n.seq, true)""";

    private static final String REPORT = """
            UPDATE telemetry_process SET accepted = ?, dropped = ?, behind = ?, degraded = ?, last_seen = now()
             WHERE id = ? AND token = ?""";

    private final PostgresSettings settings;

    private final Connections connections;

    private final Partitions partitions;

    private final SharedRows shared;

    private final Map<Batch.Reading, Boolean> readings = SharedRows.remembering();

    Inserter(PostgresSettings settings, Connections connections, Partitions partitions) {
        this.settings = settings;
        this.connections = connections;
        this.partitions = partitions;
        this.shared = new SharedRows(settings, connections);
    }

    /** What is remembered may no longer be true. */
    void forget() {
        this.shared.forget();
        this.readings.clear();
    }

    /** Makes the partitions that records need. */
    void makePartitions(List<TelemetryRecord> records) throws SQLException {
        for (long day : Batch.days(records)) {
            this.partitions.require(day);
        }
    }

    /** Writes the records of a batch that are not there yet; their partitions have been made. */
    void insert(List<TelemetryRecord> records) throws SQLException {
        Batch batch = Batch.of(records, this.shared);
        batch.systems().keySet().removeAll(this.readings.keySet());
        try {
            insert(batch, RecordCopy.isSupported() ? this::copy : this::insertMissing);
        } catch (SQLException ex) {
            if (!PostgresErrors.isWorthASecondTry(ex)) {
                throw ex;
            }
            insert(batch, this::insertMissing);
        }
        batch.systems().keySet().forEach((reading) -> this.readings.put(reading, true));
    }

    private void insert(Batch batch, Way way) throws SQLException {
        this.connections.write((connection) -> {
            insertReadings(connection, batch.systems());
            count(connection, batch, way.insert(connection, batch));
            keepNewest(connection, batch);
            return true;
        });
    }

    void report(NodeReport report) throws SQLException {
        int process = this.shared.process(report.origin(), System.currentTimeMillis() * 1000);
        int updated = this.connections.write((connection) -> {
            try (PreparedStatement update = this.settings.prepare(connection, REPORT)) {
                update.setLong(1, report.accepted());
                update.setLong(2, report.dropped());
                update.setLong(3, report.behind());
                update.setString(4, report.degraded());
                update.setInt(5, process);
                update.setString(6, report.origin().token());
                return update.executeUpdate();
            }
        });
        require(updated == 1);
    }

    /** Someone may have dropped the tables and made them anew: then ids that are remembered are those of others now. */
    private static void require(boolean known) throws SQLException {
        if (!known) {
            throw new SQLException("the tables are not those that this node has written to");
        }
    }

    private void insertReadings(Connection connection, SortedMap<Batch.Reading, String> systems) throws SQLException {
        if (systems.isEmpty()) {
            return;
        }
        Set<Batch.Reading> readings = systems.keySet();
        try (PreparedStatement insert = this.settings.prepare(connection, READINGS)) {
            setArray(insert, 1, "int4", readings.stream().map((reading) -> Math.toIntExact(reading.day())));
            setArray(insert, 2, "int4", readings.stream().map(Batch.Reading::process));
            setArray(insert, 3, "int8", readings.stream().map(Batch.Reading::id));
            setArray(insert, 4, "text", systems.values().stream());
            insert.executeUpdate();
        }
    }

    private SortedMap<Batch.Hour, Long> copy(Connection connection, Batch batch) throws SQLException {
        if (!RecordCopy.takes(connection)) {
            return insertMissing(connection, batch);
        }
        RecordCopy.copy(connection, this.settings.sql(RecordCopy.SQL), batch);
        return batch.hours();
    }

    /** Inserts the records that are not there; returns how many there were of each hour. */
    private SortedMap<Batch.Hour, Long> insertMissing(Connection connection, Batch batch) throws SQLException {
        try (PreparedStatement insert = this.settings.prepare(connection, RECORDS)) {
            setColumn(insert, 1, "int8", batch, (i) -> batch.record(i).timestampMicros());
            setColumn(insert, 2, "int8", batch, (i) -> batch.record(i).sequence());
            setColumn(insert, 3, "int8", batch, batch::reading);
            setColumn(insert, 4, "int4", batch, batch::process);
            setColumn(insert, 5, "int4", batch, batch::series);
            setColumn(insert, 6, "text", batch, (i) -> numbers(batch.record(i)));
            setColumn(insert, 7, "text", batch, (i) -> json(batch.record(i).attributes()));
            setColumn(insert, 8, "text", batch, (i) -> json(batch.record(i).during()));
            for (TextField field : TextField.ALL) {
                setColumn(insert, 9 + field.ordinal(), "text", batch, (i) -> field.get(batch.record(i)));
            }
            SortedMap<Batch.Hour, Long> hours = new TreeMap<>();
            try (ResultSet row = insert.executeQuery()) {
                while (row.next()) {
                    hours.put(new Batch.Hour(row.getInt(1), row.getLong(2)), row.getLong(3));
                }
            }
            return hours;
        }
    }

    private void count(Connection connection, Batch batch, SortedMap<Batch.Hour, Long> hours) throws SQLException {
        if (hours.isEmpty()) {
            return;
        }
        try (PreparedStatement update = this.settings.prepare(connection, COUNT)) {
            setArray(update, 1, "int4", hours.keySet().stream().map(Batch.Hour::process));
            setArray(
                    update,
                    2,
                    "text",
                    hours.keySet().stream().map(Batch.Hour::process).map(batch::token));
            setArray(update, 3, "int8", hours.keySet().stream().map(Batch.Hour::from));
            setArray(update, 4, "int8", hours.values().stream());
            long processes =
                    hours.keySet().stream().map(Batch.Hour::process).distinct().count();
            require(update.executeUpdate() == processes);
        }
    }

    private void keepNewest(Connection connection, Batch batch) throws SQLException {
        Map<Integer, Integer> newest = batch.newest();
        if (newest.isEmpty()) {
            return;
        }
        try (PreparedStatement update = this.settings.prepare(connection, NEWEST)) {
            setArray(update, 1, "int4", newest.keySet().stream());
            setArray(update, 2, "int8", newest.values().stream().map(batch::reading));
            setArray(
                    update,
                    3,
                    "int4",
                    newest.values().stream().map((i) -> Math.toIntExact(Batch.day(batch.record(i)))));
            setArray(
                    update,
                    4,
                    "int8",
                    newest.values().stream().map((i) -> batch.record(i).sequence()));
            update.executeUpdate();
        }
    }

    private static void setColumn(
            PreparedStatement statement, int index, String type, Batch batch, IntFunction<@Nullable Object> value)
            throws SQLException {
        setArray(statement, index, type, IntStream.range(0, batch.size()).mapToObj(value));
    }

    private static void setArray(PreparedStatement statement, int index, String type, Stream<?> elements)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, elements.toArray()));
    }

    private static @Nullable String json(@Nullable Map<String, ? extends @Nullable Object> object) {
        return object == null || object.isEmpty() ? null : RecordJson.write(object);
    }

    private static String numbers(TelemetryRecord record) {
        StringBuilder numbers = new StringBuilder("{");
        for (int i = 0; i < record.metricCount(); i++) {
            numbers.append(i == 0 ? "" : ",").append(record.metricValue(i));
        }
        return numbers.append('}').toString();
    }

    /** Writes the records of a batch; returns how many of each hour are new. */
    @FunctionalInterface
    private interface Way {

        SortedMap<Batch.Hour, Long> insert(Connection connection, Batch batch) throws SQLException;
    }
}
