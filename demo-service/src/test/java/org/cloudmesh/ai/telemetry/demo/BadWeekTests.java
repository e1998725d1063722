package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@link BadWeek} writes. With {@code -Dbad-week=FILE} the week stays there, whole, to look at;
 * {@code -Dbad-week.requests=N} makes it smaller or larger.
 */
class BadWeekTests {

    @TempDir
    private Path files;

    @Test
    void holdsWhatTheDashboardIsToShow() throws Exception {
        String kept = System.getProperty("bad-week");
        Path file =
                kept == null ? this.files.resolve("bad-week.db") : Path.of(kept).toAbsolutePath();
        if (Files.exists(file)) {
            throw new IllegalStateException(file + " is there already");
        }
        int requests = Integer.getInteger("bad-week.requests", kept == null ? 400 : 58_000);

        new BadWeek(requests, Instant.now()).write(file);

        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            assertThat(count(connection, "event = 'answer'")).isEqualTo(requests);
            assertThat(count(connection, "event = 'deploy'")).isEqualTo(2);
            assertThat(count(connection, "event = 'train_step'")).isEqualTo(3 * 600);
            assertThat(distinct(connection, "gen_ai.request.model")).isEqualTo(5);
            assertThat(distinct(connection, "tenant")).isEqualTo(4);
            assertThat(distinct(connection, "gen_ai.usage.cost.currency")).isEqualTo(2);
            assertThat(distinct(connection, "trace_id")).isEqualTo(requests);
            assertThat(count(connection, "status = 'failed' and event = 'gen_ai.client.operation'"))
                    .isPositive();
        }
    }

    private static long distinct(Connection connection, String attribute) throws SQLException {
        return number(
                connection,
                "select count(distinct json_extract(attributes, '$.\"" + attribute + "\"')) from telemetry");
    }

    private static long count(Connection connection, String condition) throws SQLException {
        return number(connection, "select count(*) from telemetry where " + condition);
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }
}
