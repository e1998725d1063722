package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.ForeignRecords;

/**
 * Takes the rows that the Python module wrote into the records that queries see. The rows themselves stay. A row that
 * is no record, since its time is none, is passed over.
 */
final class PythonRows {

    private static final String MARK = "SELECT value FROM mark WHERE name = 'python'";

    private static final int AT_ONCE = 1000;

    private final ForeignRecords records = new ForeignRecords(ZoneId.systemDefault());

    /** Returns whether there are rows that were not taken in. */
    boolean pending(Database database) throws SQLException {
        return database.number("SELECT max(id) FROM telemetry_python", 0) > database.number(MARK, 0);
    }

    /** Takes in some rows, within the caller's transaction. */
    void take(Database database, RecordInserter inserter, long now) throws SQLException {
        List<TelemetryRecord> batch = new ArrayList<>();
        long mark = database.number(MARK, 0);
        try (ResultSet rows = database.query(
                "SELECT id, timestamp, command, status, metrics, system, message FROM telemetry_python"
                        + " WHERE id > ? ORDER BY id LIMIT " + AT_ONCE,
                mark)) {
            while (rows.next()) {
                mark = rows.getLong(1);
                TelemetryRecord record = this.records.row(
                        mark,
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getString(6),
                        rows.getString(7));
                if (record != null) {
                    batch.add(record);
                }
            }
        }
        inserter.insert(batch, now);
        database.update("INSERT OR REPLACE INTO mark (name, value) VALUES ('python', ?)", mark);
    }
}
