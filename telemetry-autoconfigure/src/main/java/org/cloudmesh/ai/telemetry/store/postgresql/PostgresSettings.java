package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How records are kept in PostgreSQL.
 *
 * @param node name of this machine among the others; null for the pod's or the host's name
 * @param initialize whether missing tables are made
 * @param schema location of the script that makes them
 * @param tablePrefix in front of each table's name, with a schema and a dot if need be; without its last underscore it
 *     is the name of the view
 * @param maxAge from which records are removed, a day at a time; null keeps them however old
 */
public record PostgresSettings(
        @Nullable String node,
        boolean initialize,
        String schema,
        String tablePrefix,
        @Nullable Duration maxAge) {

    /** Location of the script in the jar. */
    public static final String SCHEMA = "classpath:org/cloudmesh/ai/telemetry/store/postgresql/schema-postgresql.sql";

    /** In front of each table's name unless said otherwise. */
    public static final String TABLE_PREFIX = "telemetry_";

    private static final int LONGEST_SECONDS = 10;

    private static final Pattern PREFIX = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]*_");

    public PostgresSettings {
        if (!PREFIX.matcher(tablePrefix).matches()) {
            // It becomes part of statements.
            throw new IllegalArgumentException("the table prefix '" + tablePrefix
                    + "' is no name of letters, digits and underscores that ends in an underscore");
        }
    }

    /** Returns the settings with all defaults. */
    public static PostgresSettings defaults() {
        return new PostgresSettings(null, true, SCHEMA, TABLE_PREFIX, null);
    }

    /** Returns a statement or script for these tables. */
    String sql(String text) {
        if (this.tablePrefix.equals(TABLE_PREFIX)) {
            return text;
        }
        String view = this.tablePrefix.substring(0, this.tablePrefix.length() - 1);
        return text.replaceAll("\\btelemetry_", this.tablePrefix).replaceAll("\\btelemetry\\b", view);
    }

    /** Prepares a statement for these tables that changes them; the server gives it up after a while. */
    PreparedStatement prepare(Connection connection, String text) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql(text));
        statement.setQueryTimeout(LONGEST_SECONDS);
        return statement;
    }

    /** Returns the schema that the prefix names, with its dot; empty when it names none. */
    String qualifier() {
        return this.tablePrefix.substring(0, this.tablePrefix.indexOf('.') + 1);
    }
}
