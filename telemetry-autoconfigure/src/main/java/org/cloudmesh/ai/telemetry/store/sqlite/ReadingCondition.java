package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.List;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;

/**
 * Conditions on the machine's readings in SQL: SQLite looks at each reading once, however many records refer to it.
 * Only a number matches, as everywhere; what a reading's patch does not have is as its machine has it.
 */
final class ReadingCondition {

    private ReadingCondition() {}

    /** Returns a condition on rows of the tables {@code reading}, as g, and {@code machine}, as m. */
    static String ofReading(List<SystemCondition> conditions) {
        return conditions.stream().map(ReadingCondition::of).collect(Collectors.joining(" AND "));
    }

    /** Returns a condition on rows of the record table; empty when there is none. */
    static String of(List<SystemCondition> conditions) {
        if (conditions.isEmpty()) {
            return "";
        }
        return " AND reading IN (SELECT g.id FROM reading g JOIN machine m ON m.id = g.machine WHERE "
                + ofReading(conditions) + ")";
    }

    private static String of(SystemCondition condition) {
        // A path cannot carry such a name, and no reading has one. A NUL would end the statement.
        if (condition.field().chars().anyMatch((c) -> c < ' ' || c == '"' || c == '\\')) {
            return "0";
        }
        String path = "'$.\"" + condition.field().replace("'", "''") + "\"'";
        return "CASE " + compare("g.patch", path, condition) + " WHEN 1 THEN " + isNumber("g.patch", path)
                + " WHEN 0 THEN 0 ELSE json_type(g.patch, " + path + ") IS NULL AND "
                + compare("m.system", path, condition) + " AND " + isNumber("m.system", path) + " END";
    }

    // Texts and booleans compare too; few are left to look at.
    private static String compare(String json, String path, SystemCondition condition) {
        return "(" + json + " ->> " + path + ") " + condition.comparison().symbol() + " " + number(condition.value());
    }

    private static String isNumber(String json, String path) {
        return "json_type(" + json + ", " + path + ") IN ('integer', 'real')";
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NULL";
        }
        return Double.isInfinite(value) ? (value > 0 ? "9e999" : "-9e999") : Double.toString(value);
    }
}
