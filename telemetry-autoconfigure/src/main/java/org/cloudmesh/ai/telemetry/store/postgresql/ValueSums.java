package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
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

    /** What a roll-up has of values, after the group and the bucket of time. Arrays as text are read without boxes. */
    static final String ROLLUP = ", u.sum, u.min, u.max, u.last, " + PostgresSource.micros("u.last_time")
            + ", u.buckets::text, u.counts::text";

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

    private static final double SCALE = 1 << 30;

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
            sums.addRollups(values.ofRollups.apply(cover), deadline);
        }
        if (cover.hasGaps()) {
            Sql records = values.ofRecords.apply(cover);
            if (!sums.addFew(records)) {
                sums.addMany(records, values.last);
            }
        }
        return sums.byKey;
    }

    private void addRollups(Sql rollups, Deadline deadline) throws SQLException {
        try (PreparedStatement statement = rollups.prepare(this.connection, this.settings)) {
            statement.setFetchSize(Sql.ROWS_AT_ONCE);
            try (ResultSet row = statement.executeQuery()) {
                for (int rows = 0; row.next(); rows++) {
                    if (rows % Sql.ROWS_AT_ONCE == 0) {
                        deadline.check();
                    }
                    of(row).mergeBuckets(
                                    numbers(row.getString(8)),
                                    numbers(row.getString(9)),
                                    row.getDouble(3),
                                    row.getDouble(4),
                                    row.getDouble(5),
                                    row.getDouble(6),
                                    row.getLong(7));
                }
            }
        }
    }

    /** Returns the integers of an array as the database writes it. */
    private static long[] numbers(String array) {
        long[] numbers = new long[array.length() / 2];
        int count = 0;
        int start = 1;
        while (start < array.length()) {
            int end = array.indexOf(',', start);
            end = end < 0 ? array.length() - 1 : end;
            numbers[count++] = Long.parseLong(array, start, end, 10);
            start = end + 1;
        }
        return Arrays.copyOf(numbers, count);
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
    private void addMany(Sql records, String last) throws SQLException {
        try (Statement statement = this.connection.createStatement()) {
            // There are far fewer buckets than the planner can know: to hash them is cheap, to sort all records is not.
            statement.execute("SET LOCAL enable_sort = off");
        }
        Sql sql = Sql.of("SELECT k, b, telemetry_bucket(v), count(*), " + SUMS.formatted("v") + ", min(v), max(v), "
                        + last + " FROM (")
                .add(records)
                // The OFFSET has each value read once, not once for each time that its bucket's formula names it.
                .add(" OFFSET 0) x GROUP BY 1, 2, 3");
        try (PreparedStatement statement = sql.prepare(this.connection, this.settings)) {
            statement.setFetchSize(Sql.ROWS_AT_ONCE);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Double[] timeAndValue = (Double[]) row.getArray(9).getArray();
                    of(row).mergeBucket(
                                    row.getInt(3),
                                    row.getLong(4),
                                    row.getDouble(5) + row.getDouble(6) * SCALE,
                                    row.getDouble(7),
                                    row.getDouble(8),
                                    timeAndValue[1],
                                    timeAndValue[0].longValue());
                }
            }
        }
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
