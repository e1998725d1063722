package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.AttributeSet;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.MetricSet;
import org.jspecify.annotations.Nullable;

/**
 * The writer's side of the dictionaries: finds rows, makes those that are missing, and remembers the latest in bounds.
 */
final class Dictionary {

    private static final int REMEMBERED = 4096;

    private final Database database;

    private final AttributeSets attributeSets;

    private final Map<Origin, Process> processes = remembering();

    private final Map<Names, MetricSet> metricSets = remembering();

    private final Map<Key, StoredSeries> series = remembering();

    // What the record before had: mostly, the next one has the same.
    private @Nullable Origin lastOrigin;

    private @Nullable Process lastProcess;

    private @Nullable MetricSet lastMetricSet;

    Dictionary(Database database) {
        this.database = database;
        this.attributeSets = new AttributeSets(database);
    }

    /** Forgets what a rolled-back transaction or another process may have made untrue. */
    void reload() throws SQLException {
        this.processes.clear();
        this.metricSets.clear();
        this.series.clear();
        this.lastProcess = null;
        this.lastMetricSet = null;
        this.attributeSets.load();
    }

    /** Returns the process that records of an origin belong to. */
    Process process(Origin origin) throws SQLException {
        Process last = this.lastProcess;
        if (last != null && origin == this.lastOrigin) {
            return last;
        }
        Process process = this.processes.get(origin);
        if (process == null) {
            process = findProcess(origin);
            this.processes.put(origin, process);
        }
        this.lastOrigin = origin;
        this.lastProcess = process;
        return process;
    }

    private Process findProcess(Origin origin) throws SQLException {
        String user = RecordJson.write(origin.user());
        String find = "SELECT id FROM process WHERE token = ? AND command = ? AND run IS ? AND user = ?";
        Object[] key = {origin.token(), origin.command(), origin.run(), user};
        long id = this.database.number(find, 0, key);
        if (id == 0) {
            this.database.update(
                    "INSERT INTO process (token, command, run, user, last_sequence) VALUES (?, ?, ?, ?, 0)", key);
            id = this.database.number(find, 0, key);
        }
        long mark = this.database.number(
                "SELECT max(last_sequence) FROM process WHERE token = ?", Long.MIN_VALUE, origin.token());
        return new Process((int) id, mark);
    }

    /** Returns the series of a record. */
    StoredSeries series(TelemetryRecord record) throws SQLException {
        MetricSet metrics = metricSet(record);
        Map<String, String> attributes = record.attributes();
        AttributeSet set = attributes.isEmpty() ? null : this.attributeSets.set(attributes);
        Process process = process(record.origin());
        Key key = new Key(process.id, metrics.id(), record.status(), record.event(), set == null ? 0 : set.id());
        StoredSeries series = this.series.get(key);
        if (series == null) {
            int id = seriesId(key);
            series = new StoredSeries(
                    id, group(key), record.origin(), record.status().value(), record.event(), metrics, set);
            this.series.put(key, series);
        }
        return series;
    }

    private int seriesId(Key key) throws SQLException {
        String find = "SELECT id FROM kind WHERE process = ? AND shape = ? AND status = ? AND event IS ?"
                + " AND attribute_set IS ?";
        Object[] parts = {
            key.process, key.shape, key.status.value(), key.event, key.attributes == 0 ? null : key.attributes
        };
        long id = this.database.number(find, 0, parts);
        if (id == 0) {
            this.database.update(
                    "INSERT INTO kind (process, shape, status, event, attribute_set) VALUES (?, ?, ?, ?, ?)", parts);
            id = this.database.number(find, 0, parts);
        }
        return (int) id;
    }

    private int group(Key key) throws SQLException {
        return (int) this.database.number(
                "SELECT min(id) FROM kind WHERE process = ? AND status = ? AND event IS ?",
                0,
                key.process,
                key.status.value(),
                key.event);
    }

    private MetricSet metricSet(TelemetryRecord record) throws SQLException {
        MetricSet last = this.lastMetricSet;
        if (last != null && has(record, last.names())) {
            return last;
        }
        String[] names = new String[record.metricCount()];
        for (int i = 0; i < names.length; i++) {
            names[i] = record.metricName(i);
        }
        Names key = new Names(names);
        MetricSet set = this.metricSets.get(key);
        if (set == null) {
            int[] metrics = new int[names.length];
            for (int i = 0; i < names.length; i++) {
                metrics[i] = id("metric", "name", names[i]);
            }
            set = new MetricSet(id("shape", "names", JsonLists.write(Arrays.asList(names))), names, metrics);
            this.metricSets.put(key, set);
        }
        this.lastMetricSet = set;
        return set;
    }

    private static boolean has(TelemetryRecord record, String[] names) {
        if (record.metricCount() != names.length) {
            return false;
        }
        for (int i = 0; i < names.length; i++) {
            if (!names[i].equals(record.metricName(i))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the id of a text in a table of texts. */
    int id(String table, String column, String text) throws SQLException {
        String find = "SELECT id FROM " + table + " WHERE " + column + " = ?";
        long id = this.database.number(find, 0, text);
        if (id == 0) {
            this.database.update("INSERT INTO " + table + " (" + column + ") VALUES (?)", text);
            id = this.database.number(find, 0, text);
        }
        return (int) id;
    }

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    /** A process, and the last of its records that is kept. */
    static final class Process {

        private final int id;

        private long mark;

        Process(int id, long mark) {
            this.id = id;
            this.mark = mark;
        }

        int id() {
            return this.id;
        }

        long mark() {
            return this.mark;
        }

        void mark(long mark) {
            this.mark = mark;
        }
    }

    private record Names(String[] names, int hash) {

        Names(String[] names) {
            this(names, Arrays.hashCode(names));
        }

        @Override
        public int hashCode() {
            return this.hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Names that && Arrays.equals(this.names, that.names);
        }
    }

    private record Key(
            int process, int shape, Status status, @Nullable String event, int attributes) {}
}
