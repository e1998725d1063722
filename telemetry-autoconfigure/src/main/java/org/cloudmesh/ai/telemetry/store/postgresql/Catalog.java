package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * What records share, by its id; rows of these tables never change in what is read here, unless the tables are made
 * anew. Thread-safe: no question waits for what another one asks the database.
 */
final class Catalog {

    private static final int REMEMBERED = 16_384;

    private final PostgresSettings settings;

    private final Map<Integer, Origin> processes = remembering();

    private final Map<Integer, Series> series = remembering();

    Catalog(PostgresSettings settings) {
        this.settings = settings;
    }

    /** What is remembered may no longer be true. */
    void forget() {
        this.processes.clear();
        this.series.clear();
    }

    /** Returns where records of a process come from; the same instance for the same one. */
    Origin process(Connection connection, int id) throws SQLException {
        Origin known = this.processes.get(id);
        if (known != null) {
            return known;
        }
        try (PreparedStatement find = connection.prepareStatement(
                this.settings.sql("SELECT token, command, run, \"user\"::text FROM telemetry_process WHERE id = ?"))) {
            find.setInt(1, id);
            try (ResultSet row = find.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("Records refer to process " + id + ", which is not there");
                }
                Origin origin = new Origin(
                        row.getString(1), row.getString(2), row.getString(3), RecordJson.read(row.getString(4)));
                // Another question may have found it meanwhile.
                return Objects.requireNonNullElse(this.processes.putIfAbsent(id, origin), origin);
            }
        }
    }

    /** Returns what records of a series share. */
    Series series(Connection connection, int id) throws SQLException {
        Series known = this.series.get(id);
        if (known != null) {
            return known;
        }
        try (PreparedStatement find = connection.prepareStatement(
                this.settings.sql("SELECT status, event, metrics FROM telemetry_series WHERE id = ?"))) {
            find.setInt(1, id);
            try (ResultSet row = find.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("Records refer to series " + id + ", which is not there");
                }
                Series series = new Series(Status.of(row.getString(1)), row.getString(2), (String[])
                        row.getArray(3).getArray());
                this.series.put(id, series);
                return series;
            }
        }
    }

    private static <V> Map<Integer, V> remembering() {
        return Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, V> eldest) {
                return size() > REMEMBERED;
            }
        });
    }

    /**
     * What records share.
     *
     * @param status theirs
     * @param event theirs, if any
     * @param metrics names, in the order of the values
     */
    record Series(Status status, @Nullable String event, String[] metrics) {}
}
