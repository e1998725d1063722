package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.json.ReadingCodec;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.query.EvenSampler;
import org.jspecify.annotations.Nullable;

/**
 * The readings of a machine that no record need carry: rows of their own, whose ids are times as those of records are
 * ({@link RowIds}), in the form of {@link ReadingCodec}. So a range of time is a range of rows, and retention cuts both
 * tables at the same id. Used by the writer's thread.
 */
final class HistoryRows {

    // More are not counted, and are thinned out before they are read.
    private static final int FEW = 10_000;

    private static final String OF_PROCESS = " AND (? IS NULL OR process IN (SELECT id FROM process WHERE run = ?))"
            + " AND (? IS NULL OR process IN (SELECT id FROM process WHERE command = ?)) ORDER BY id";

    private final Database database;

    private final Dictionary dictionary;

    private @Nullable Map<String, @Nullable Object> lastTemplate;

    private int lastMachine;

    HistoryRows(Database database, Dictionary dictionary) {
        this.database = database;
        this.dictionary = dictionary;
    }

    void reload() {
        this.lastTemplate = null;
    }

    /** Writes readings within the caller's transaction. */
    void insert(Origin origin, List<SystemReading> readings) throws SQLException {
        int process = this.dictionary.process(origin).id();
        PreparedStatement insert = this.database.prepare(
                "INSERT INTO history (id, process, machine, data) SELECT coalesce(max(id) + 1, ?), ?, ?, ?"
                        + " FROM history WHERE id >= ? AND id <= ?");
        for (SystemReading reading : readings) {
            ReadingCodec.Encoded encoded = ReadingCodec.encode(reading.at(), reading.system());
            long id = RowIds.first(reading.at());
            insert.setLong(1, id);
            insert.setInt(2, process);
            insert.setInt(3, machine(encoded.template()));
            insert.setBytes(4, encoded.numbers());
            insert.setLong(5, id);
            insert.setLong(6, id | RowIds.TIE_MASK);
            insert.executeUpdate();
        }
    }

    private int machine(Map<String, @Nullable Object> template) throws SQLException {
        if (!template.equals(this.lastTemplate)) {
            this.lastMachine = this.dictionary.id("machine", "system", RecordJson.write(template));
            this.lastTemplate = template;
        }
        return this.lastMachine;
    }

    /** Returns readings of a range, the oldest first. */
    static List<SystemReading> read(Database database, RecordFilter filter, int limit, Deadline deadline)
            throws SQLException {
        Instant begin = filter.from();
        Instant end = filter.to();
        long from = begin == null ? 0 : RowIds.bound(EpochMicros.micros(begin));
        long to = end == null ? Long.MAX_VALUE : RowIds.bound(EpochMicros.micros(end));
        long count = database.number(
                "SELECT count(*) FROM (SELECT 1 FROM history WHERE id >= ? AND id < ? LIMIT " + (FEW + 1) + ")",
                0,
                from,
                to);
        EvenSampler<Row> rows = new EvenSampler<>(limit);
        if (count <= FEW) {
            add(database, filter, from, to, Integer.MAX_VALUE, rows);
        } else {
            long first = database.number("SELECT min(id) FROM history WHERE id >= ?", from, from);
            long last = database.number("SELECT max(id) FROM history WHERE id < ?", to, to);
            long step = Math.max(1, (last - first) / limit);
            for (long at = first; at <= last; at += step) {
                deadline.check();
                add(database, filter, at, Math.min(to, at + step), 1, rows);
            }
        }
        return decoded(database, rows.toList(), deadline);
    }

    private static void add(
            Database database, RecordFilter filter, long from, long to, int most, EvenSampler<Row> target)
            throws SQLException {
        try (ResultSet row = database.query(
                "SELECT id, machine, data FROM history WHERE id >= ? AND id < ?" + OF_PROCESS,
                from,
                to,
                filter.run(),
                filter.run(),
                filter.command(),
                filter.command())) {
            for (int i = 0; i < most && row.next(); i++) {
                target.add(new Row(RowIds.micros(row.getLong(1)), row.getInt(2), row.getBytes(3)));
            }
        }
    }

    private static List<SystemReading> decoded(Database database, List<Row> rows, Deadline deadline)
            throws SQLException {
        Map<Integer, @Nullable Map<String, @Nullable Object>> templates = new HashMap<>();
        List<SystemReading> readings = new ArrayList<>();
        for (Row row : rows) {
            deadline.check();
            if (!templates.containsKey(row.machine)) {
                templates.put(row.machine, template(database, row.machine));
            }
            Map<String, @Nullable Object> template = templates.get(row.machine);
            if (template != null) {
                readings.add(new SystemReading(row.at, ReadingCodec.decode(row.at, template, row.data)));
            }
        }
        return readings;
    }

    private static @Nullable Map<String, @Nullable Object> template(Database database, int machine)
            throws SQLException {
        try (ResultSet row = database.query("SELECT system FROM machine WHERE id = ?", machine)) {
            return row.next() ? RecordJson.read(row.getString(1)) : null;
        }
    }

    /** A row as it is stored. */
    private record Row(long at, int machine, byte[] data) {}
}
