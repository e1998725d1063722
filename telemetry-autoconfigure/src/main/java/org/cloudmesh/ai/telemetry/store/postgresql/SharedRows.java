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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.NodeName;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * Ids of what records share: their process and their series. What is new is made known in a transaction of its own, so
 * that what is remembered of it stays true when a batch is rolled back. Used by one thread.
 */
final class SharedRows {

    private static final int REMEMBERED = 8192;

    private static final String PROCESS = """
            INSERT INTO telemetry_process (key, token, node, command, run, "user", started, last_seen)
            VALUES (?, ?, ?, ?, ?, ?::jsonb, timestamptz 'epoch' + ? * interval '1 microsecond', now())
            ON CONFLICT DO NOTHING RETURNING id""";

    private static final String SERIES = """
            INSERT INTO telemetry_series (key, process, status, event, metrics) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING id""";

    private final PostgresSettings settings;

    private final Connections connections;

    private final Map<Origin, Integer> processes = remembering();

    private final Map<Series, Integer> series = remembering();

    private @Nullable String node;

    SharedRows(PostgresSettings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
        this.node = settings.node();
    }

    /** What is remembered may no longer be true. */
    void forget() {
        this.processes.clear();
        this.series.clear();
    }

    /**
     * Returns the id of a process.
     *
     * @param time when it began, in microseconds since 1970, if it is new
     */
    int process(Origin origin, long time) throws SQLException {
        Integer known = this.processes.get(origin);
        if (known != null) {
            return known;
        }
        String user = RecordJson.write(origin.user());
        String node = node(origin);
        // A process is one whoever sends its records: processes that share a file, and nodes that take one over. Rows
        // of
        // other programs have a token in common, so they belong to the node.
        UUID key = key(origin.token(), knowsHost(origin) ? null : node, origin.command(), origin.run(), user);
        int id = this.connections.write((connection) -> {
            try (PreparedStatement insert = this.settings.prepare(connection, PROCESS)) {
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
            this.node = knowsHost(origin) ? node : null;
        }
        return node;
    }

    private static boolean knowsHost(Origin origin) {
        return origin.user().get("host") != null;
    }

    /** Returns the id of a record's series. */
    int series(int process, TelemetryRecord record) throws SQLException {
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
            try (PreparedStatement insert = this.settings.prepare(connection, SERIES)) {
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

    /** Returns the id of a row that is inserted, or that was there. */
    private int made(Connection connection, PreparedStatement insert, String table, UUID key) throws SQLException {
        try (ResultSet row = insert.executeQuery()) {
            if (row.next()) {
                return row.getInt(1);
            }
        }
        try (PreparedStatement find = this.settings.prepare(connection, "SELECT id FROM " + table + " WHERE key = ?")) {
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

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256", ex);
        }
    }

    /** Returns an empty map that keeps what was used last. */
    static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    private record Series(
            int process, String status, @Nullable String event, List<String> metrics) {}
}
