package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows are whose reading of the machine passes some conditions. A reading is taken every second or so and
 * belongs to the records until the next one, so the rows of each are near each other, and the table of readings knows
 * where. Immutable.
 */
final class ReadingPlaces {

    private final List<Place> places;

    private ReadingPlaces(List<Place> places) {
        this.places = places;
    }

    /**
     * Rows from one id to before another.
     *
     * @param from first id
     * @param until id after the last
     * @param least id of a reading
     * @param greatest id of a reading
     * @param listed ids of readings as a JSON array; null when all between least and greatest pass
     */
    record Place(
            long from,
            long until,
            long least,
            long greatest,
            @Nullable String listed) {

        Place within(long from, long until) {
            return new Place(
                    Math.max(from, this.from), Math.min(until, this.until), this.least, this.greatest, this.listed);
        }
    }

    /** Returns where the rows are, of those from one id to before another. */
    static ReadingPlaces of(Database database, List<SystemCondition> conditions, long from, long to)
            throws SQLException {
        long since = database.number("SELECT value FROM mark WHERE name = 'index-since'", 0);
        List<long[]> passing = new ArrayList<>();
        try (ResultSet rows = database.query(
                "SELECT g.id, g.first, coalesce(g.until, 0) FROM reading g"
                        + " JOIN machine m ON m.id = g.machine WHERE (? < ? OR g.until IS NULL OR (g.first < ? AND g.until > ?)) AND "
                        + ReadingCondition.ofReading(conditions),
                from,
                since,
                to,
                from)) {
            while (rows.next()) {
                long first = rows.getLong(2);
                long until = rows.getLong(3);
                // Of rows before the index nobody knows which reading they have.
                passing.add(new long[] {
                    rows.getLong(1), first < since || until == 0 ? Long.MIN_VALUE : first, Math.max(until, since)
                });
            }
        }
        passing.sort(
                Comparator.comparingLong((long[] reading) -> reading[1]).thenComparingLong((reading) -> reading[0]));
        List<Place> places = new ArrayList<>();
        for (int at = 0; at < passing.size(); ) {
            int end = at + 1;
            long until = passing.get(at)[2];
            while (end < passing.size() && passing.get(end)[1] <= until) {
                until = Math.max(until, passing.get(end++)[2]);
            }
            places.add(place(passing.subList(at, end), until));
            at = end;
        }
        return new ReadingPlaces(places);
    }

    private static Place place(List<long[]> readings, long until) {
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (long[] reading : readings) {
            least = Math.min(least, reading[0]);
            greatest = Math.max(greatest, reading[0]);
        }
        String listed = greatest - least + 1 == readings.size()
                ? null
                : JsonLists.write(readings.stream().map((reading) -> reading[0]).toList());
        return new Place(readings.get(0)[1], until, least, greatest, listed);
    }

    boolean overlap(long from, long until) {
        int at = after(from);
        return at < this.places.size() && this.places.get(at).from < until;
    }

    /** Returns what of the places lies in a range. */
    List<Place> within(long from, long until) {
        List<Place> within = new ArrayList<>();
        for (int i = after(from); i < this.places.size() && this.places.get(i).from < until; i++) {
            within.add(this.places.get(i).within(from, until));
        }
        return within;
    }

    /** Returns the index of the first place that ends after an id. */
    private int after(long id) {
        int low = 0;
        int high = this.places.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (this.places.get(middle).until > id) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
