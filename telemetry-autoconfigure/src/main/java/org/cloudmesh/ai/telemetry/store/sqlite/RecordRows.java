package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.MetricSet;
import org.jspecify.annotations.Nullable;

/** Makes records of rows. Not thread-safe; one serves one query. */
final class RecordRows {

    /** Columns of values, each after a comma. */
    static final String VALUES = ", more, v0, v1, v2, v3, v4, v5, v6, v7";

    static final String COLUMNS = "id, kind, sequence, reading, during, "
            + TextField.ALL.stream().map(TextField::key).collect(Collectors.joining(", ")) + ", attributes" + VALUES;

    private static final int DURING = 5;

    /** Number of the first column of a {@link TextField} among them. */
    private static final int TEXTS = 6;

    /** Number of the column {@code message} among them. */
    static final int MESSAGE = TEXTS + TextField.MESSAGE.ordinal();

    /** Number of the column {@code attributes} among them. */
    static final int ATTRIBUTES = TEXTS + TextField.ALL.size();

    /** Number of the column {@code more} among them. */
    static final int MORE = ATTRIBUTES + 1;

    private static final int REMEMBERED = 1024;

    private final Database database;

    private final StoredSeriesCatalog.View catalog;

    private final CarriedTexts texts = new CarriedTexts();

    private final Map<Long, @Nullable Map<String, @Nullable Object>> readings = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, @Nullable Map<String, @Nullable Object>> eldest) {
            return size() > REMEMBERED;
        }
    };

    RecordRows(Database database, StoredSeriesCatalog.View catalog) {
        this.database = database;
        this.catalog = catalog;
    }

    /** Returns the record of the present row, whose columns are {@link #COLUMNS}. */
    TelemetryRecord read(ResultSet row) throws SQLException {
        StoredSeries series = this.catalog.series(row.getInt(2));
        MetricSet metrics = series.metricSet();
        double[] values = values(row, metrics.names().length, MORE);
        long reading = row.getLong(4);
        @Nullable String[] texts = new String[TextField.ALL.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = row.getString(TEXTS + i);
        }
        TelemetryRecord.Builder record =
                TelemetryRecord.builder(series.origin(), row.getLong(3), RowIds.micros(row.getLong(1)));
        return TextField.setAll(record, texts)
                .status(Status.of(series.status()))
                .event(series.event())
                .metrics(metrics.names(), values)
                .attributes(this.texts.attributes(series.attributeSet(), row.getBytes(ATTRIBUTES)))
                .reading(reading == 0 ? null : system(reading))
                .during(DuringColumn.read(row.getString(DURING)))
                .build();
    }

    /**
     * Returns the values of the present row.
     *
     * @param column number of the column {@code more}, which those of the values follow
     */
    static double[] values(ResultSet row, int count, int column) throws SQLException {
        double[] values = new double[count];
        for (int i = 0; i < Math.min(count, MetricSet.COLUMNS); i++) {
            values[i] = row.getDouble(column + 1 + i);
        }
        if (count > MetricSet.COLUMNS) {
            double[] more = JsonLists.numbers(row.getString(column));
            System.arraycopy(more, 0, values, MetricSet.COLUMNS, Math.min(more.length, count - MetricSet.COLUMNS));
        }
        return values;
    }

    /** Returns the value at a position of the present row's metrics. */
    static double value(ResultSet row, int position, int column) throws SQLException {
        return position < MetricSet.COLUMNS
                ? row.getDouble(column + 1 + position)
                : JsonLists.numbers(row.getString(column))[position - MetricSet.COLUMNS];
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
}
