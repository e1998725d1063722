package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;
import org.cloudmesh.ai.telemetry.store.sqlite.ReadingPlaces.Place;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows are that a filter may choose, as far as the file knows without a look at them.
 *
 * @param filter the filter
 * @param places of series that are chosen in part
 * @param rows of all series that are chosen
 * @param readings of all series; null when the filter does not ask for the machine's state
 */
record Candidates(
        ResolvedFilter filter,
        IdRanges places,
        IdRanges rows,
        @Nullable ReadingPlaces readings) {

    /**
     * Looks into the index.
     *
     * @param whole finds the rows of series that are chosen wholly, when there are others too
     */
    static Candidates of(
            Database database, ResolvedFilter filter, long from, long to, Supplier<@Nullable List<long[]>> whole)
            throws SQLException {
        List<SystemCondition> system = filter.filter().system();
        ReadingPlaces readings = system.isEmpty() ? null : ReadingPlaces.of(database, system, from, to);
        if (!filter.hasPartial()) {
            return new Candidates(filter, IdRanges.ALL, IdRanges.ALL, readings);
        }
        IdRanges places = new AttributeSearch(database, from, to).ranges(filter);
        IdRanges rows = places;
        if (filter.hasWhole() && places != IdRanges.ALL) {
            @Nullable List<long[]> cells = whole.get();
            rows = cells == null ? IdRanges.ALL : places.or(cells);
        }
        return new Candidates(filter, places, rows, readings);
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
        for (long[] range : this.rows.within(from, until)) {
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
