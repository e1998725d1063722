package org.cloudmesh.ai.telemetry.benchmark;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** The same records in one wide table of DuckDB. */
final class DuckDb implements AutoCloseable {

    private final Connection connection;

    private final DuckDBAppender appender;

    DuckDb(Path file) throws SQLException {
        this.connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        try (Statement statement = this.connection.createStatement()) {
            statement.execute("CREATE TABLE t(id VARCHAR, micros BIGINT, command VARCHAR, run VARCHAR, status VARCHAR,"
                    + " event VARCHAR, tenant VARCHAR, customer VARCHAR, account VARCHAR, session VARCHAR, gpu DOUBLE, message VARCHAR, " + String.join(" DOUBLE, ", Sample.NAMES)
                    + " DOUBLE)");
        }
        this.appender = ((DuckDBConnection) this.connection).createAppender("main", "t");
    }

    void append(List<TelemetryRecord> records) throws SQLException {
        for (TelemetryRecord record : records) {
            this.appender.beginRow();
            this.appender.append(record.id());
            this.appender.append(record.timestampMicros());
            this.appender.append(record.origin().command());
            this.appender.append(record.origin().run());
            this.appender.append(record.status().value());
            this.appender.append(record.event());
            for (String attribute : List.of("tenant", "customer", "account", "session")) {
                this.appender.append(record.attributes().get(attribute));
            }
            this.appender.append((double) Objects.requireNonNull(Objects.requireNonNull(record.system()).get("gpu_percent")));
            this.appender.append(record.message());
            for (int m = 0; m < record.metricCount(); m++) {
                this.appender.append(record.metricValue(m));
            }
            this.appender.endRow();
        }
    }

    void loaded() throws SQLException {
        this.appender.close();
        try (Statement statement = this.connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    /** Shows JSON lines in the place of the table. */
    void lines(String files) throws SQLException {
        loaded();
        StringBuilder metrics = new StringBuilder();
        StringBuilder types = new StringBuilder();
        for (String name : Sample.NAMES) {
            metrics.append(", metrics.").append(name).append(" AS ").append(name);
            types.append(types.isEmpty() ? "" : ", ").append(name).append(" DOUBLE");
        }
        try (Statement statement = this.connection.createStatement()) {
            statement.execute("DROP TABLE t");
            statement.execute("CREATE VIEW t AS SELECT id, epoch_us(timestamp) AS micros, command, run, status, event,"
                    + " attributes.tenant AS tenant, message" + metrics + " FROM read_json('" + files
                    + "', format = 'newline_delimited', columns = {id: 'VARCHAR', timestamp: 'TIMESTAMP',"
                    + " command: 'VARCHAR', run: 'VARCHAR', status: 'VARCHAR', event: 'VARCHAR',"
                    + " attributes: 'STRUCT(tenant VARCHAR)', message: 'VARCHAR', metrics: 'STRUCT(" + types + ")'})");
        }
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return this.connection.prepareStatement(sql);
    }

    /** Reads all of an answer. */
    static long read(PreparedStatement query) {
        try (ResultSet rows = query.executeQuery()) {
            int columns = rows.getMetaData().getColumnCount();
            long seen = 0;
            while (rows.next()) {
                for (int c = 1; c <= columns; c++) {
                    seen += rows.getObject(c) == null ? 0 : 1;
                }
            }
            return seen;
        } catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public void close() throws SQLException {
        this.connection.close();
    }
}
