package org.cloudmesh.ai.telemetry.store.postgresql;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The tables. They are made once, however many nodes begin at the same time: under an advisory lock. */
final class PostgresSchema {

    static final int VERSION = 4;

    // The first whose tables can be upgraded.
    private static final int FIRST_VERSION = 2;

    private static final String UPGRADE =
            "classpath:org/cloudmesh/ai/telemetry/store/postgresql/schema-postgresql-4.sql";

    // Of many millions of records the key takes a while.
    private static final int LONGEST_UPGRADE_MILLIS = (int) TimeUnit.HOURS.toMillis(2);

    private static final int OLDEST_SERVER = 13;

    private final PostgresSettings settings;

    private final Connections connections;

    PostgresSchema(PostgresSettings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
    }

    /** Makes the tables if they are not there and that is allowed; makes sure that this release can use them. */
    void prepare() throws SQLException, StoreException {
        this.connections.lend((connection) -> {
            requirePostgres(connection);
            return true;
        });
        int version = this.connections.write((connection) -> {
            int found = version(connection);
            if (found == 0 && this.settings.initialize()) {
                lock(connection);
                found = version(connection);
                if (found == 0) {
                    run(connection, script(this.settings.schema(), "telemetry.jdbc.schema=" + this.settings.schema()));
                    found = version(connection);
                }
            }
            return found;
        });
        if (isEarlier(version) && this.settings.initialize()) {
            version = this.connections.write(LONGEST_UPGRADE_MILLIS, (connection) -> {
                lock(connection);
                if (isEarlier(version(connection))) {
                    run(connection, script(UPGRADE, UPGRADE));
                }
                return version(connection);
            });
        }
        if (version == 0) {
            throw new StoreException(
                    Remedy.REFUSED,
                    "the tables " + this.settings.tablePrefix() + "* are not there and telemetry.jdbc.initialize-schema"
                            + " does not allow to make them. Run " + this.settings.schema()
                            + ", or set telemetry.jdbc.initialize-schema=always",
                    null);
        }
        if (isEarlier(version)) {
            throw new StoreException(
                    Remedy.REFUSED,
                    "an earlier build made the tables (version " + version + ", this one needs " + VERSION + "). Run "
                            + UPGRADE + ", or set telemetry.jdbc.initialize-schema=always",
                    null);
        }
        if (version < VERSION) {
            throw new StoreException(
                    Remedy.REFUSED,
                    "a build before the first release made the tables (version " + version + ", this one needs "
                            + VERSION + "). Drop the tables " + this.settings.tablePrefix()
                            + "*, or name others with telemetry.jdbc.table-prefix",
                    null);
        }
        if (version > VERSION) {
            throw new StoreException(
                    Remedy.REFUSED,
                    "a newer release made the tables (version " + version + ", this one knows " + VERSION
                            + "). Update this application",
                    null);
        }
    }

    private static boolean isEarlier(int version) {
        return version >= FIRST_VERSION && version < VERSION;
    }

    /** Holds back other nodes that would change tables, until the transaction ends. */
    void lock(Connection connection) {
        // The result is void.
        jdbc(connection)
                .query(
                        "SELECT pg_advisory_xact_lock(hashtext(?))",
                        (row) -> {},
                        "telemetry schema " + this.settings.tablePrefix());
    }

    /**
     * Returns whether there is a table. It looks into the catalog, since {@code to_regclass} may remember for the rest
     * of a transaction that there was none.
     */
    static boolean exists(Connection connection, String table) {
        String name = table.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        String schema = dot < 0 ? "" : name.substring(0, dot);
        return Boolean.TRUE.equals(jdbc(connection)
                .queryForObject(
                        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c"
                                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = ?"
                                + " AND (n.nspname = ? OR (? = '' AND pg_catalog.pg_table_is_visible(c.oid))))",
                        Boolean.class,
                        name.substring(dot + 1),
                        schema,
                        schema));
    }

    static JdbcTemplate jdbc(Connection connection) {
        return new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    static void run(Connection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(script);
        }
    }

    private int version(Connection connection) {
        String table = this.settings.sql("telemetry_schema");
        if (!exists(connection, table)) {
            return 0;
        }
        Integer version = jdbc(connection).queryForObject("SELECT max(version) FROM " + table, Integer.class);
        return version == null ? 0 : version;
    }

    /** Returns the script of a location. The name is what an error calls it: the setting, where a user chose it. */
    private String script(String location, String name) throws SQLException {
        Resource script = new DefaultResourceLoader(PostgresSchema.class.getClassLoader())
                .getResource(location.replace("@@platform@@", "postgresql"));
        try {
            return this.settings.sql(script.getContentAsString(StandardCharsets.UTF_8));
        } catch (IOException ex) {
            throw new SQLException("Cannot read " + name, ex);
        }
    }

    private static void requirePostgres(Connection connection) throws SQLException {
        DatabaseMetaData metaData = connection.getMetaData();
        String product = metaData.getDatabaseProductName();
        if (!product.toLowerCase(Locale.ROOT).contains("postgres")) {
            throw new SQLException("the database is " + product
                    + "; telemetry.backend=jdbc needs PostgreSQL. Name another one with telemetry.jdbc.url or"
                    + " @TelemetryDataSource");
        }
        if (metaData.getDatabaseMajorVersion() < OLDEST_SERVER) {
            throw new SQLException(
                    "PostgreSQL " + metaData.getDatabaseProductVersion() + " is older than " + OLDEST_SERVER);
        }
    }
}
