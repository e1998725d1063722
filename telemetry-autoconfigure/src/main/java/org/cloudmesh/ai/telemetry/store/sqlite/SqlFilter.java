package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;

/**
 * What of a filter SQLite looks at by itself, but for the machine's state: all chosen records pass, and few others do.
 *
 * @param sql the condition, beginning with {@code AND}; empty when there is none
 * @param isExact whether only records of chosen series pass
 */
record SqlFilter(String sql, boolean isExact) {

    /** More series than that are not listed in SQL. */
    private static final int MOST_LISTED = 500;

    static SqlFilter of(ResolvedFilter filter) {
        if (filter.everySeries()) {
            return new SqlFilter("", true);
        }
        String text = text(filter);
        if (text.isEmpty()) {
            int count = filter.wholeCount() + filter.partialCount();
            return new SqlFilter(
                    list(count, (series) -> {
                        filter.forEachWhole(series);
                        filter.forEachPartial(series);
                    }),
                    count <= MOST_LISTED);
        }
        boolean exact = filter.wholeCount() <= MOST_LISTED && filter.partialCount() <= MOST_LISTED;
        String partial = text + list(filter.partialCount(), filter::forEachPartial);
        return filter.hasWhole()
                ? new SqlFilter(
                        " AND ((1" + list(filter.wholeCount(), filter::forEachWhole) + ") OR (1" + partial + "))",
                        exact)
                : new SqlFilter(partial, exact);
    }

    private static String list(int count, Consumer<IntConsumer> series) {
        if (count > MOST_LISTED) {
            return "";
        }
        StringJoiner list = new StringJoiner(",", " AND kind IN (", ")");
        series.accept((id) -> list.add(Integer.toString(id)));
        return list.toString();
    }

    // The text comes first: SQLite goes from left to right, and few rows are left to be looked up in the list of
    // series.
    private static String text(ResolvedFilter filter) {
        return !filter.hasPartial() || filter.undecided().isEmpty()
                ? ""
                : filter.undecided().stream().map(RowCondition::of).collect(Collectors.joining(" OR ", " AND (", ")"));
    }
}
