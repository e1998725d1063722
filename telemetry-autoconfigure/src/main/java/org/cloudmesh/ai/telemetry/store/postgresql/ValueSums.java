package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.query.QueryEngine;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Distributions of values by group and bucket of time: from roll-ups where there are some, the rest as it is when it is
 * little, else as the database counts it. Not thread-safe; one serves one question.
 */
final class ValueSums {

    /** What a roll-up has of values, after the group and the bucket of time. */
    static final String ROLLUP = ", u.sum, u.min, u.max, u.last, " + PostgresSource.roundedMicros("u.last_time")
            + ", u.buckets::text, u.counts::text";

    // Of values, what a roll-up has. The OFFSET has each read once, not once for each time that its bucket's formula
    // names it.
    private static final String COUNTED = """
            SELECT k, b, %2$s, min, max, last[2], last[1], buckets::text, counts::text
              FROM (SELECT k, b, sum(sum) AS sum, sum(large) AS large, min(min) AS min, max(max) AS max,
                           max(last) AS last, array_agg(bucket) AS buckets, array_agg(times) AS counts
                      FROM (SELECT k, b, telemetry_bucket(v) AS bucket, count(*) AS times, %1$s, min(v) AS min,
                                   max(v) AS max, %3$s AS last
                              FROM (SELECT k, b, v, t FROM value OFFSET 0) v GROUP BY 1, 2, 3) c
                     GROUP BY k, b) s""";

    /** Which values are summed up as they are, and which by a 2^30th of them. */
    static final String SMALL = "abs(%1$s) < 1e290::float8";

    static final String LARGE = "abs(%1$s) >= 1e290::float8";

    static final String SCALED_DOWN = "%1$s / 1073741824::float8";

    /**
     * Sums of small values and of large ones. PostgreSQL refuses a sum that a double cannot hold, and the order of its
     * parts decides whether one is met; a quotient that is too small it refuses as well.
     */
    static final String SUMS = "sum(%1$s) FILTER (WHERE " + SMALL + ") AS sum, sum(" + SCALED_DOWN + ") FILTER (WHERE "
            + LARGE + ") AS large";

    /** The two sums as one, infinite when a double cannot hold it. Beside the greatest the small ones do not count. */
    static final String TOTAL = """
            CASE WHEN large IS NULL THEN sum
                 WHEN abs(large) < 1.797e308::float8 / 1073741824::float8
                 THEN coalesce(sum, 0) + large * 1073741824::float8
                 WHEN abs(large) <= 1.7976931348623157e308::float8 / 1073741824::float8
                 THEN large * 1073741824::float8
                 ELSE sign(large) * 'Infinity'::float8 END""";

    /** Of many values of a bucket, time and value of the last. */
    static final String LAST = "max(ARRAY[t, v])";

    /** Leaves the last value out, which takes a fifth of the time. */
    static final String NO_LAST = "ARRAY['-Infinity', 'NaN']::float8[]";

    private final Connection connection;

    private final PostgresSettings settings;

    private final Map<@Nullable String, Map<Integer, Distribution>> byKey = new LinkedHashMap<>();

    private ValueSums(Connection connection, PostgresSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /** Sums values up by key and bucket of time. */
    static Map<@Nullable String, Map<Integer, Distribution>> of(
            Connection connection, PostgresSettings settings, Values values, RollupCover cover, Deadline deadline)
            throws SQLException {
        ValueSums sums = new ValueSums(connection, settings);
        if (cover.hasBlocks()) {
            sums.addSums(values.ofRollups.apply(cover), deadline);
        }
        if (cover.hasGaps()) {
            Sql records = values.ofRecords.apply(cover);
            if (!sums.addFew(records)) {
                sums.addMany(records, values.last, deadline);
            }
        }
        return sums.byKey;
    }

    /** Adds sums that have what {@link #ROLLUP} has. */
    private void addSums(Sql sums, Deadline deadline) throws SQLException {
        Integers buckets = new Integers();
        Integers counts = new Integers();
        try (PreparedStatement statement = sums.prepare(this.connection, this.settings)) {
            statement.setFetchSize(Sql.ROWS_AT_ONCE);
            try (ResultSet row = statement.executeQuery()) {
                for (int rows = 0; row.next(); rows++) {
                    if (rows % Sql.ROWS_AT_ONCE == 0) {
                        deadline.check();
                    }
                    buckets.read(row.getBytes(8));
                    counts.read(row.getBytes(9));
                    of(row).mergeBuckets(
                                    buckets.values(),
                                    counts.values(),
                                    buckets.size(),
                                    row.getDouble(3),
                                    row.getDouble(4),
                                    row.getDouble(5),
                                    row.getDouble(6),
                                    (long) row.getDouble(7));
                }
            }
        }
    }

    /** Adds values as they are, if they are few; returns whether they were. */
    private boolean addFew(Sql records) throws SQLException {
        ValueSums few = new ValueSums(this.connection, this.settings);
        int rows = 0;
        Sql sql = new Sql().add(records).add(" LIMIT " + (Distribution.EXACT_LIMIT + 1));
        try (PreparedStatement statement = sql.prepare(this.connection, this.settings);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                if (++rows > Distribution.EXACT_LIMIT) {
                    return false;
                }
                few.of(row).add(row.getDouble(3), (long) row.getDouble(4));
            }
        }
        few.byKey.forEach((key, buckets) ->
                buckets.forEach((bucket, values) -> of(key, bucket).merge(values)));
        return true;
    }

    /** Adds values as the database counts them. */
    private void addMany(Sql records, String last, Deadline deadline) throws SQLException {
        try (Statement statement = this.connection.createStatement()) {
            // There are far fewer buckets than the planner can know: to hash them is cheap, to sort all records is not.
            statement.execute("SET LOCAL enable_sort = off");
        }
        addSums(
                Sql.of("WITH value AS (").add(records).add(") " + COUNTED.formatted(SUMS.formatted("v"), TOTAL, last)),
                deadline);
    }

    /** Returns the one of a row that begins with group and bucket. */
    private Distribution of(ResultSet row) throws SQLException {
        return of(row.getString(1), row.getInt(2));
    }

    private Distribution of(@Nullable String key, int bucket) {
        Map<Integer, Distribution> buckets = this.byKey.get(key);
        if (buckets == null) {
            if (this.byKey.size() >= QueryEngine.MOST_GROUPS) {
                throw new QueryException(
                        QueryException.Reason.TOO_LARGE,
                        "The answer would have more than " + QueryEngine.MOST_GROUPS
                                + " groups; narrow the range or the filters",
                        null);
            }
            buckets = new LinkedHashMap<>();
            this.byKey.put(key, buckets);
        }
        return buckets.computeIfAbsent(bucket, (absent) -> new Distribution());
    }

    /**
     * Values to be summed up, as SQL.
     *
     * @param ofRecords group, bucket of time, value and time of each, from the gaps of a cover
     * @param ofRollups group, bucket of time and what {@link #ROLLUP} has, from its blocks
     * @param last {@link #LAST} or {@link #NO_LAST}
     */
    record Values(Function<RollupCover, Sql> ofRecords, Function<RollupCover, Sql> ofRollups, String last) {}
}
