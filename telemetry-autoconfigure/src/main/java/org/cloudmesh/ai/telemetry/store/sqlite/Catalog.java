package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.AttributeSet;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.Shape;
import org.jspecify.annotations.Nullable;

/** The dictionaries as they are in the file. Rows never change once they are there, so only new ones are read. Thread-safe. */
final class Catalog {

    private final Map<Integer, Origin> processes = new HashMap<>();

    private final Map<Integer, Shape> shapes = new HashMap<>();

    private final Map<Integer, AttributeSet> attributeSets = new HashMap<>();

    private final Map<String, Integer> metrics = new HashMap<>();

    private final List<String> metricNames = new ArrayList<>();

    private final Map<Integer, Kind> kinds = new LinkedHashMap<>();

    private final Map<Group, Integer> groups = new HashMap<>();

    private int lastKind;

    /** Reads what was added. */
    synchronized void refresh(Database database) throws SQLException {
        loadMetrics(database);
        try (ResultSet rows = database.query(
                "SELECT id, process, status, event, shape, attribute_set FROM kind WHERE id > ? ORDER BY id",
                this.lastKind)) {
            while (rows.next()) {
                int id = rows.getInt(1);
                int attributes = rows.getInt(6);
                Group group = new Group(rows.getInt(2), rows.getString(3), rows.getString(4));
                Kind kind = new Kind(
                        id,
                        this.groups.computeIfAbsent(group, (first) -> id),
                        origin(database, rows.getInt(2)),
                        Status.of(rows.getString(3)),
                        rows.getString(4),
                        shape(database, rows.getInt(5)),
                        attributes == 0 ? null : attributeSet(database, attributes));
                this.kinds.put(id, kind);
                this.lastKind = id;
            }
        }
    }

    /** Returns all kinds as of the last refresh. */
    synchronized List<Kind> kinds() {
        return List.copyOf(this.kinds.values());
    }

    /** Returns a kind, after a refresh if need be. */
    synchronized Kind kind(Database database, int id) throws SQLException {
        Kind kind = this.kinds.get(id);
        if (kind == null) {
            refresh(database);
            kind = this.kinds.get(id);
        }
        if (kind == null) {
            throw new SQLException("Records refer to kind " + id + ", which is not there");
        }
        return kind;
    }

    /** Returns the id of a metric; 0 when there is none of that name. */
    synchronized int metric(String name) {
        return this.metrics.getOrDefault(name, 0);
    }

    /** Returns the name of a metric. */
    synchronized @Nullable String metricName(int id) {
        return id > 0 && id <= this.metricNames.size() ? this.metricNames.get(id - 1) : null;
    }

    private void loadMetrics(Database database) throws SQLException {
        try (ResultSet rows =
                database.query("SELECT id, name FROM metric WHERE id > ? ORDER BY id", this.metricNames.size())) {
            while (rows.next()) {
                this.metricNames.add(rows.getString(2));
                this.metrics.put(rows.getString(2), rows.getInt(1));
            }
        }
    }

    private Origin origin(Database database, int id) throws SQLException {
        Origin origin = this.processes.get(id);
        if (origin == null) {
            try (ResultSet rows = database.query("SELECT token, command, run, user FROM process WHERE id = ?", id)) {
                rows.next();
                origin = new Origin(
                        rows.getString(1), rows.getString(2), rows.getString(3), RecordJson.read(rows.getString(4)));
            }
            this.processes.put(id, origin);
        }
        return origin;
    }

    private Shape shape(Database database, int id) throws SQLException {
        Shape shape = this.shapes.get(id);
        if (shape == null) {
            try (ResultSet rows = database.query("SELECT names FROM shape WHERE id = ?", id)) {
                rows.next();
                String[] names = JsonLists.texts(rows.getString(1)).toArray(String[]::new);
                int[] ids = new int[names.length];
                for (int i = 0; i < names.length; i++) {
                    ids[i] = metric(names[i]);
                }
                shape = new Shape(id, names, ids);
            }
            this.shapes.put(id, shape);
        }
        return shape;
    }

    private AttributeSet attributeSet(Database database, int id) throws SQLException {
        AttributeSet set = this.attributeSets.get(id);
        if (set == null) {
            try (ResultSet rows = database.query("SELECT fixed, names FROM attribute_set WHERE id = ?", id)) {
                rows.next();
                String names = rows.getString(2);
                set = new AttributeSet(
                        id, JsonLists.textMap(rows.getString(1)), names == null ? null : JsonLists.texts(names));
            }
            this.attributeSets.put(id, set);
        }
        return set;
    }

    private record Group(
            int process, String status, @Nullable String event) {}
}
