package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.cloudmesh.ai.telemetry.store.rollup.SeriesCatalog;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.AttributeSet;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.MetricSet;
import org.jspecify.annotations.Nullable;

/**
 * The series and names of metrics of a file. Rows never change once they are there, so only new ones are read. So many
 * are held as a sixteenth of the heap has room for; a file may have more, made by another program or an older version,
 * and then the others are read each time they are asked for. Thread-safe.
 */
final class StoredSeriesCatalog {

    // A series with its metrics and its places in maps, and a name likewise; about.
    private static final int SERIES_BYTES = 400;

    /** How many series are held, and how many names of metrics. */
    static final int MOST_HELD =
            (int) Math.max(1_000, Math.min(100_000, Runtime.getRuntime().maxMemory() / 16 / SERIES_BYTES));

    private static final int MOST_REMEMBERED = 1_024;

    private static final int MOST_MET = 1_024;

    private static final String SERIES = "SELECT id, process, status, event, shape, attribute_set FROM kind WHERE ";

    private final int most;

    private final Map<Integer, Origin> processes = remembering(MOST_REMEMBERED);

    private final Map<Integer, MetricSet> metricSets;

    private final Map<Integer, AttributeSet> attributeSets = remembering(MOST_REMEMBERED);

    private final Map<String, Integer> metrics = new HashMap<>();

    private final List<String> metricNames = new ArrayList<>();

    private final List<StoredSeries> held = new ArrayList<>();

    private final Map<Integer, Integer> places = new HashMap<>();

    private final Map<Group, Integer> groups = new HashMap<>();

    private final Map<Integer, StoredSeries> others = remembering(MOST_REMEMBERED);

    private int lastHeld;

    // Whether there are more series, or more metrics, than are held.
    private boolean large;

    StoredSeriesCatalog() {
        this(MOST_HELD);
    }

    /**
     * Creates an empty catalog.
     *
     * @param most how many series are held, and how many names of metrics
     */
    StoredSeriesCatalog(int most) {
        this.most = most;
        this.metricSets = remembering(most);
    }

    private static <V> Map<Integer, V> remembering(int most) {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, V> eldest) {
                return size() > most;
            }
        };
    }

    /** Reads what was added. */
    synchronized void refresh(Database database) throws SQLException {
        try (ResultSet rows = database.query(
                "SELECT id, name FROM metric WHERE id > ? ORDER BY id LIMIT ?",
                this.metricNames.size(),
                this.most - this.metricNames.size())) {
            while (rows.next()) {
                this.metricNames.add(rows.getString(2));
                this.metrics.put(rows.getString(2), rows.getInt(1));
            }
        }
        try (ResultSet rows = database.query(
                SERIES + "id > ? ORDER BY id LIMIT ?", this.lastHeld, this.most - this.held.size() + 1)) {
            while (rows.next()) {
                if (this.held.size() == this.most) {
                    this.large = true;
                    return;
                }
                int id = rows.getInt(1);
                int group = this.groups.computeIfAbsent(group(rows), (first) -> id);
                this.places.put(id, this.held.size());
                this.held.add(read(database, rows, group));
                this.lastHeld = id;
            }
        }
    }

    /** Returns a series for the writer, who needs to know its group, after a refresh if need be. */
    synchronized StoredSeries series(Database database, int id) throws SQLException {
        Integer place = this.places.get(id);
        if (place == null && !this.large) {
            refresh(database);
            place = this.places.get(id);
        }
        return place != null ? this.held.get(place) : other(database, id, true);
    }

    private StoredSeries other(Database database, int id, boolean withGroup) throws SQLException {
        StoredSeries series = this.others.get(id);
        if (series == null) {
            try (ResultSet row = database.query(SERIES + "id = ?", id)) {
                if (!row.next()) {
                    throw new SQLException("Records refer to series " + id + ", which is not there");
                }
                series = read(database, row, withGroup ? group(database, group(row)) : id);
            }
            this.others.put(id, series);
        }
        return series;
    }

    private static Group group(ResultSet row) throws SQLException {
        return new Group(row.getInt(2), row.getString(3), row.getString(4));
    }

    private static int group(Database database, Group group) throws SQLException {
        return (int) database.number(
                "SELECT min(id) FROM kind WHERE process = ? AND status = ? AND event IS ?",
                0,
                group.process,
                group.status,
                group.event);
    }

    private StoredSeries read(Database database, ResultSet row, int group) throws SQLException {
        int attributes = row.getInt(6);
        return new StoredSeries(
                row.getInt(1),
                group,
                origin(database, row.getInt(2)),
                row.getString(3),
                row.getString(4),
                metricSet(database, row.getInt(5)),
                attributes == 0 ? null : attributeSet(database, attributes));
    }

    private int metric(Database database, String name) throws SQLException {
        Integer id = this.metrics.get(name);
        return id == null && this.metricNames.size() == this.most
                ? (int) database.number("SELECT id FROM metric WHERE name = ?", 0, name)
                : Objects.requireNonNullElse(id, 0);
    }

    private String metricName(Database database, int id) throws SQLException {
        if (id <= this.metricNames.size()) {
            return this.metricNames.get(id - 1);
        }
        try (ResultSet row = database.query("SELECT name FROM metric WHERE id = ?", id)) {
            if (row.next()) {
                return row.getString(1);
            }
        }
        throw new SQLException("Values refer to metric " + id + ", which is not there");
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

    private MetricSet metricSet(Database database, int id) throws SQLException {
        MetricSet set = this.metricSets.get(id);
        if (set == null) {
            try (ResultSet rows = database.query("SELECT names FROM shape WHERE id = ?", id)) {
                rows.next();
                String[] names = JsonLists.texts(rows.getString(1)).toArray(String[]::new);
                int[] ids = new int[names.length];
                for (int i = 0; i < names.length; i++) {
                    ids[i] = metric(database, names[i]);
                    if (ids[i] > 0 && ids[i] <= this.metricNames.size()) {
                        names[i] = this.metricNames.get(ids[i] - 1);
                    }
                }
                set = new MetricSet(id, names, ids);
            }
            this.metricSets.put(id, set);
        }
        return set;
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

    /**
     * Returns the series as of the last refresh, for one query.
     *
     * @param failure makes of an error what the query ends with
     */
    synchronized View view(Database database, Function<SQLException, RuntimeException> failure) {
        return new View(database, failure, this.held.size(), this.large);
    }

    /** The catalog as one query sees it. */
    final class View implements SeriesCatalog {

        private final Database database;

        private final Function<SQLException, RuntimeException> failure;

        private final int count;

        private final boolean large;

        // The last series of each remainder of its id: rows of some hundred series come in any order.
        private final @Nullable StoredSeries[] met = new StoredSeries[MOST_MET];

        private View(Database database, Function<SQLException, RuntimeException> failure, int count, boolean large) {
            this.database = database;
            this.failure = failure;
            this.count = count;
            this.large = large;
        }

        @Override
        public boolean isLarge() {
            return this.large;
        }

        @Override
        public void forEach(Consumer<? super Series> visitor) {
            int after = 0;
            for (int i = 0; i < this.count; i++) {
                StoredSeries series;
                synchronized (StoredSeriesCatalog.this) {
                    series = StoredSeriesCatalog.this.held.get(i);
                }
                visitor.accept(series);
                after = series.id();
            }
            if (this.large) {
                forEachAfter(after, visitor);
            }
        }

        private void forEachAfter(int after, Consumer<? super Series> visitor) {
            try (ResultSet rows = this.database.query(SERIES + "id > ? ORDER BY id", after)) {
                while (rows.next()) {
                    StoredSeries series;
                    synchronized (StoredSeriesCatalog.this) {
                        series = read(this.database, rows, rows.getInt(1));
                    }
                    visitor.accept(series);
                }
            } catch (SQLException ex) {
                throw this.failure.apply(ex);
            }
        }

        @Override
        public StoredSeries series(int id) {
            StoredSeries series = this.met[id % MOST_MET];
            if (series != null && series.id() == id) {
                return series;
            }
            try {
                synchronized (StoredSeriesCatalog.this) {
                    Integer place = StoredSeriesCatalog.this.places.get(id);
                    series = place != null ? StoredSeriesCatalog.this.held.get(place) : other(this.database, id, false);
                }
            } catch (SQLException ex) {
                throw this.failure.apply(ex);
            }
            this.met[id % MOST_MET] = series;
            return series;
        }

        @Override
        public int metric(String name) {
            try {
                synchronized (StoredSeriesCatalog.this) {
                    return StoredSeriesCatalog.this.metric(this.database, name);
                }
            } catch (SQLException ex) {
                throw this.failure.apply(ex);
            }
        }

        @Override
        public String metric(int id) {
            try {
                synchronized (StoredSeriesCatalog.this) {
                    return metricName(this.database, id);
                }
            } catch (SQLException ex) {
                throw this.failure.apply(ex);
            }
        }
    }

    private record Group(
            int process, String status, @Nullable String event) {}
}
