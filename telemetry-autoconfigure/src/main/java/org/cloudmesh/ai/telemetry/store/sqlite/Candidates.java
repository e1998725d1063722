package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;
import org.cloudmesh.ai.telemetry.store.sqlite.ReadingPlaces.Place;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows are that a filter may choose, as far as the file knows without a look at them.
 *
 * @param filter the filter
 * @param places of series that are chosen in part
 * @param readings of all series; null when the filter does not ask for the machine's state
 */
record Candidates(
        ResolvedFilter filter, IdRanges places, @Nullable ReadingPlaces readings) {

    static Candidates of(Database database, ResolvedFilter filter, long from, long to) throws SQLException {
        List<SystemCondition> system = filter.filter().system();
        return new Candidates(
                filter,
                filter.hasPartial() ? new AttributeSearch(database, from, to).ranges(filter) : IdRanges.ALL,
                system.isEmpty() ? null : ReadingPlaces.of(database, system, from, to));
    }

    /** Returns whether a row may be chosen of which its series does not tell. */
    boolean overlap(long from, long until) {
        if (this.readings != null) {
            return this.readings.overlap(from, until) && (this.filter.hasWhole() || this.places.overlaps(from, until));
        }
        return this.places.overlaps(from, until);
    }

    /** Returns the rows of a range that may be chosen. */
    List<RowRange> within(long from, long until) {
        List<RowRange> ranges = new ArrayList<>();
        List<long[]> rows = this.filter.hasPartial() && !this.filter.hasWhole()
                ? this.places.within(from, until)
                : List.of(new long[] {from, until});
        for (long[] range : rows) {
            if (this.readings == null) {
                ranges.add(new RowRange(range[0], range[1], null));
            } else {
                this.readings
                        .within(range[0], range[1])
                        .forEach((place) -> ranges.add(new RowRange(place.from(), place.until(), place)));
            }
        }
        return ranges;
    }

    /**
     * Rows from one id to before another.
     *
     * @param from first id
     * @param until id after the last
     * @param readings which the rows must have; null for all
     */
    record RowRange(long from, long until, @Nullable Place readings) {}
}
