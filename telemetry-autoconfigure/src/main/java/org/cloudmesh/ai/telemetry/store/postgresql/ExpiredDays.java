package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Removes days that are too old, one node at a time, in transactions that are short: nobody waits long for one of them,
 * and what is done stays done, whatever comes later.
 *
 * <p><b>Order.</b> Blocks and their roll-ups go first, those of an hour in one transaction. So a question, which sees
 * one state of the database, finds both or neither, and where it finds neither it reads the records, which are still
 * there. Then go the records among those of other days, and then partitions, which lock the table for a moment. Late
 * records may have made a block of such a day again meanwhile: it goes in the transaction that removes records of its
 * day.
 *
 * <p><b>Those who sum up.</b> Blocks are deleted before their roll-ups. {@link Rollups} marks a block in the end, where
 * it skips one that is being deleted; if it was first, the block's deletion waits for it and the roll-ups are seen.
 * Roll-ups that it leaves without a block are read by no one, and go the next time.
 *
 * <p>Used by one thread.
 */
final class ExpiredDays {

    // Records wait meanwhile.
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int ROWS_AT_ONCE = 10_000;

    // What is in use goes the next time.
    private static final String GIVE_UP_SOON = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'";

    private static final List<String> ROLLUPS =
            List.of("telemetry_block", "telemetry_rollup", "telemetry_rollup_records");

    // All of them are named, as the keys of these tables begin with them.
    private static final Object SPANS = Sql.array(
            "text",
            Stream.of(BlockSpan.DAY.key(), BlockSpan.HOUR.key(), RollupPart.SPAN)
                    .flatMap((span) -> Arrays.stream(RollupLevel.values()).map((level) -> level.key(span)))
                    .toList());

    private static final String OLDEST_BLOCK = """
            SELECT min(t.time) FROM unnest(?) AS k(span) CROSS JOIN LATERAL (
                (SELECT b.time FROM telemetry_block b WHERE b.span = k.span AND b.time >= ? AND b.time < ?
                  ORDER BY b.time LIMIT 1)
                UNION ALL
                (SELECT l.time FROM telemetry_rollup_records l WHERE l.span = k.span AND l.time >= ? AND l.time < ?
                  ORDER BY l.time LIMIT 1)) t""";

    private static final String OLDEST_OTHER =
            "SELECT time FROM telemetry_record_other WHERE time < ? ORDER BY time LIMIT 1";

    private final PostgresSettings settings;

    private final Connections connections;

    private final PostgresSchema schema;

    private final Partitions partitions;

    private final Clock clock;

    // Rows that are just deleted are still met on the way to others.
    private OffsetDateTime cleared = OffsetDateTime.MIN;

    ExpiredDays(
            PostgresSettings settings,
            Connections connections,
            PostgresSchema schema,
            Partitions partitions,
            Clock clock) {
        this.settings = settings;
        this.connections = connections;
        this.schema = schema;
        this.partitions = partitions;
        this.clock = clock;
    }

    /**
     * Removes days that are older than that, for a while.
     *
     * @return whether nothing is left to be done; else the next call goes on
     */
    boolean remove(Duration maxAge) throws SQLException {
        long by = System.nanoTime() + LONGEST_NANOS;
        OffsetDateTime first = LocalDate.ofInstant(this.clock.instant(), ZoneOffset.UTC)
                .minusDays(Math.max(1, maxAge.toDays()))
                .atStartOfDay()
                .atOffset(ZoneOffset.UTC);
        this.cleared = OffsetDateTime.MIN;
        for (Step step : List.<Step>of(
                this::removeBlocks, this::removeOtherRecords, this::removeOtherReadings, this::dropPartition)) {
            Progress progress = Progress.MORE;
            while (progress == Progress.MORE) {
                if (System.nanoTime() - by > 0) {
                    return false;
                }
                progress = this.connections.write((connection) -> take(connection, step, first));
            }
            if (progress == Progress.NOT_ALONE) {
                return true;
            }
        }
        return true;
    }

    private Progress take(Connection connection, Step step, OffsetDateTime first) throws SQLException {
        JdbcTemplate jdbc = PostgresSchema.jdbc(connection);
        jdbc.execute(GIVE_UP_SOON);
        if (!Boolean.TRUE.equals(jdbc.queryForObject(
                "SELECT pg_try_advisory_xact_lock(hashtext(?))",
                Boolean.class,
                "telemetry retention " + this.settings.tablePrefix()))) {
            return Progress.NOT_ALONE;
        }
        return step.take(connection, first) ? Progress.MORE : Progress.NO_MORE;
    }

    private boolean removeBlocks(Connection connection, OffsetDateTime first) throws SQLException {
        OffsetDateTime from = this.cleared;
        OffsetDateTime oldest = time(connection, Sql.of(OLDEST_BLOCK, SPANS, from, first, from, first));
        if (oldest == null) {
            return false;
        }
        OffsetDateTime hour = oldest.truncatedTo(ChronoUnit.HOURS);
        removeBlocks(connection, hour, hour.plusHours(1));
        this.cleared = hour.plusHours(1);
        return true;
    }

    private void removeBlocks(Connection connection, OffsetDateTime from, OffsetDateTime to) throws SQLException {
        for (String table : ROLLUPS) {
            update(
                    connection,
                    Sql.of(
                            "DELETE FROM " + table + " WHERE span = ANY (?) AND time >= ? AND time < ?",
                            SPANS,
                            from,
                            to));
        }
    }

    private boolean removeOtherRecords(Connection connection, OffsetDateTime first) throws SQLException {
        OffsetDateTime oldest = time(connection, Sql.of(OLDEST_OTHER, first));
        if (oldest == null) {
            return false;
        }
        OffsetDateTime day = oldest.truncatedTo(ChronoUnit.DAYS);
        removeBlocks(connection, day, day.plusDays(1));
        removeSome(connection, "telemetry_record_other", Sql.of("time >= ? AND time < ?", day, day.plusDays(1)));
        return true;
    }

    private boolean removeOtherReadings(Connection connection, OffsetDateTime first) throws SQLException {
        return removeSome(connection, "telemetry_reading_other", Sql.of("day < ?", first.toLocalDate())) > 0;
    }

    private int removeSome(Connection connection, String table, Sql condition) throws SQLException {
        return update(
                connection,
                Sql.of("DELETE FROM " + table + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " + table + " WHERE ")
                        .add(condition)
                        .add(" LIMIT ?))", ROWS_AT_ONCE));
    }

    private boolean dropPartition(Connection connection, OffsetDateTime first) throws SQLException {
        this.schema.lock(connection);
        for (String table : Partitions.TABLES) {
            Optional<Partition> oldest = oldest(connection, table);
            if (oldest.isPresent() && oldest.get().day().isBefore(first.toLocalDate())) {
                LocalDate day = oldest.get().day();
                if (table.equals(Partitions.RECORDS)) {
                    OffsetDateTime from = day.atStartOfDay().atOffset(ZoneOffset.UTC);
                    removeBlocks(connection, from, from.plusDays(1));
                }
                PostgresSchema.jdbc(connection)
                        .execute("DROP TABLE " + oldest.get().name());
                this.partitions.forget(day);
                return true;
            }
        }
        return false;
    }

    private Optional<Partition> oldest(Connection connection, String table) {
        return PostgresSchema.jdbc(connection)
                .queryForList(
                        "SELECT c.oid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                                + " WHERE i.inhparent = to_regclass(?)",
                        String.class,
                        this.settings.sql(table))
                .stream()
                .flatMap(Partition::of)
                .min(Comparator.comparing(Partition::day));
    }

    private @Nullable OffsetDateTime time(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = sql.prepare(connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            OffsetDateTime time = row.next() ? row.getObject(1, OffsetDateTime.class) : null;
            return time == null ? null : time.withOffsetSameInstant(ZoneOffset.UTC);
        }
    }

    private int update(Connection connection, Sql sql) throws SQLException {
        try (PreparedStatement statement = sql.prepare(connection, this.settings)) {
            return statement.executeUpdate();
        }
    }

    private enum Progress {
        MORE,
        NO_MORE,
        NOT_ALONE
    }

    /** Removes a little; returns whether there was anything. */
    @FunctionalInterface
    private interface Step {

        boolean take(Connection connection, OffsetDateTime first) throws SQLException;
    }

    private record Partition(String name, LocalDate day) {

        /** Returns a partition of a day, by its name; nothing for others. */
        static Stream<Partition> of(String name) {
            String suffix = name.replace("\"", "");
            suffix = suffix.substring(suffix.lastIndexOf('_') + 1);
            return suffix.matches("[0-9]{8}")
                    ? Stream.of(new Partition(name, LocalDate.parse(suffix, Partitions.SUFFIX)))
                    : Stream.empty();
        }
    }
}
