package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.sqlite.Dictionary.Process;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.MetricSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches: rows, dictionaries and aggregates, within the caller's transaction. What it remembers of the file is
 * only there to save reading it again; {@link #reload()} reads it. Not thread-safe.
 */
final class RecordInserter {

    // SQLite keeps the number as the integer 0; these letters read as the number.
    private static final byte[] MINUS_ZERO = "-0.0".getBytes(StandardCharsets.US_ASCII);

    // A statement of many rows saves most of what a statement costs by itself.
    private static final int[] ROWS_AT_ONCE = {128, 16, 1};

    private static final Comparator<TelemetryRecord> BY_TIME = Comparator.comparingLong(
                    (TelemetryRecord record) -> RowIds.first(record.timestampMicros()))
            .thenComparing((record) -> record.origin().token())
            .thenComparingLong(TelemetryRecord::sequence);

    private final Database database;

    private final Dictionary dictionary;

    private final Readings readings;

    private final HistoryRows history;

    private final RollupTree tree;

    private final AttributeIndex attributes;

    private StoredSeriesCatalog catalog = new StoredSeriesCatalog();

    private RowBuffer tail = new RowBuffer();

    private long lastId;

    RecordInserter(Database database, RollupTreeSettings settings) {
        this.database = database;
        this.dictionary = new Dictionary(database);
        this.readings = new Readings(database, this.dictionary);
        this.history = new HistoryRows(database, this.dictionary);
        this.tree = new RollupTree(database, settings, this::load, this::group);
        this.attributes = new AttributeIndex(database, settings.run(), this::loadCarried);
    }

    RollupTree tree() {
        return this.tree;
    }

    AttributeIndex attributes() {
        return this.attributes;
    }

    /** Reads what is remembered of the file, after a failure or when another process has written. */
    void reload() throws SQLException {
        this.catalog = new StoredSeriesCatalog();
        this.dictionary.reload();
        this.readings.reload();
        this.history.reload();
        this.tree.load();
        this.attributes.load();
        this.tail = load(this.tree.sealed(), Long.MAX_VALUE);
        this.lastId = this.database.number("SELECT max(id) FROM record", -1);
    }

    /** What is remembered of the machine's readings may be gone from the file. */
    void forgetReadings() {
        this.readings.reload();
    }

    /** Writes readings of the machine that are no part of a record. */
    void insert(Origin origin, List<SystemReading> readings) throws SQLException {
        this.history.insert(origin, readings);
    }

    /** Writes the records of a batch that are not there yet. */
    void insert(List<TelemetryRecord> batch, long now) throws SQLException {
        write(missing(batch), now);
    }

    /**
     * Writes records that were kept in another file, those that are not in this one.
     *
     * @return how many were written
     */
    int restore(List<TelemetryRecord> batch, long now) throws SQLException {
        List<TelemetryRecord> records = new ArrayList<>(batch.size());
        Set<Process> processes = new LinkedHashSet<>();
        for (TelemetryRecord record : batch) {
            Process process = this.dictionary.process(record.origin());
            if (!isThere(record)) {
                records.add(record);
            }
            // Should the batch come again that the other file kept in its last moment, it is known.
            if (record.sequence() > process.mark()) {
                process.mark(record.sequence());
                processes.add(process);
            }
        }
        mark(processes);
        records.sort(BY_TIME);
        write(records, now);
        return records.size();
    }

    private boolean isThere(TelemetryRecord record) throws SQLException {
        long id = RowIds.first(record.timestampMicros());
        return this.database.number(
                        "SELECT count(*) FROM record r CROSS JOIN kind k ON k.id = r.kind"
                                + " CROSS JOIN process p ON p.id = k.process"
                                + " WHERE r.id >= ? AND r.id <= ? AND r.sequence = ? AND p.token = ?",
                        0,
                        id,
                        id | RowIds.TIE_MASK,
                        record.sequence(),
                        record.origin().token())
                > 0;
    }

    private void mark(Set<Process> processes) throws SQLException {
        for (Process process : processes) {
            this.database.update("UPDATE process SET last_sequence = ? WHERE id = ?", process.mark(), process.id());
        }
    }

    private void write(List<TelemetryRecord> records, long now) throws SQLException {
        if (records.isEmpty()) {
            return;
        }
        long sealed = this.tree.sealed();
        RowBuffer late = new RowBuffer();
        Layout layout = Layout.of(records);
        long before = -1;
        int at = 0;
        while (at < records.size()) {
            int rows = rowsAtOnce(records.size() - at);
            PreparedStatement insert = this.database.prepare(layout.sql(rows));
            int parameter = 1;
            for (TelemetryRecord record : records.subList(at, at + rows)) {
                before = nextId(record, before);
                StoredSeries series = this.dictionary.series(record);
                parameter = bind(insert, parameter, layout, record, before, series);
                remember(before < sealed ? late : this.tail, before, series, record);
                this.attributes.add(before, series.attributeSet(), record);
            }
            insert.executeUpdate();
            at += rows;
        }
        this.lastId = Math.max(this.lastId, before);
        this.tree.fold(late, late.size());
        this.tail = this.tree.seal(this.tail, RowIds.first(now));
        this.attributes.extend(this.tree.sealed());
        this.readings.locate();
    }

    private static int rowsAtOnce(int left) {
        for (int rows : ROWS_AT_ONCE) {
            if (rows <= left) {
                return rows;
            }
        }
        throw new IllegalArgumentException("No rows are left");
    }

    private static void remember(RowBuffer rows, long id, StoredSeries series, TelemetryRecord record) {
        rows.add(id, series);
        for (int i = 0; i < record.metricCount(); i++) {
            rows.value(record.metricValue(i));
        }
    }

    private List<TelemetryRecord> missing(List<TelemetryRecord> batch) throws SQLException {
        List<TelemetryRecord> records = new ArrayList<>(batch.size());
        Set<Process> processes = new LinkedHashSet<>();
        @Nullable Process last = null;
        boolean sorted = true;
        long before = Long.MIN_VALUE;
        for (TelemetryRecord record : batch) {
            Process process = this.dictionary.process(record.origin());
            if (record.sequence() > process.mark()) {
                process.mark(record.sequence());
                if (process != last) {
                    processes.add(process);
                    last = process;
                }
                records.add(record);
                sorted &= record.timestampMicros() > before;
                before = record.timestampMicros();
            }
        }
        mark(processes);
        if (!sorted) {
            records.sort(BY_TIME);
        }
        return records;
    }

    /**
     * Returns the first free id of the record's microsecond. When all of them are taken, it is one of the next
     * microsecond.
     *
     * @param before id of the record before in the same batch, which is sorted
     */
    private long nextId(TelemetryRecord record, long before) throws SQLException {
        long id = RowIds.first(record.timestampMicros());
        if (id <= before) {
            id = before + 1;
            if ((id & RowIds.TIE_MASK) != 0) {
                return id;
            }
        }
        while (id <= this.lastId) {
            long last = this.database.number(
                    "SELECT max(id) FROM record WHERE id >= ? AND id <= ?", id - 1, id, id | RowIds.TIE_MASK);
            id = last + 1;
            if (last < (last | RowIds.TIE_MASK) || last < RowIds.first(record.timestampMicros())) {
                return id;
            }
        }
        return id;
    }

    /** Binds one row; returns the number of the next parameter. */
    private int bind(
            PreparedStatement insert, int first, Layout layout, TelemetryRecord record, long id, StoredSeries series)
            throws SQLException {
        int at = first;
        insert.setLong(at++, id);
        insert.setInt(at++, series.id());
        insert.setLong(at++, record.sequence());
        int count = record.metricCount();
        for (int i = 0; i < layout.values; i++) {
            if (i < count) {
                double value = record.metricValue(i);
                if (value == 0 && Double.doubleToRawLongBits(value) != 0) {
                    insert.setBytes(at++, MINUS_ZERO);
                } else {
                    insert.setDouble(at++, value);
                }
            } else {
                insert.setNull(at++, Types.REAL);
            }
        }
        if (layout.more) {
            insert.setString(at++, more(record));
        }
        if (layout.readings) {
            Map<String, @Nullable Object> reading = record.reading();
            if (reading == null) {
                insert.setNull(at++, Types.INTEGER);
            } else {
                int process = this.dictionary.process(record.origin()).id();
                insert.setLong(at++, this.readings.id(reading, process, id));
            }
        }
        if (layout.during) {
            insert.setString(at++, DuringColumn.write(record.during()));
        }
        if (layout.attributes) {
            StoredSeries.AttributeSet set = series.attributeSet();
            insert.setString(at++, set == null ? null : AttributeSets.carried(set, record.attributes()));
        }
        for (TextField field : layout.texts) {
            insert.setString(at++, field.get(record));
        }
        return at;
    }

    private static @Nullable String more(TelemetryRecord record) {
        if (record.metricCount() <= MetricSet.COLUMNS) {
            return null;
        }
        List<Double> values = new ArrayList<>();
        for (int i = MetricSet.COLUMNS; i < record.metricCount(); i++) {
            values.add(record.metricValue(i));
        }
        return JsonLists.write(values);
    }

    private int group(int series) throws SQLException {
        return this.catalog.series(this.database, series).group();
    }

    private RowBuffer load(long from, long to) throws SQLException {
        RowBuffer rows = new RowBuffer();
        try (ResultSet records = this.database.query(
                "SELECT id, kind, more, v0, v1, v2, v3, v4, v5, v6, v7 FROM record WHERE id >= ? AND id < ?"
                        + " ORDER BY id",
                from,
                to)) {
            while (records.next()) {
                StoredSeries series = this.catalog.series(this.database, records.getInt(2));
                rows.add(records.getLong(1), series);
                int count = series.metricSet().metrics().length;
                for (int i = 0; i < Math.min(count, MetricSet.COLUMNS); i++) {
                    rows.value(records.getDouble(4 + i));
                }
                if (count > MetricSet.COLUMNS) {
                    for (double value : JsonLists.numbers(records.getString(3))) {
                        rows.value(value);
                    }
                }
            }
        }
        return rows;
    }

    private CarriedValues loadCarried(long from, long to) throws SQLException {
        CarriedValues rows = new CarriedValues();
        CarriedTexts texts = new CarriedTexts();
        try (ResultSet records = this.database.query(
                "SELECT id, kind, attributes FROM record WHERE id >= ? AND id < ? ORDER BY id", from, to)) {
            while (records.next()) {
                StoredSeries.AttributeSet set =
                        this.catalog.series(this.database, records.getInt(2)).attributeSet();
                boolean carries = set != null && !set.complete();
                rows.add(records.getLong(1), set, carries ? texts.attributes(set, records.getBytes(3)) : Map.of());
            }
        }
        return rows;
    }

    /** Which columns a batch needs: the fewer are bound, the faster it goes. */
    private record Layout(
            int values, boolean more, boolean readings, boolean during, boolean attributes, List<TextField> texts) {

        static Layout of(List<TelemetryRecord> records) {
            int metrics = 0;
            boolean readings = false;
            boolean during = false;
            boolean attributes = false;
            Set<TextField> texts = EnumSet.noneOf(TextField.class);
            for (TelemetryRecord record : records) {
                metrics = Math.max(metrics, record.metricCount());
                readings |= record.reading() != null;
                during |= record.during() != null;
                attributes |= !record.attributes().isEmpty();
                for (TextField field : TextField.ALL) {
                    if (field.get(record) != null) {
                        texts.add(field);
                    }
                }
            }
            return new Layout(
                    Math.min(MetricSet.COLUMNS, metrics),
                    metrics > MetricSet.COLUMNS,
                    readings,
                    during,
                    attributes,
                    List.copyOf(texts));
        }

        String sql(int rows) {
            StringBuilder columns = new StringBuilder("id, kind, sequence");
            StringBuilder values = new StringBuilder("(?, ?, ?");
            for (int i = 0; i < this.values; i++) {
                columns.append(", v").append(i);
                values.append(", ?");
            }
            add(this.more, "more", columns, values);
            add(this.readings, "reading", columns, values);
            add(this.during, "during", columns, values);
            add(this.attributes, "attributes", columns, values);
            this.texts.forEach((field) -> add(true, field.key(), columns, values));
            String row = values.append(')').toString();
            return "INSERT INTO record (" + columns + ") VALUES " + row + (", " + row).repeat(rows - 1);
        }

        private static void add(boolean present, String column, StringBuilder columns, StringBuilder values) {
            if (present) {
                columns.append(", ").append(column);
                values.append(", ?");
            }
        }
    }
}
