package org.cloudmesh.ai.telemetry.store.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.StoreException;

/** The tables, by version. Script n leads from version n - 1 to n. */
final class Schema {

    static final int VERSION = 4;

    private Schema() {}

    /** What a file is. */
    enum State {
        EMPTY,
        OURS,
        PYTHON,
        OTHER
    }

    static State state(Database database) {
        int application = number(database, "PRAGMA application_id");
        if (application == DatabaseFile.APPLICATION_ID) {
            return State.OURS;
        }
        List<String> tables = database.jdbc()
                .queryForList("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'", String.class);
        if (tables.isEmpty() && application == 0) {
            return State.EMPTY;
        }
        List<String> columns =
                database.jdbc().queryForList("SELECT name FROM pragma_table_info('telemetry')", String.class);
        boolean python = application == 0
                && tables.equals(List.of("telemetry"))
                && columns.equals(List.of("id", "timestamp", "command", "status", "metrics", "system", "message"));
        return python ? State.PYTHON : State.OTHER;
    }

    /** Brings the file to the present version, in one transaction. */
    static void migrate(Database database, DatabaseFile file) throws SQLException, StoreException {
        int version = number(database, "PRAGMA user_version");
        if (version == VERSION) {
            return;
        }
        State state = state(database);
        if (version > VERSION && state == State.OURS) {
            throw file.refused(
                    "a newer release of this program wrote it (schema version " + version + ", this one knows "
                            + VERSION + ")",
                    null);
        }
        database.write(() -> {
            // Another process may have been faster.
            State now = state(database);
            int from = now == State.OURS ? number(database, "PRAGMA user_version") : 0;
            if (now == State.PYTHON) {
                database.execute("ALTER TABLE telemetry RENAME TO telemetry_python");
            }
            for (int next = from + 1; next <= VERSION; next++) {
                database.script(script(next));
            }
            database.execute("PRAGMA application_id = " + DatabaseFile.APPLICATION_ID);
            database.execute("PRAGMA user_version = " + VERSION);
            return true;
        });
    }

    private static int number(Database database, String sql) {
        Integer number = database.jdbc().queryForObject(sql, Integer.class);
        return number == null ? 0 : number;
    }

    private static String script(int version) throws SQLException {
        String name = "schema-sqlite-" + version + ".sql";
        try (InputStream in = Schema.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new SQLException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException ex) {
            throw new SQLException("Cannot read " + name, ex);
        }
    }
}
