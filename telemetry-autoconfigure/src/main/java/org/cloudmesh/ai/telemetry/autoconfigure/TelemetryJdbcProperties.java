package org.cloudmesh.ai.telemetry.autoconfigure;

import java.time.Duration;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the backend jdbc: PostgreSQL. */
@ConfigurationProperties("telemetry.jdbc")
public class TelemetryJdbcProperties {

    /** URL of the database. By default the DataSource marked with @TelemetryDataSource, else the application's own. */
    private @Nullable String url;

    /** User for the URL. */
    private @Nullable String username;

    /** Password for the URL. */
    private @Nullable String password;

    /** When the tables are made: always, never, or embedded, which for PostgreSQL is never. */
    private Initialization initializeSchema = Initialization.ALWAYS;

    /** Location of the script that makes the tables. */
    private String schema = PostgresSettings.SCHEMA;

    /**
     * In front of each table's name, with a schema and a dot if need be. Ends in an underscore; without it, it names
     * the view.
     */
    private String tablePrefix = PostgresSettings.TABLE_PREFIX;

    /** Age from which records are removed from the database, a day at a time. By default they are kept however old. */
    private @Nullable Duration maxAge;

    public @Nullable String getUrl() {
        return this.url;
    }

    public void setUrl(@Nullable String url) {
        this.url = url;
    }

    public @Nullable String getUsername() {
        return this.username;
    }

    public void setUsername(@Nullable String username) {
        this.username = username;
    }

    public @Nullable String getPassword() {
        return this.password;
    }

    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public Initialization getInitializeSchema() {
        return this.initializeSchema;
    }

    public void setInitializeSchema(Initialization initializeSchema) {
        this.initializeSchema = initializeSchema;
    }

    public String getSchema() {
        return this.schema;
    }

    public void setSchema(String schema) {
        this.schema = schema;
    }

    public String getTablePrefix() {
        return this.tablePrefix;
    }

    public void setTablePrefix(String tablePrefix) {
        this.tablePrefix = tablePrefix;
    }

    public @Nullable Duration getMaxAge() {
        return this.maxAge;
    }

    public void setMaxAge(@Nullable Duration maxAge) {
        this.maxAge = maxAge;
    }

    /** When tables are made, in the words of Spring Boot's own settings. */
    public enum Initialization {

        /** Only in a database within the process, which PostgreSQL is not. */
        EMBEDDED,

        /** Whenever they are not there. */
        ALWAYS,

        /** Not at all. */
        NEVER
    }
}
