package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * The writer's side of the machine's readings: what changes from one to the next is a patch to what does not. Nulls and
 * objects stay, since a JSON merge patch cannot set a null.
 */
final class Readings {

    private static final int REMEMBERED = 16;

    private final Database database;

    private final Dictionary dictionary;

    private final Map<Key, Long> latest = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    private @Nullable Map<String, @Nullable Object> lastSystem;

    private int lastProcess;

    private long lastId;

    Readings(Database database, Dictionary dictionary) {
        this.database = database;
        this.dictionary = dictionary;
    }

    void reload() {
        this.latest.clear();
        this.lastSystem = null;
    }

    /** Returns the id of a reading; it is made when none of the latest is the same. */
    long id(Map<String, @Nullable Object> system, int process, long record) throws SQLException {
        if (system == this.lastSystem && process == this.lastProcess) {
            return this.lastId;
        }
        Key key = new Key(process, system);
        Long known = this.latest.get(key);
        long id = known == null ? insert(system, process, record) : known;
        this.latest.put(key, id);
        this.lastSystem = system;
        this.lastProcess = process;
        this.lastId = id;
        return id;
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

    private record Key(int process, Map<String, @Nullable Object> system) {}
}
