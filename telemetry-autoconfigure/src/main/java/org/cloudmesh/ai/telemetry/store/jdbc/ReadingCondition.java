package org.cloudmesh.ai.telemetry.store.jdbc;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;

/**
 * Conditions on the machine's readings in SQL: SQLite looks at each reading once, however many records refer to it. Only a
 * number matches, as everywhere; what a reading's patch does not have is as its machine has it.
 */
final class ReadingCondition {

    private static final Pattern PLAIN = Pattern.compile("\\w+");

    private ReadingCondition() {}

    /** Returns whether all conditions can be told in SQL without quoting. */
    static boolean canTell(List<SystemCondition> conditions) {
        return conditions.stream()
                .allMatch((condition) ->
                        PLAIN.matcher(condition.field()).matches() && Double.isFinite(condition.value()));
    }

    /** Returns a condition on rows of the record table; empty when there is none. */
    static String of(List<SystemCondition> conditions) {
        if (conditions.isEmpty()) {
            return "";
        }
        return conditions.stream()
                .map(ReadingCondition::of)
                .collect(Collectors.joining(
                        " AND ",
                        " AND reading IN (SELECT g.id FROM reading g JOIN machine m ON m.id = g.machine WHERE ",
                        ")"));
    }

    private static String of(SystemCondition condition) {
        String patch = compare("g.patch", condition);
        String machine = compare("m.system", condition);
        return "CASE WHEN json_type(g.patch, '$." + condition.field() + "') IS NULL THEN " + machine + " ELSE " + patch
                + " END";
    }

    private static String compare(String json, SystemCondition condition) {
        String arguments = "(" + json + ", '$." + condition.field() + "')";
        return "(json_type" + arguments + " IN ('integer', 'real') AND json_extract" + arguments + " "
                + condition.comparison().symbol() + " " + condition.value() + ")";
    }
}
