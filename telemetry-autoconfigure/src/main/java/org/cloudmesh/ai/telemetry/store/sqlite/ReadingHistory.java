package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.query.EvenSampler;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;
import org.jspecify.annotations.Nullable;

/** Finds the machine's readings over a range, thinned out before they are read where there are many. */
final class ReadingHistory {

    private static final int FEW = 10_000;

    private static final String OF_RUN =
            " AND (? IS NULL OR process IN (SELECT id FROM process WHERE run = ?)) ORDER BY first";

    private final Database database;

    private final ResolvedFilter filter;

    private final String condition;

    private final long from;

    private final long to;

    private final Deadline deadline;

    private final RecordRows rows;

    ReadingHistory(Database database, RecordRows rows, ResolvedFilter filter, Deadline deadline) {
        this.database = database;
        this.filter = filter;
        this.condition =
                SqlFilter.of(filter).sql() + ReadingCondition.of(filter.filter().system());
        this.from = RowIds.bound(filter.from());
        this.to = RowIds.bound(filter.to());
        this.deadline = deadline;
        this.rows = rows;
    }

    List<SystemReading> readings(int limit) throws SQLException {
        EvenSampler<long[]> readings = new EvenSampler<>(limit);
        long from = inForce(readings);
        long to = this.to;
        long count = this.database.number(
                "SELECT count(*) FROM (SELECT 1 FROM reading WHERE first >= ? AND first < ? LIMIT " + (FEW + 1) + ")",
                0,
                from,
                to);
        if (count <= FEW) {
            add(from, to, Integer.MAX_VALUE, readings);
        } else {
            long first = this.database.number("SELECT min(first) FROM reading WHERE first >= ?", from, from);
            long last = this.database.number("SELECT max(first) FROM reading WHERE first < ?", to, to);
            long step = Math.max(1, (last - first) / (2L * limit));
            for (long at = first; at <= last; at += step) {
                this.deadline.check();
                add(at, Math.min(to, at + step), 1, readings);
            }
        }
        List<SystemReading> result = new ArrayList<>();
        for (long[] reading : readings.toList()) {
            Map<String, @Nullable Object> system = this.rows.system(reading[1]);
            if (system != null) {
                result.add(new SystemReading(RowIds.micros(reading[0]), system));
            }
        }
        return result;
    }

    /** Adds the reading that the first record of the range carries, which may be older than the range. */
    private long inForce(EvenSampler<long[]> readings) throws SQLException {
        try (ResultSet row = this.database.query(
                "SELECT id, reading FROM record WHERE id >= ? AND id < ? AND reading IS NOT NULL" + this.condition
                        + " ORDER BY id LIMIT 1",
                this.from,
                this.to)) {
            if (!row.next()) {
                return this.to;
            }
            readings.add(new long[] {row.getLong(1), row.getLong(2)});
            return row.getLong(1) + 1;
        }
    }

    private void add(long from, long to, int most, EvenSampler<long[]> readings) throws SQLException {
        String run = this.filter.filter().run();
        try (ResultSet row = this.database.query(
                "SELECT first, id FROM reading WHERE first >= ? AND first < ?" + OF_RUN, from, to, run, run)) {
            for (int i = 0; i < most && row.next(); i++) {
                readings.add(new long[] {row.getLong(1), row.getLong(2)});
            }
        }
    }
}
