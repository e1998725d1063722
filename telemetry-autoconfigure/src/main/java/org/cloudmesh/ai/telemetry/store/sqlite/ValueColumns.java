package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.MetricSet;

/**
 * The columns in which rows of some series have a metric. The fewer a query takes, the faster: each costs as much as
 * the row.
 */
final class ValueColumns {

    private final TreeSet<Integer> positions = new TreeSet<>();

    private final String names;

    private final int[] columns = new int[MetricSet.COLUMNS + 1];

    /**
     * Finds the columns.
     *
     * @param chosen all of which have the metric
     * @param first number of the first of these columns in a query
     */
    ValueColumns(String metric, Collection<StoredSeries> chosen, int first) {
        for (StoredSeries series : chosen) {
            this.positions.add(Math.min(MetricSet.COLUMNS, series.metricSet().indexOf(metric)));
        }
        StringBuilder text = new StringBuilder();
        int column = first;
        for (int position : this.positions) {
            text.append(", ").append(name(position));
            this.columns[position] = column++;
        }
        this.names = text.toString();
    }

    /** Returns the names, each after a comma. */
    String names() {
        return this.names;
    }

    /**
     * Returns the name of the only column, when it is one that holds nothing but the value; otherwise an empty text.
     */
    String only() {
        return this.positions.size() == 1 && this.positions.first() < MetricSet.COLUMNS
                ? name(this.positions.first())
                : "";
    }

    /** Returns the value of the present row, which is of that series; NaN when it has none. */
    double value(ResultSet row, StoredSeries series, String metric) throws SQLException {
        int position = series.metricSet().indexOf(metric);
        if (position < 0) {
            return Double.NaN;
        }
        return position < MetricSet.COLUMNS
                ? row.getDouble(this.columns[position])
                : JsonLists.numbers(row.getString(this.columns[MetricSet.COLUMNS]))[position - MetricSet.COLUMNS];
    }

    private static String name(int position) {
        return position < MetricSet.COLUMNS ? "v" + position : "more";
    }
}
