package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a record that no series shares. Each has one name, which is its member in JSON and its column in databases
 * and in CSV. The pipeline, the formats and the stores walk this list, so a new constant reaches all of them.
 */
public enum TextField {
    /** A text for people. */
    MESSAGE("message", 64 * 1024) {

        @Override
        public @Nullable String get(TelemetryRecord record) {
            return record.message();
        }

        @Override
        void set(TelemetryRecord.Builder record, @Nullable String text) {
            record.message(text);
        }
    };

    /** All of them, in the order of JSON members and columns. */
    public static final List<TextField> ALL = List.of(values());

    private final String key;

    private final int maxLength;

    TextField(String key, int maxLength) {
        this.key = key;
        this.maxLength = maxLength;
    }

    /** Returns the name in JSON, databases and CSV. */
    public String key() {
        return this.key;
    }

    /** Returns how many characters are kept; the pipeline cuts what is longer. */
    public int maxLength() {
        return this.maxLength;
    }

    /** Returns the text of a record; null when it has none. */
    public abstract @Nullable String get(TelemetryRecord record);

    abstract void set(TelemetryRecord.Builder record, @Nullable String text);

    /**
     * Sets the texts of a record.
     *
     * @param texts one for each constant in the order of {@link #ALL}, or empty when there are none
     * @return the builder
     */
    public static TelemetryRecord.Builder setAll(TelemetryRecord.Builder record, @Nullable String[] texts) {
        for (int i = 0; i < texts.length; i++) {
            ALL.get(i).set(record, texts[i]);
        }
        return record;
    }
}
