package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Takes a closed file of today back to what an earlier version of the schema would have left. */
public final class OlderFile {

    // What each version has and the one before had not.
    private static final List<List<String>> UNDO = List.of(
            List.of(
                    "DROP TABLE attribute_run",
                    "DROP TABLE attribute_posting",
                    "DROP TABLE attribute_late",
                    "ALTER TABLE reading DROP COLUMN until",
                    "DELETE FROM mark WHERE name LIKE 'index-%'"),
            List.of("DROP VIEW telemetry", "ALTER TABLE record DROP COLUMN during", "DROP TABLE history"),
            List.of("DROP INDEX kind_group", "ALTER TABLE cell DROP COLUMN by_kind"));

    private OlderFile() {}

    /**
     * Takes a file back.
     *
     * @param version from 1
     */
    public static void make(Path path, int version) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                Statement statement = connection.createStatement()) {
            for (List<String> undo : UNDO.subList(0, Schema.VERSION - version)) {
                for (String sql : undo) {
                    statement.executeUpdate(sql);
                }
            }
            statement.executeUpdate("PRAGMA user_version = " + version);
        }
    }
}
