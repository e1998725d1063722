package org.cloudmesh.ai.telemetry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record as stores keep it and queries give it back. Immutable; every text in it is valid Unicode without NUL,
 * every number finite.
 */
public final class TelemetryRecord {

    /** Field of the {@code system} object for what the machine did while the recorded work went on. */
    public static final String DURING = "during";

    private static final String[] NO_NAMES = {};

    private static final double[] NO_VALUES = {};

    private final long timestamp;

    private final long sequence;

    private final Origin origin;

    private final Status status;

    private final @Nullable String event;

    private final String[] metricNames;

    private final double[] metricValues;

    private final Map<String, String> attributes;

    private final @Nullable Map<String, @Nullable Object> reading;

    private final @Nullable Map<String, @Nullable Object> during;

    private final @Nullable String message;

    private TelemetryRecord(Builder builder) {
        this.timestamp = builder.timestamp;
        this.sequence = builder.sequence;
        this.origin = builder.origin;
        this.status = builder.status;
        this.event = builder.event;
        this.metricNames = builder.metricNames;
        this.metricValues = builder.metricValues;
        this.attributes = builder.attributes;
        this.reading = builder.reading;
        this.during = builder.reading == null ? null : builder.during;
        this.message = builder.message;
    }

    /**
     * Begins a record.
     *
     * @param origin the recorder that it comes from
     * @param sequence its place among that recorder's records
     * @param timestamp microseconds since 1970-01-01T00:00:00Z
     */
    public static Builder builder(Origin origin, long sequence, long timestamp) {
        return new Builder(origin, sequence, timestamp);
    }

    /**
     * Returns the identity: the origin's token and the sequence in twelve digits. Unique in a store; as text it orders
     * the records of one process.
     */
    public String id() {
        String digits = Long.toString(this.sequence);
        return this.origin.token() + "-" + "0".repeat(Math.max(0, 12 - digits.length())) + digits;
    }

    /** Returns the time in microseconds since 1970-01-01T00:00:00Z. */
    public long timestampMicros() {
        return this.timestamp;
    }

    /** Returns the time, in microseconds. */
    public Instant timestamp() {
        return Instant.EPOCH.plus(this.timestamp, ChronoUnit.MICROS);
    }

    /** Returns the place among the records of the same origin, in the order in which they were emitted. */
    public long sequence() {
        return this.sequence;
    }

    /** Returns the recorder that the record comes from; the same instance for all of its records. */
    public Origin origin() {
        return this.origin;
    }

    /** Returns the status. */
    public Status status() {
        return this.status;
    }

    /** Returns the milestone or operation, if one was named. */
    public @Nullable String event() {
        return this.event;
    }

    /** Returns how many metrics there are. */
    public int metricCount() {
        return this.metricNames.length;
    }

    /** Returns the name of a metric, in the order in which metrics were added. */
    public String metricName(int index) {
        return this.metricNames[index];
    }

    /** Returns the value of a metric, in the order in which metrics were added. */
    public double metricValue(int index) {
        return this.metricValues[index];
    }

    /** Returns the metrics by name, in the order in which they were added. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int i = 0; i < this.metricNames.length; i++) {
            metrics.put(this.metricNames[i], this.metricValues[i]);
        }
        return Collections.unmodifiableMap(metrics);
    }

    /** Returns the attributes by key; empty when there are none. */
    public Map<String, String> attributes() {
        return this.attributes;
    }

    /**
     * Returns the record's {@code system} object: the machine's state at that moment, and what it did {@link #during}
     * the record's duration, where that is known; null when no state was taken.
     */
    public @Nullable Map<String, @Nullable Object> system() {
        Map<String, @Nullable Object> reading = this.reading;
        Map<String, @Nullable Object> during = this.during;
        if (reading == null || during == null) {
            return reading;
        }
        Map<String, @Nullable Object> system = new LinkedHashMap<>(reading);
        system.put(DURING, during);
        return Collections.unmodifiableMap(system);
    }

    /**
     * Returns the machine's state at that moment, {@code during} aside; null when none was taken. Records that share a
     * reading share the instance.
     */
    public @Nullable Map<String, @Nullable Object> reading() {
        return this.reading;
    }

    /**
     * Returns what the machine did while the recorded work went on, in the fields of the {@code during} object; null
     * for a record without a duration, and for one so short that it saw fewer than two readings.
     */
    public @Nullable Map<String, @Nullable Object> during() {
        return this.during;
    }

    /** Returns the text for people, if there is one. */
    public @Nullable String message() {
        return this.message;
    }

    /** Returns the same record without the machine's state. */
    public TelemetryRecord withoutSystem() {
        return new Builder(this).reading(null).build();
    }

    /** Returns the same record with what the machine did meanwhile; the map is kept and must not change. */
    public TelemetryRecord withDuring(@Nullable Map<String, @Nullable Object> during) {
        return new Builder(this).during(during).build();
    }

    @Override
    public String toString() {
        return "TelemetryRecord[" + id() + " " + timestamp() + " " + this.status + " " + this.event + " " + metrics()
                + "]";
    }

    /** Makes a record out of parts that are already valid. Not thread-safe. */
    public static final class Builder {

        private final Origin origin;

        private final long sequence;

        private final long timestamp;

        private Status status = Status.RECORDED;

        private @Nullable String event;

        private String[] metricNames = NO_NAMES;

        private double[] metricValues = NO_VALUES;

        private Map<String, String> attributes = Map.of();

        private @Nullable Map<String, @Nullable Object> reading;

        private @Nullable Map<String, @Nullable Object> during;

        private @Nullable String message;

        private Builder(Origin origin, long sequence, long timestamp) {
            this.origin = origin;
            this.sequence = sequence;
            this.timestamp = timestamp;
        }

        private Builder(TelemetryRecord record) {
            this(record.origin, record.sequence, record.timestamp);
            this.status = record.status;
            this.event = record.event;
            this.metricNames = record.metricNames;
            this.metricValues = record.metricValues;
            this.attributes = record.attributes;
            this.reading = record.reading;
            this.during = record.during;
            this.message = record.message;
        }

        /** Sets the status. */
        public Builder status(Status status) {
            this.status = status;
            return this;
        }

        /** Sets the event. */
        public Builder event(@Nullable String event) {
            this.event = event;
            return this;
        }

        /**
         * Sets the metrics.
         *
         * @param names distinct names; the array is kept and must not change
         * @param values finite values, one for each name; the array is kept and must not change
         */
        public Builder metrics(String[] names, double[] values) {
            if (names.length != values.length) {
                throw new IllegalArgumentException(names.length + " names for " + values.length + " values");
            }
            this.metricNames = names;
            this.metricValues = values;
            return this;
        }

        /** Sets the attributes; the map is kept and must not change. */
        public Builder attributes(Map<String, String> attributes) {
            this.attributes = attributes.isEmpty() ? Map.of() : Collections.unmodifiableMap(attributes);
            return this;
        }

        /** Sets the {@code system} object, {@code during} included; the map is kept and must not change. */
        public Builder system(@Nullable Map<String, @Nullable Object> system) {
            if (system != null && system.get(DURING) instanceof Map<?, ?> during) {
                Map<String, @Nullable Object> reading = new LinkedHashMap<>(system);
                reading.remove(DURING);
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                during.forEach((name, value) -> fields.put(String.valueOf(name), value));
                return reading(Collections.unmodifiableMap(reading)).during(Collections.unmodifiableMap(fields));
            }
            return reading(system);
        }

        /** Sets the machine's state at that moment alone; the map is kept and must not change. */
        public Builder reading(@Nullable Map<String, @Nullable Object> reading) {
            this.reading = reading;
            return this;
        }

        /**
         * Sets what the machine did meanwhile, which a record without a state does not have; the map is kept and must
         * not change.
         */
        public Builder during(@Nullable Map<String, @Nullable Object> during) {
            this.during = during;
            return this;
        }

        /** Sets the message. */
        public Builder message(@Nullable String message) {
            this.message = message;
            return this;
        }

        /** Returns the record. */
        public TelemetryRecord build() {
            return new TelemetryRecord(this);
        }
    }
}
