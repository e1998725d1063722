package org.cloudmesh.ai.telemetry.actuate;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.json.RecordTime;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a CSV export (RFC 4180): a metric and an attribute has one of its own, {@code metric.NAME} and
 * {@code attribute.NAME}, in the order of their names. Which there are is known after all records were looked at once.
 *
 * <p>A text that a spreadsheet would take for a formula is preceded by an apostrophe. Used by one thread.
 */
final class CsvColumns {

    private static final int MOST = 10_000;

    private static final List<String> FIRST = List.of("id", "timestamp", "command", "status", "event");

    private final TreeMap<String, Integer> metrics = new TreeMap<>();

    private final TreeSet<String> attributes = new TreeSet<>();

    /** Adds the names that a record has. */
    void learn(TelemetryRecord record) {
        for (int i = 0; i < record.metricCount(); i++) {
            this.metrics.put(record.metricName(i), 0);
        }
        this.attributes.addAll(record.attributes().keySet());
        if (this.metrics.size() + this.attributes.size() > MOST) {
            throw new QueryException(
                    QueryException.Reason.TOO_LARGE,
                    "These records have more than " + MOST + " metrics and attributes; format=ndjson has no columns",
                    null);
        }
    }

    /** Returns the first line, once all records are known. */
    String header() {
        StringBuilder line = new StringBuilder(String.join(",", FIRST));
        int column = 0;
        for (Map.Entry<String, Integer> metric : this.metrics.entrySet()) {
            metric.setValue(column++);
            cell("metric." + metric.getKey(), line.append(','));
        }
        for (String attribute : this.attributes) {
            cell("attribute." + attribute, line.append(','));
        }
        line.append(",system,");
        for (TextField field : TextField.ALL) {
            line.append(field.key()).append(',');
        }
        return line.append("run,user\r\n").toString();
    }

    /** Returns the line of a record. */
    String line(TelemetryRecord record) {
        StringBuilder line = new StringBuilder(512);
        cell(record.id(), line).append(',');
        cell(RecordTime.format(record.timestampMicros()), line).append(',');
        cell(record.origin().command(), line).append(',');
        cell(record.status().value(), line).append(',');
        cell(record.event(), line).append(',');
        Double[] values = new Double[this.metrics.size()];
        for (int i = 0; i < record.metricCount(); i++) {
            values[known(this.metrics.get(record.metricName(i)))] = record.metricValue(i);
        }
        for (Double value : values) {
            line.append(value == null ? "" : value).append(',');
        }
        for (String key : record.attributes().keySet()) {
            known(this.attributes.contains(key) ? 0 : null);
        }
        for (String attribute : this.attributes) {
            cell(record.attributes().get(attribute), line).append(',');
        }
        cell(json(record.system()), line).append(',');
        for (TextField field : TextField.ALL) {
            cell(field.get(record), line).append(',');
        }
        cell(record.origin().run(), line).append(',');
        return cell(json(record.origin().user()), line).append("\r\n").toString();
    }

    /** A record that came late, with a name that no column has: an export that left it out would look whole. */
    private static int known(@Nullable Integer column) {
        if (column == null) {
            throw new QueryException(
                    QueryException.Reason.UNAVAILABLE, "A record came late, with a name that has no column", null);
        }
        return column;
    }

    private static @Nullable String json(@Nullable Map<String, @Nullable Object> object) {
        return object == null ? null : RecordJson.write(object);
    }

    private static StringBuilder cell(@Nullable String text, StringBuilder line) {
        if (text == null || text.isEmpty()) {
            return line;
        }
        boolean formula = "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0;
        boolean quoted = text.chars().anyMatch((c) -> c == ',' || c == '"' || c == '\r' || c == '\n');
        if (quoted) {
            line.append('"');
        }
        if (formula) {
            line.append('\'');
        }
        if (quoted) {
            return line.append(text.replace("\"", "\"\"")).append('"');
        }
        return line.append(text);
    }
}
