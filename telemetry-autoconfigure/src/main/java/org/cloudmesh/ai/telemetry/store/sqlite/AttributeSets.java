package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.rollup.AttributeCardinality;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.AttributeSet;
import org.jspecify.annotations.Nullable;

/**
 * The writer's side of attributes. A key of low cardinality, a model's name, goes into the dictionary with its value,
 * so that roll-ups tell its values apart; one of high cardinality, a trace's id, only with its name, and the record
 * carries the value.
 */
final class AttributeSets {

    /** So many sets there are; records beyond carry all their attributes. */
    private static final int MOST_SETS = 1024;

    private static final String WHOLE = "";

    private final Database database;

    private final Map<String, AttributeSet> sets = new HashMap<>();

    private final AttributeCardinality cardinality = new AttributeCardinality();

    private final StringBuilder key = new StringBuilder();

    private final List<String> varying = new ArrayList<>();

    AttributeSets(Database database) {
        this.database = database;
    }

    /** Reads the sets there are. */
    void load() throws SQLException {
        this.sets.clear();
        this.cardinality.clear();
        try (ResultSet rows = this.database.query("SELECT id, fixed, names FROM attribute_set")) {
            while (rows.next()) {
                String names = rows.getString(3);
                add(new AttributeSet(
                        rows.getInt(1),
                        JsonLists.textMap(rows.getString(2)),
                        names == null ? null : JsonLists.texts(names)));
            }
        }
    }

    /** Returns the set of a record's attributes, of which there is at least one. */
    AttributeSet set(Map<String, String> attributes) throws SQLException {
        AttributeSet set = this.sets.get(key(attributes));
        if (set != null) {
            return set;
        }
        if (this.sets.size() >= MOST_SETS) {
            set = this.sets.get(WHOLE);
            return set == null ? insert(Map.of(), null) : set;
        }
        Map<String, String> fixed = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        attributes.forEach((name, value) -> {
            if (this.cardinality.admits(name, value)) {
                fixed.put(name, value);
            } else {
                names.add(name);
            }
        });
        set = this.sets.get(key(fixed, names));
        return set == null ? insert(fixed, names) : set;
    }

    /** Returns what the record carries itself; null when the set says all. */
    static @Nullable String carried(AttributeSet set, Map<String, String> attributes) {
        List<String> names = set.names();
        if (names == null) {
            return RecordJson.write(attributes);
        }
        if (names.isEmpty()) {
            return null;
        }
        List<@Nullable String> values = new ArrayList<>();
        for (String name : names) {
            values.add(attributes.get(name));
        }
        return JsonLists.write(values);
    }

    private String key(Map<String, String> attributes) {
        this.key.setLength(0);
        this.varying.clear();
        attributes.forEach((name, value) -> {
            if (this.cardinality.isHigh(name)) {
                this.varying.add(name);
            } else {
                this.key.append(name).append('\0').append(value).append('\0');
            }
        });
        this.varying.forEach((name) -> append(this.key, name));
        return this.key.toString();
    }

    private AttributeSet insert(Map<String, String> fixed, @Nullable List<String> names) throws SQLException {
        this.database.update(
                "INSERT INTO attribute_set (fixed, names) VALUES (?, ?)",
                RecordJson.write(fixed),
                names == null ? null : JsonLists.write(names));
        int id = (int) this.database.number("SELECT last_insert_rowid()", 0);
        AttributeSet set = new AttributeSet(id, fixed, names == null ? null : List.copyOf(names));
        add(set);
        return set;
    }

    private void add(AttributeSet set) {
        List<String> names = set.names();
        if (names == null) {
            this.sets.put(WHOLE, set);
            return;
        }
        this.sets.put(key(set.fixed(), names), set);
        set.fixed().forEach(this.cardinality::add);
        names.forEach(this.cardinality::setHigh);
    }

    private static String key(Map<String, String> fixed, List<String> names) {
        StringBuilder key = new StringBuilder();
        fixed.forEach(
                (name, value) -> key.append(name).append('\0').append(value).append('\0'));
        names.forEach((name) -> append(key, name));
        return key.toString();
    }

    // No text has a NUL, and no name is empty: an empty one says that a name without a value follows.
    private static void append(StringBuilder key, String name) {
        key.append('\0').append(name).append('\0');
    }
}
