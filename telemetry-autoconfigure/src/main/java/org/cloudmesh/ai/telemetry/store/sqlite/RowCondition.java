package org.cloudmesh.ai.telemetry.store.sqlite;

import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter.Condition;
import org.cloudmesh.ai.telemetry.store.RecordFilter.LabelCondition;
import org.cloudmesh.ai.telemetry.store.RecordFilter.TextCondition;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;

/**
 * Conditions on rows in SQL: all rows that pass a filter's condition pass, and few others. SQLite looks through the
 * text of a column several times faster than rows are read. Of a condition that has no such text all rows pass.
 */
final class RowCondition {

    /** Beyond, a pattern leaves no more rows out, but takes longer. */
    private static final int LONGEST_PATTERN = 256;

    /**
     * These letters have a third form beyond ASCII, which LIKE does not know: dotless i, long s, the sign of Kelvin.
     */
    private static final String MANY_FORMS = "iIsSkK";

    private RowCondition() {}

    /** Returns a condition on the columns {@code message} and {@code attributes}. */
    static String of(Condition condition) {
        if (condition instanceof LabelCondition label && label.dimension().kind() == Dimension.Kind.ATTRIBUTE) {
            return hasValue(label.value());
        }
        if (condition instanceof TextCondition text) {
            String like = " LIKE " + literal(pattern(text.text())) + " ESCAPE '\\'";
            return "(message" + like + " OR attributes" + like + ")";
        }
        return "1";
    }

    /** The column holds values as JSON writes them. */
    private static String hasValue(NamePattern value) {
        String json = new JsonBuffer(32).string(value.text()).toString();
        return "instr(attributes, " + literal(value.prefix() ? json.substring(0, json.length() - 1) : json) + ") > 0";
    }

    /** LIKE ignores the case of ASCII letters; what it sees otherwise than Java, any character may stand for. */
    private static String pattern(String text) {
        StringBuilder pattern = new StringBuilder("%");
        text.codePoints().limit(LONGEST_PATTERN).forEach((c) -> {
            if (c < ' ' || c == '"' || c == '\\' || c == 0x2028 || c == 0x2029) {
                // JSON writes it with several.
                pattern.append('%');
            } else if (c > '~' || MANY_FORMS.indexOf(c) >= 0) {
                pattern.append('_');
            } else if (c == '%' || c == '_') {
                pattern.append('\\').append((char) c);
            } else {
                pattern.append((char) c);
            }
        });
        return pattern.append('%').toString();
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
