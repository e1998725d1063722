package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Text of a statement, and the values that are bound to it, in one order: both grow together. Values are never written
 * into the text. Not thread-safe.
 */
final class Sql {

    /** How many rows are fetched at once where there may be many. */
    static final int ROWS_AT_ONCE = 1000;

    private final StringBuilder text = new StringBuilder();

    private final List<Object> values = new ArrayList<>();

    /** Returns a text with a question mark for each value. */
    static Sql of(String text, Object... values) {
        return new Sql().add(text, values);
    }

    /** Returns a value that is an array of the database. */
    static Object array(String type, List<?> elements) {
        return new Elements(type, elements);
    }

    /** Returns parts with a text between each two. */
    static Sql join(String between, Collection<Sql> parts) {
        Sql joined = new Sql();
        String before = "";
        for (Sql part : parts) {
            joined.add(before).add(part);
            before = between;
        }
        return joined;
    }

    /** Adds a text with a question mark for each value. */
    Sql add(String text, Object... values) {
        this.text.append(text);
        this.values.addAll(Arrays.asList(values));
        return this;
    }

    /** Adds another statement or a part of one. */
    Sql add(Sql other) {
        this.text.append(other.text);
        this.values.addAll(other.values);
        return this;
    }

    /** Adds conditions, all of which must hold. */
    Sql where(Collection<Sql> conditions) {
        return conditions.isEmpty() ? this : add(" WHERE ").add(join(" AND ", conditions));
    }

    /** Returns the statement with its values bound. */
    PreparedStatement prepare(Connection connection, PostgresSettings settings) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(settings.sql(this.text.toString()));
        for (int i = 0; i < this.values.size(); i++) {
            Object value = this.values.get(i);
            // An array that came as text would be read anew for each row.
            statement.setObject(
                    i + 1,
                    value instanceof Elements array
                            ? connection.createArrayOf(array.type, array.elements.toArray())
                            : value);
        }
        return statement;
    }

    @Override
    public String toString() {
        return this.text + " " + this.values;
    }

    private record Elements(String type, List<?> elements) {}
}
