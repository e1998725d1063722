package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * The writer's side of the machine's readings: what changes from one to the next is a patch to what does not. Nulls and
 * objects stay, since a JSON merge patch cannot set a null.
 */
final class Readings {

    private static final int REMEMBERED = 16;

    // By an eighth of its length so far.
    private static final int SLACK = 8;

    private final Database database;

    private final Dictionary dictionary;

    private final Map<Key, Reading> latest = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Reading> eldest) {
            return size() > REMEMBERED;
        }
    };

    // Of which the file does not know yet where their records are.
    private final Set<Reading> moved = new LinkedHashSet<>();

    private @Nullable Map<String, @Nullable Object> lastSystem;

    private int lastProcess;

    private @Nullable Reading last;

    Readings(Database database, Dictionary dictionary) {
        this.database = database;
        this.dictionary = dictionary;
    }

    void reload() {
        this.latest.clear();
        this.moved.clear();
        this.lastSystem = null;
        this.last = null;
    }

    /** Returns the id of a reading that a record has; it is made when none of the latest is the same. */
    long id(Map<String, @Nullable Object> system, int process, long record) throws SQLException {
        Reading reading = this.last;
        if (reading == null || system != this.lastSystem || process != this.lastProcess) {
            Key key = new Key(process, system);
            reading = this.latest.get(key);
            if (reading == null) {
                reading = new Reading(insert(system, process, record), record);
                this.latest.put(key, reading);
            }
            this.lastSystem = system;
            this.lastProcess = process;
            this.last = reading;
        }
        if (reading.take(record)) {
            this.moved.add(reading);
        }
        return reading.id;
    }

    /**
     * Tells the file where the records of readings are, once they are in it. That of the latest is rounded up, so that
     * not every batch tells it anew.
     */
    void locate() throws SQLException {
        for (Reading reading : this.moved) {
            if (reading == this.last) {
                reading.until += (reading.until - reading.first) / SLACK;
            }
            this.database.update(
                    "UPDATE reading SET first = ?, until = ? WHERE id = ?", reading.first, reading.until, reading.id);
        }
        this.moved.clear();
    }

    private long insert(Map<String, @Nullable Object> system, int process, long record) throws SQLException {
        Map<String, @Nullable Object> stays = new LinkedHashMap<>();
        Map<String, @Nullable Object> changes = new LinkedHashMap<>();
        system.forEach((name, value) -> {
            if (changes(name, value)) {
                stays.put(name, 0);
                changes.put(name, value);
            } else {
                stays.put(name, value);
            }
        });
        int machine = this.dictionary.id("machine", "system", RecordJson.write(stays));
        this.database.update(
                "INSERT INTO reading (first, process, machine, patch) VALUES (?, ?, ?, ?)",
                record,
                process,
                machine,
                RecordJson.write(changes));
        return this.database.number("SELECT last_insert_rowid()", 0);
    }

    private static boolean changes(String name, @Nullable Object value) {
        return value instanceof List
                || (value != null && name.equals("sampled_at"))
                || (value instanceof Number && !name.endsWith("_total") && !name.endsWith("_count"));
    }

    /** A reading, and the rows that it belongs to. */
    private static final class Reading {

        private final long id;

        private long first;

        private long until;

        Reading(long id, long first) {
            this.id = id;
            this.first = first;
            this.until = first;
        }

        /** Takes a row; returns whether it lies beyond what is known. */
        boolean take(long row) {
            if (row >= this.first && row < this.until) {
                return false;
            }
            this.first = Math.min(this.first, row);
            this.until = Math.max(this.until, row + 1);
            return true;
        }
    }

    private record Key(int process, Map<String, @Nullable Object> system) {}
}
