package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Days of records. The first node that has a record of a day makes the day's partition, under the advisory lock of
 * {@link PostgresSchema}. A table is made by itself and then attached: unlike {@code CREATE TABLE ... PARTITION OF},
 * that waits only for those who read the partition of other days, below. They may read for hours, as a backup does, and
 * who waits for a lock holds up all who come later; so it gives up soon, and tries again.
 *
 * <p>Days too far from today, as clocks that are wrong tell them, share one partition; when such a day comes near, its
 * rows move. Where the role could make no partitions for a while, there may be more of them than can be moved while
 * others wait: a day of many rows stays there. Used by one thread.
 */
final class Partitions {

    private static final Logger logger = LoggerFactory.getLogger(Partitions.class);

    private static final long DAYS_BACK = 400;

    private static final long DAYS_AHEAD = 2;

    static final DateTimeFormatter SUFFIX = DateTimeFormatter.BASIC_ISO_DATE;

    // The server ends what takes long. Ours would only end the wait, and leave the server at work.
    private static final String GIVE_UP_SOON = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '4s'";

    // They move in less than a second or two.
    private static final int MOST_MOVED = 50_000;

    static final String RECORDS = "telemetry_record";

    static final List<String> TABLES = List.of(RECORDS, "telemetry_reading");

    private final PostgresSettings settings;

    private final Connections connections;

    private final PostgresSchema schema;

    private final Clock clock;

    private final Set<LocalDate> known = new HashSet<>();

    private boolean forbidden;

    Partitions(PostgresSettings settings, Connections connections, PostgresSchema schema, Clock clock) {
        this.settings = settings;
        this.connections = connections;
        this.schema = schema;
        this.clock = clock;
    }

    /** What is remembered may no longer be true. */
    void forget() {
        this.known.clear();
        this.forbidden = false;
    }

    /** A day has no partition any more. */
    void forget(LocalDate day) {
        this.known.remove(day);
    }

    /** Makes sure that a day, counted since 1970, has a partition, or that records of it have another. */
    void require(long epochDay) throws SQLException {
        LocalDate day = LocalDate.ofEpochDay(epochDay);
        LocalDate today = today();
        boolean near = !day.isBefore(today.minusDays(DAYS_BACK)) && !day.isAfter(today.plusDays(DAYS_AHEAD));
        if (!near || this.forbidden || this.known.contains(day)) {
            return;
        }
        try {
            for (String table : TABLES) {
                make(table, day);
            }
            this.known.add(day);
        } catch (SQLException | RuntimeException ex) {
            if (!PostgresErrors.INSUFFICIENT_PRIVILEGE.equals(PostgresErrors.state(ex))) {
                throw ex;
            }
            this.forbidden = true;
            logger.warn(
                    "The role may not make partitions: records go to {}_other, which is slower to query. Grant CREATE on"
                            + " the schema and the ownership of the tables",
                    this.settings.sql("telemetry_record"));
        }
    }

    private LocalDate today() {
        return LocalDate.ofInstant(this.clock.instant(), ZoneOffset.UTC);
    }

    private void make(String table, LocalDate day) throws SQLException {
        String parent = this.settings.sql(table);
        String name = parent + "_" + SUFFIX.format(day);
        boolean made;
        try {
            made = this.connections.write(
                    (connection) -> PostgresSchema.exists(connection, name) || make(connection, table, day, name));
        } catch (SQLException | RuntimeException ex) {
            if (!PostgresErrors.CANCELLED.equals(PostgresErrors.state(ex))) {
                throw ex;
            }
            made = false;
        }
        if (!made) {
            logger.warn(
                    "{}_other has too many rows for those of {} to be moved: they stay there, which is slower to query,"
                            + " and so do those to come. Later days have partitions",
                    parent,
                    day);
        }
    }

    /** Makes a partition; returns false when there are too many rows to be moved. */
    private boolean make(Connection connection, String table, LocalDate day, String name) throws SQLException {
        JdbcTemplate jdbc = PostgresSchema.jdbc(connection);
        this.schema.lock(connection);
        if (PostgresSchema.exists(connection, name)) {
            return true;
        }
        String parent = this.settings.sql(table);
        String from = bound(table, day);
        String to = bound(table, day.plusDays(1));
        String key = table.equals(RECORDS) ? "time" : "day";
        String rows = " FROM " + parent + "_other WHERE " + key + " >= " + from + " AND " + key + " < " + to;
        // This tells as well whether the role may; others do not notice it.
        jdbc.execute(GIVE_UP_SOON + "; CREATE TABLE " + name + " (LIKE " + parent + " INCLUDING ALL)");
        if (Boolean.TRUE.equals(
                jdbc.queryForObject("SELECT EXISTS (SELECT 1" + rows + " OFFSET " + MOST_MOVED + ")", Boolean.class))) {
            connection.rollback();
            return false;
        }
        // In one call: what it locks is locked for no longer than the server takes.
        jdbc.execute(String.join(
                ";",
                "WITH moved AS (DELETE" + rows + " RETURNING *) INSERT INTO " + name + " SELECT * FROM moved",
                "ALTER TABLE " + parent + " ATTACH PARTITION " + name + " FOR VALUES FROM (" + from + ") TO (" + to
                        + ")"));
        return true;
    }

    private static String bound(String table, LocalDate day) {
        return table.equals(RECORDS) ? "'" + day + " 00:00:00+00'" : "'" + day + "'";
    }
}
