package org.cloudmesh.ai.telemetry.store;

import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the memory that a record's own parts take, in bytes: two for each character and 16 for each name with its
 * value. An upper bound that does not look at the characters.
 */
public final class RecordSize {

    private static final long SLOT = 16;

    private RecordSize() {}

    /** Returns the size of a record. */
    public static long of(TelemetryRecord record) {
        long bytes = ofText(record.event());
        for (TextField field : TextField.ALL) {
            bytes += ofText(field.get(record));
        }
        for (int i = 0; i < record.metricCount(); i++) {
            bytes += ofMetric(record.metricName(i));
        }
        for (Map.Entry<String, String> attribute : record.attributes().entrySet()) {
            bytes += ofAttribute(attribute.getKey(), attribute.getValue());
        }
        return bytes;
    }

    /** Returns the size of a text. */
    public static long ofText(@Nullable String text) {
        return text == null ? 0 : 2L * text.length();
    }

    /** Returns the size of a metric. */
    public static long ofMetric(@Nullable String name) {
        return ofText(name) + SLOT;
    }

    /** Returns the size of an attribute. */
    public static long ofAttribute(@Nullable String key, @Nullable String value) {
        return ofText(key) + ofText(value) + SLOT;
    }
}
