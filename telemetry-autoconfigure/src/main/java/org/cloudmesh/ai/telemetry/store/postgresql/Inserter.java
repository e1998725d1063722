package org.cloudmesh.ai.telemetry.store.postgresql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.NodeName;
import org.cloudmesh.ai.telemetry.store.NodeReport;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches. A batch is one statement with an array for each column, {@code INSERT ... SELECT FROM unnest(...) ON
 * CONFLICT DO NOTHING}: as fast as COPY, and a batch that comes again changes nothing. What records share is made known
 * before, in transactions of its own, so that what is remembered of it stays true when a batch is rolled back. Used by
 * one thread.
 */
final class Inserter {

    private static final int REMEMBERED = 8192;

    private static final long MICROS_PER_DAY = 86_400_000_000L;

    private static final String PROCESS = """
            INSERT INTO telemetry_process (key, token, node, command, run, "user", started, last_seen)
            VALUES (?, ?, ?, ?, ?, ?::jsonb, timestamptz 'epoch' + ? * interval '1 microsecond', now())
            ON CONFLICT DO NOTHING RETURNING id""";

    private static final String SERIES = """
            INSERT INTO telemetry_series (key, process, status, event, metrics) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING id""";

    private static final String READINGS = """
            INSERT INTO telemetry_reading (day, process, id, system)
            SELECT date 'epoch' + d, p, i, s::jsonb FROM unnest(?, ?, ?, ?) AS r(d, p, i, s)
            ON CONFLICT DO NOTHING""";

    private static final String RECORDS = """
            WITH kept AS (
                INSERT INTO telemetry_record (time, seq, reading, process, series, numbers, attributes, during, %1$s)
                SELECT timestamptz 'epoch' + t * interval '1 microsecond', s, g, p, k, n::float8[], a::jsonb, d::jsonb,
                       %1$s
                  FROM unnest(?, ?, ?, ?, ?, ?, ?, ?%2$s) AS r(t, s, g, p, k, n, a, d, %1$s)
                ON CONFLICT DO NOTHING RETURNING process, time),
            %3$s
            UPDATE telemetry_process p SET records = p.records + c.records, last_seen = now()
              FROM (SELECT process, count(*) AS records FROM kept GROUP BY process) c
             WHERE p.id = c.process""".formatted(
                    TextField.ALL.stream().map(TextField::key).collect(Collectors.joining(", ")),
                    ", ?".repeat(TextField.ALL.size()),
                    blocks());

    private static final String REPORT = """
            UPDATE telemetry_process SET accepted = ?, dropped = ?, behind = ?, degraded = ?, last_seen = now()
             WHERE id = ?""";

    // In one order on all connections, so that none waits for another in a circle.
    private static final String BLOCK = """
            %1$s AS (
                INSERT INTO telemetry_block AS b (span, time, process, records, changed, stale, summed)
                SELECT '%1$s', date_trunc('%1$s', time, 'UTC'), process, count(*), now(), true, false
                  FROM kept GROUP BY 2, 3 ORDER BY 2, 3
                ON CONFLICT (span, time, process) DO UPDATE
                   SET records = b.records + excluded.records, changed = now(), stale = true, summed = false)""";

    private final PostgresSettings settings;

    private final Connections connections;

    private final Partitions partitions;

    private final Map<Origin, Integer> processes = remembering();

    private final Map<Series, Integer> series = remembering();

    private final Map<Reading, Boolean> readings = remembering();

    private @Nullable String node;

    Inserter(PostgresSettings settings, Connections connections, Partitions partitions) {
        this.settings = settings;
        this.connections = connections;
        this.partitions = partitions;
        this.node = settings.node();
    }

    /** Returns what tells the blocks of the records that they have more now, and so that roll-ups are out of date. */
    private static String blocks() {
        return Arrays.stream(BlockSpan.values())
                .map((span) -> BLOCK.formatted(span.key()))
                .collect(Collectors.joining(",\n"));
    }

    /** What is remembered may no longer be true. */
    void forget() {
        this.processes.clear();
        this.series.clear();
        this.readings.clear();
    }

    /** Writes the records of a batch that are not there yet. */
    void insert(List<TelemetryRecord> batch) throws SQLException {
        TreeSet<Long> days = new TreeSet<>();
        for (TelemetryRecord record : batch) {
            days.add(day(record));
        }
        for (long day : days) {
            this.partitions.require(day);
        }
        Rows rows = rows(batch);
        this.connections.write((connection) -> {
            if (!rows.newReadings.isEmpty()) {
                insertReadings(connection, rows.newReadings);
            }
            insertRecords(connection, rows);
            return true;
        });
        rows.newReadings.keySet().forEach((reading) -> this.readings.put(reading, true));
    }

    void report(NodeReport report) throws SQLException {
        int process = process(report.origin(), System.currentTimeMillis() * 1000);
        int updated = this.connections.write((connection) -> {
            try (PreparedStatement update = prepare(connection, REPORT)) {
                update.setLong(1, report.accepted());
                update.setLong(2, report.dropped());
                update.setLong(3, report.behind());
                update.setString(4, report.degraded());
                update.setInt(5, process);
                return update.executeUpdate();
            }
        });
        if (updated == 0) {
            forget();
        }
    }

    private Rows rows(List<TelemetryRecord> batch) throws SQLException {
        Rows rows = new Rows(batch.size());
        Map<Map<String, @Nullable Object>, Hashed> hashes = new IdentityHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            TelemetryRecord record = batch.get(i);
            int process = process(record.origin(), record.timestampMicros());
            rows.times[i] = record.timestampMicros();
            rows.sequences[i] = record.sequence();
            rows.processes[i] = process;
            rows.series[i] = series(process, record);
            rows.numbers[i] = numbers(record);
            rows.attributes[i] = record.attributes().isEmpty() ? null : RecordJson.write(record.attributes());
            for (TextField field : TextField.ALL) {
                rows.texts[field.ordinal()][i] = field.get(record);
            }
            Map<String, @Nullable Object> during = record.during();
            rows.during[i] = during == null ? null : RecordJson.write(during);
            Map<String, @Nullable Object> system = record.reading();
            if (system != null) {
                Hashed hashed = hashes.computeIfAbsent(system, Hashed::of);
                rows.readings[i] = hashed.hash;
                Reading reading = new Reading(day(record), process, hashed.hash);
                if (!this.readings.containsKey(reading)) {
                    rows.newReadings.put(reading, hashed.json);
                }
            }
        }
        return rows;
    }

    private int process(Origin origin, long time) throws SQLException {
        Integer known = this.processes.get(origin);
        if (known != null) {
            return known;
        }
        String user = RecordJson.write(origin.user());
        String node = node(origin);
        UUID key = key(origin.token(), node, origin.command(), origin.run(), user);
        int id = this.connections.write((connection) -> {
            try (PreparedStatement insert = prepare(connection, PROCESS)) {
                insert.setObject(1, key);
                insert.setString(2, origin.token());
                insert.setString(3, node);
                insert.setString(4, origin.command());
                insert.setString(5, origin.run());
                insert.setString(6, user);
                insert.setLong(7, time);
                return made(connection, insert, "telemetry_process", key);
            }
        });
        this.processes.put(origin, id);
        return id;
    }

    /** Returns the name of this machine; records of other programs in its file are its own too. */
    private String node(Origin origin) {
        String node = this.node;
        if (node == null) {
            node = NodeName.of(this.settings.node(), origin);
            // Rows that the Python module wrote do not know their host.
            this.node = origin.user().get("host") == null ? null : node;
        }
        return node;
    }

    private int series(int process, TelemetryRecord record) throws SQLException {
        String[] names = new String[record.metricCount()];
        for (int i = 0; i < names.length; i++) {
            names[i] = record.metricName(i);
        }
        Series key = new Series(process, record.status().value(), record.event(), Arrays.asList(names));
        Integer known = this.series.get(key);
        if (known != null) {
            return known;
        }
        List<@Nullable String> parts = new ArrayList<>();
        parts.add(Integer.toString(process));
        parts.add(key.status);
        parts.add(key.event);
        parts.addAll(key.metrics);
        UUID hash = key(parts.toArray(String[]::new));
        int id = this.connections.write((connection) -> {
            try (PreparedStatement insert = prepare(connection, SERIES)) {
                insert.setObject(1, hash);
                insert.setInt(2, process);
                insert.setString(3, key.status);
                insert.setString(4, key.event);
                insert.setArray(5, connection.createArrayOf("text", names));
                return made(connection, insert, "telemetry_series", hash);
            }
        });
        this.series.put(key, id);
        return id;
    }

    private void insertReadings(Connection connection, Map<Reading, String> readings) throws SQLException {
        // In one order on all connections, so that none waits for another in a circle.
        Map<Reading, String> ordered = new TreeMap<>(readings);
        Integer[] days = new Integer[ordered.size()];
        Integer[] processes = new Integer[ordered.size()];
        Long[] ids = new Long[ordered.size()];
        int at = 0;
        for (Reading reading : ordered.keySet()) {
            days[at] = Math.toIntExact(reading.day);
            processes[at] = reading.process;
            ids[at++] = reading.id;
        }
        try (PreparedStatement insert = prepare(connection, READINGS)) {
            insert.setArray(1, connection.createArrayOf("int4", days));
            insert.setArray(2, connection.createArrayOf("int4", processes));
            insert.setArray(3, connection.createArrayOf("int8", ids));
            insert.setArray(4, connection.createArrayOf("text", ordered.values().toArray()));
            insert.executeUpdate();
        }
    }

    private void insertRecords(Connection connection, Rows rows) throws SQLException {
        try (PreparedStatement insert = prepare(connection, RECORDS)) {
            insert.setArray(1, connection.createArrayOf("int8", rows.times));
            insert.setArray(2, connection.createArrayOf("int8", rows.sequences));
            insert.setArray(3, connection.createArrayOf("int8", rows.readings));
            insert.setArray(4, connection.createArrayOf("int4", rows.processes));
            insert.setArray(5, connection.createArrayOf("int4", rows.series));
            insert.setArray(6, connection.createArrayOf("text", rows.numbers));
            insert.setArray(7, connection.createArrayOf("text", rows.attributes));
            insert.setArray(8, connection.createArrayOf("text", rows.during));
            for (int i = 0; i < rows.texts.length; i++) {
                insert.setArray(9 + i, connection.createArrayOf("text", rows.texts[i]));
            }
            insert.executeUpdate();
        }
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(this.settings.sql(sql));
        statement.setQueryTimeout(10);
        return statement;
    }

    /** Returns the id of a row that is inserted, or that was there. */
    private int made(Connection connection, PreparedStatement insert, String table, UUID key) throws SQLException {
        try (ResultSet row = insert.executeQuery()) {
            if (row.next()) {
                return row.getInt(1);
            }
        }
        try (PreparedStatement find = prepare(connection, "SELECT id FROM " + table + " WHERE key = ?")) {
            find.setObject(1, key);
            try (ResultSet row = find.executeQuery()) {
                if (row.next()) {
                    return row.getInt(1);
                }
            }
        }
        throw new SQLException("A row of " + table + " is neither new nor there");
    }

    /** Returns a hash of texts. None of them has a NUL, so that is what parts them; it stands for null by itself. */
    private static UUID key(@Nullable String... parts) {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.append(part == null ? "\0" : part).append('\0');
        }
        ByteBuffer hash = ByteBuffer.wrap(sha256(text.toString()));
        return new UUID(hash.getLong(), hash.getLong());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256", ex);
        }
    }

    private static long day(TelemetryRecord record) {
        return Math.floorDiv(record.timestampMicros(), MICROS_PER_DAY);
    }

    private static String numbers(TelemetryRecord record) {
        StringBuilder numbers = new StringBuilder("{");
        for (int i = 0; i < record.metricCount(); i++) {
            numbers.append(i == 0 ? "" : ",").append(record.metricValue(i));
        }
        return numbers.append('}').toString();
    }

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private record Series(
            int process, String status, @Nullable String event, List<String> metrics) {}

    private record Reading(long day, int process, long id) implements Comparable<Reading> {

        @Override
        public int compareTo(Reading other) {
            int byDay = Long.compare(this.day, other.day);
            int byProcess = byDay != 0 ? byDay : Integer.compare(this.process, other.process);
            return byProcess != 0 ? byProcess : Long.compare(this.id, other.id);
        }
    }

    private record Hashed(long hash, String json) {

        static Hashed of(Map<String, @Nullable Object> system) {
            String json = RecordJson.write(system);
            return new Hashed(ByteBuffer.wrap(sha256(json)).getLong(), json);
        }
    }

    /** A batch, column by column. */
    private static final class Rows {

        private final Long[] times;

        private final Long[] sequences;

        private final @Nullable Long[] readings;

        private final Integer[] processes;

        private final Integer[] series;

        private final String[] numbers;

        private final @Nullable String[] attributes;

        private final @Nullable String[] during;

        private final @Nullable String[][] texts;

        private final Map<Reading, String> newReadings = new HashMap<>();

        Rows(int size) {
            this.times = new Long[size];
            this.sequences = new Long[size];
            this.readings = new Long[size];
            this.processes = new Integer[size];
            this.series = new Integer[size];
            this.numbers = new String[size];
            this.attributes = new String[size];
            this.during = new String[size];
            this.texts = new String[TextField.ALL.size()][size];
        }
    }
}
