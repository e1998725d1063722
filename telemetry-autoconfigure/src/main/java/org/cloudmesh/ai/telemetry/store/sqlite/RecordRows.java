package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.AttributeSet;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.Shape;
import org.jspecify.annotations.Nullable;

/** Makes records of rows. Not thread-safe; one serves one query. */
final class RecordRows {

    /** By time and id. */
    static final Comparator<TelemetryRecord> IN_ORDER =
            Comparator.comparingLong(TelemetryRecord::timestampMicros).thenComparing(TelemetryRecord::id);

    static final String COLUMNS =
            "id, kind, sequence, reading, message, attributes, more, v0, v1, v2, v3, v4, v5, v6, v7";

    private static final int REMEMBERED = 1024;

    private static final int MORE = 7;

    private final Database database;

    private final Catalog catalog;

    private final Map<Long, @Nullable Map<String, @Nullable Object>> readings = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, @Nullable Map<String, @Nullable Object>> eldest) {
            return size() > REMEMBERED;
        }
    };

    RecordRows(Database database, Catalog catalog) {
        this.database = database;
        this.catalog = catalog;
    }

    /** Returns the record of the present row, whose columns are {@link #COLUMNS}. */
    TelemetryRecord read(ResultSet row) throws SQLException {
        Kind kind = this.catalog.kind(this.database, row.getInt(2));
        Shape shape = kind.shape();
        double[] values = values(row, shape.names().length, MORE);
        long reading = row.getLong(4);
        return TelemetryRecord.builder(kind.origin(), row.getLong(3), RowIds.micros(row.getLong(1)))
                .status(kind.status())
                .event(kind.event())
                .metrics(shape.names(), values)
                .attributes(attributes(kind.attributes(), row.getString(6)))
                .system(reading == 0 ? null : system(reading))
                .message(row.getString(5))
                .build();
    }

    /**
     * Returns the values of the present row.
     *
     * @param column number of the column {@code more}, which those of the values follow
     */
    static double[] values(ResultSet row, int count, int column) throws SQLException {
        double[] values = new double[count];
        for (int i = 0; i < Math.min(count, Shape.COLUMNS); i++) {
            values[i] = row.getDouble(column + 1 + i);
        }
        if (count > Shape.COLUMNS) {
            double[] more = JsonLists.numbers(row.getString(column));
            System.arraycopy(more, 0, values, Shape.COLUMNS, Math.min(more.length, count - Shape.COLUMNS));
        }
        return values;
    }

    /** Returns the system object of a reading. */
    @Nullable
    Map<String, @Nullable Object> system(long reading) throws SQLException {
        if (this.readings.containsKey(reading)) {
            return this.readings.get(reading);
        }
        Map<String, @Nullable Object> system = null;
        try (ResultSet rows = this.database.query(
                "SELECT m.system, g.patch FROM reading g JOIN machine m ON m.id = g.machine WHERE g.id = ?", reading)) {
            if (rows.next()) {
                system = new LinkedHashMap<>(RecordJson.read(rows.getString(1)));
                system.putAll(RecordJson.read(rows.getString(2)));
                system = Collections.unmodifiableMap(system);
            }
        }
        this.readings.put(reading, system);
        return system;
    }

    /** Returns the attributes of a row: what its set says and what it carries itself. */
    static Map<String, String> attributes(@Nullable AttributeSet set, @Nullable String carried) {
        if (set == null) {
            return Map.of();
        }
        List<String> names = set.names();
        if (names == null) {
            return carried == null ? Map.of() : JsonLists.textMap(carried);
        }
        if (names.isEmpty() || carried == null) {
            return set.fixed();
        }
        Map<String, String> attributes = new LinkedHashMap<>(set.fixed());
        List<String> values = JsonLists.texts(carried);
        for (int i = 0; i < names.size(); i++) {
            attributes.put(names.get(i), values.get(i));
        }
        return attributes;
    }
}
