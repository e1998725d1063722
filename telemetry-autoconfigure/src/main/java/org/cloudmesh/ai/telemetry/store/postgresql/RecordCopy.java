package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;
import org.springframework.util.ClassUtils;

/**
 * Sends records with {@code COPY}: all of them or, if one is there already, none. That takes PostgreSQL's own driver;
 * pools and wrappers lend it.
 */
final class RecordCopy {

    /** What the server is asked for. */
    static final String SQL = "COPY telemetry_record (time, seq, reading, process, series, numbers, attributes, during"
            + TextField.ALL.stream().map((field) -> ", " + field.key()).collect(Collectors.joining())
            + ") FROM STDIN (FORMAT binary)";

    private static final int COLUMNS = 8 + TextField.ALL.size();

    private RecordCopy() {}

    /** Returns whether the driver is on the class path; only then may other methods be called. */
    static boolean isSupported() {
        return ClassUtils.isPresent("org.postgresql.copy.CopyManager", RecordCopy.class.getClassLoader());
    }

    /** Returns whether a connection is the driver's. */
    static boolean takes(Connection connection) throws SQLException {
        return connection.isWrapperFor(BaseConnection.class);
    }

    static void copy(Connection connection, String sql, Batch batch) throws SQLException {
        CopyIn copy = new CopyManager(connection.unwrap(BaseConnection.class)).copyIn(sql);
        try {
            BinaryRows rows = new BinaryRows(copy::writeToCopy);
            for (int i = 0; i < batch.size(); i++) {
                write(batch, i, rows);
            }
            rows.end();
            copy.endCopy();
        } catch (SQLException | RuntimeException ex) {
            cancel(copy, ex);
            throw ex;
        }
    }

    private static void cancel(CopyIn copy, Exception cause) {
        try {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        } catch (SQLException ex) {
            cause.addSuppressed(ex);
        }
    }

    private static void write(Batch batch, int index, BinaryRows rows) throws SQLException {
        TelemetryRecord record = batch.record(index);
        rows.row(COLUMNS);
        rows.time(record.timestampMicros());
        rows.int8(record.sequence());
        rows.int8(batch.reading(index));
        rows.int4(batch.process(index));
        rows.int4(batch.series(index));
        rows.numbers(record);
        rows.jsonb(record.attributes().isEmpty() ? null : record.attributes());
        rows.jsonb(record.during());
        for (TextField field : TextField.ALL) {
            rows.text(field.get(record));
        }
    }
}
