package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/** Makes records of rows. Not thread-safe; one serves one query. */
final class RecordRows {

    /** Columns of a record, its reading's among them. */
    static final String COLUMNS =
            "(extract(epoch FROM r.time) * 1000000)::bigint, r.seq, r.process, r.series, r.numbers,"
                    + " r.attributes::text, r.reading, (SELECT x.system::text FROM telemetry_reading x"
                    + " WHERE x.process = r.process AND x.id = r.reading AND x.day = (r.time AT TIME ZONE 'UTC')::date),"
                    + " r.during::text"
                    + TextField.ALL.stream()
                            .map((field) -> ", r." + field.key())
                            .collect(Collectors.joining());

    /** Number of the first column of a {@link TextField} among them. */
    private static final int TEXTS = 10;

    private static final int REMEMBERED = 1024;

    private final Connection connection;

    private final Catalog catalog;

    private final Map<Long, Map<String, @Nullable Object>> readings = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Map<String, @Nullable Object>> eldest) {
            return size() > REMEMBERED;
        }
    };

    RecordRows(Connection connection, Catalog catalog) {
        this.connection = connection;
        this.catalog = catalog;
    }

    /** Returns the record of the present row, whose columns begin with {@link #COLUMNS}. */
    TelemetryRecord read(ResultSet row) throws SQLException {
        Catalog.Series series = this.catalog.series(this.connection, row.getInt(4));
        String attributes = row.getString(6);
        Map<String, String> texts = new LinkedHashMap<>();
        if (attributes != null) {
            RecordJson.read(attributes).forEach((key, value) -> texts.put(key, String.valueOf(value)));
        }
        @Nullable String[] fields = new String[TextField.ALL.size()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = row.getString(TEXTS + i);
        }
        TelemetryRecord.Builder record = TelemetryRecord.builder(
                this.catalog.process(this.connection, row.getInt(3)), row.getLong(2), row.getLong(1));
        return TextField.setAll(record, fields)
                .status(series.status())
                .event(series.event())
                .metrics(series.metrics(), numbers(row))
                .attributes(texts)
                .reading(system(row.getLong(7), row.getString(8)))
                .during(during(row.getString(9)))
                .build();
    }

    private static double[] numbers(ResultSet row) throws SQLException {
        Double[] boxed = (Double[]) row.getArray(5).getArray();
        double[] numbers = new double[boxed.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = boxed[i];
        }
        return numbers;
    }

    private static @Nullable Map<String, @Nullable Object> during(@Nullable String json) {
        return json == null ? null : Collections.unmodifiableMap(RecordJson.read(json));
    }

    private @Nullable Map<String, @Nullable Object> system(long id, @Nullable String json) {
        if (json == null) {
            return null;
        }
        return this.readings.computeIfAbsent(id, (key) -> Collections.unmodifiableMap(RecordJson.read(json)));
    }
}
