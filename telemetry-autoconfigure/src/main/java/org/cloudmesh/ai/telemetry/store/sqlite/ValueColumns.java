package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.Shape;

/** The columns in which rows of some kinds have a metric. The fewer a query takes, the faster: each costs as much as the row. */
final class ValueColumns {

    private final String metric;

    private final TreeSet<Integer> positions = new TreeSet<>();

    private final String names;

    private final int[] columns = new int[Shape.COLUMNS + 1];

    /**
     * Finds the columns.
     *
     * @param kinds all of which have the metric
     * @param first number of the first of these columns in a query
     */
    ValueColumns(String metric, Collection<Kind> kinds, int first) {
        this.metric = metric;
        for (Kind kind : kinds) {
            this.positions.add(Math.min(Shape.COLUMNS, kind.shape().indexOf(metric)));
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

    /** Returns the name of the only column, when it is one that holds nothing but the value; otherwise an empty text. */
    String only() {
        return this.positions.size() == 1 && this.positions.first() < Shape.COLUMNS ? name(this.positions.first()) : "";
    }

    /** Returns the value of the present row, which is of that kind. */
    double value(ResultSet row, Kind kind) throws SQLException {
        int position = kind.shape().indexOf(this.metric);
        return position < Shape.COLUMNS
                ? row.getDouble(this.columns[position])
                : JsonLists.numbers(row.getString(this.columns[Shape.COLUMNS]))[position - Shape.COLUMNS];
    }

    private static String name(int position) {
        return position < Shape.COLUMNS ? "v" + position : "more";
    }
}
