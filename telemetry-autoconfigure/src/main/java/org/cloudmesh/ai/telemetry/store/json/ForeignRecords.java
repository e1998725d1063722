package org.cloudmesh.ai.telemetry.store.json;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the Python module {@code cloudmesh.ai.common.telemetry}, or a person, wrote into records. Its loose
 * keywords find their places: {@code {"metric": "loss", "value": 0.1}} is the metric {@code loss}, a text under
 * {@code event} the event, other texts are attributes. Thread-safe.
 */
public final class ForeignRecords {

    /** First part of the ids of records that came without one. */
    public static final String TOKEN = "python";

    private static final String INVALID = "invalid_metrics";

    // Of the first that is a time.
    private static final List<String> TIMES = List.of("timestamp", "ts", "time");

    private static final double MOST_SECONDS = 1e11;

    // What else stands there is an attribute or a metric of that name.
    private static final Set<String> OBJECTS = Set.of("metrics", "attributes", "system", "user");

    private static final Set<String> FIELDS = Stream.concat(
                    Stream.of(
                            "id",
                            "timestamp",
                            "command",
                            "run",
                            "status",
                            "event",
                            "metrics",
                            "attributes",
                            "system",
                            "user"),
                    TextField.ALL.stream().map(TextField::key))
            .collect(Collectors.toUnmodifiableSet());

    private final ZoneId zone;

    private final Origins origins = new Origins();

    /**
     * Creates a converter.
     *
     * @param zone of timestamps that name none
     */
    public ForeignRecords(ZoneId zone) {
        this.zone = zone;
    }

    /**
     * Returns the record of a row of the Python module's table.
     *
     * @param sequence what tells it from all others of the store and orders them: the row's id
     * @param timestamp ISO-8601, with or without a zone
     * @param command null is taken as an empty one
     * @param status null is {@link Status#RECORDED}
     * @param metrics JSON object; what is none becomes an attribute
     * @param system JSON object
     * @param message for people
     * @return null when the timestamp is none
     */
    public @Nullable TelemetryRecord row(
            long sequence,
            @Nullable String timestamp,
            @Nullable String command,
            @Nullable String status,
            @Nullable String metrics,
            @Nullable String system,
            @Nullable String message) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("timestamp", timestamp);
        fields.put("command", command);
        fields.put("status", status);
        fields.put("metrics", objectOrText(metrics));
        fields.put("system", objectOrText(system));
        fields.put("message", message);
        return record(sequence, fields);
    }

    /**
     * Returns the record of a JSON object. Its time is in the field {@code timestamp}, {@code ts} or {@code time}, as
     * text in ISO-8601 or as seconds or milliseconds since 1970.
     *
     * @param sequence what tells it from all others of the store and orders them
     * @param fields as {@link RecordJson#read(String)} gave them; of names that no record has, numbers become metrics
     *     and all else attributes
     * @return null when there is no time
     */
    public @Nullable TelemetryRecord record(long sequence, Map<String, @Nullable Object> fields) {
        String command = text(fields.get("command"));
        Map<String, @Nullable Object> user = fields.get("user") instanceof Map<?, ?> map ? object(map) : Map.of();
        Origin origin = this.origins.origin(TOKEN, command == null ? "" : command, text(fields.get("run")), user);
        return record(origin, sequence, fields);
    }

    @Nullable
    TelemetryRecord record(Origin origin, long sequence, Map<String, @Nullable Object> fields) {
        String timeField = timeField(fields);
        Long timestamp = timeField == null ? null : micros(fields.get(timeField));
        if (timestamp == null) {
            return null;
        }
        Parts parts = new Parts();
        parts.event = text(fields.get("event"));
        fields.forEach((name, value) -> {
            if (!FIELDS.contains(name) && !name.equals(timeField)) {
                parts.field(valid(name), value);
            } else if (OBJECTS.contains(name) && !(value instanceof Map<?, ?>)) {
                parts.field(name, value);
            }
        });
        if (fields.get("attributes") instanceof Map<?, ?> attributes) {
            attributes.forEach((key, value) -> {
                if (value != null) {
                    parts.attributes.put(valid(String.valueOf(key)), String.valueOf(text(value)));
                }
            });
        }
        Object metrics = fields.get("metrics");
        if (metrics instanceof Map<?, ?> map) {
            parts.metrics(map);
        }
        Map<String, @Nullable Object> system = fields.get("system") instanceof Map<?, ?> map ? object(map) : null;
        parts.addInvalid();
        @Nullable String[] texts = new String[TextField.ALL.size()];
        for (TextField field : TextField.ALL) {
            texts[field.ordinal()] = text(fields.get(field.key()));
        }
        return TextField.setAll(TelemetryRecord.builder(origin, sequence, timestamp), texts)
                .status(Status.of(text(fields.get("status"))))
                .event(parts.event)
                .metrics(parts.names(), parts.values())
                .attributes(parts.attributes)
                .system(system)
                .build();
    }

    /** Returns the first field that is a time; null when none is. */
    private @Nullable String timeField(Map<String, @Nullable Object> fields) {
        for (String name : TIMES) {
            if (micros(fields.get(name)) != null) {
                return name;
            }
        }
        return null;
    }

    /**
     * Returns microseconds since 1970 of a text in ISO-8601, or of a number of seconds or milliseconds; null for
     * others.
     */
    private @Nullable Long micros(@Nullable Object value) {
        if (value instanceof Number number) {
            double amount = number.doubleValue();
            // Seconds reach the year 5138 there, and milliseconds begin in 1973.
            double micros = Math.abs(amount) < MOST_SECONDS ? amount * 1e6 : amount * 1e3;
            return Math.abs(micros) < MOST_SECONDS * 1e6 ? (Long) Math.round(micros) : null;
        }
        if (!(value instanceof String text)) {
            return null;
        }
        try {
            return RecordTime.parse(text, this.zone);
        } catch (DateTimeException ex) {
            return null;
        }
    }

    private static @Nullable Object objectOrText(@Nullable String json) {
        if (json == null) {
            return null;
        }
        try {
            return RecordJson.read(json);
        } catch (IllegalArgumentException ex) {
            return json;
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        return valid(
                value instanceof String text
                        ? text
                        : new JsonBuffer(32).value(value).toString());
    }

    private static String valid(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                return text.codePoints()
                        .map((point) -> point == 0 || (point >= 0xD800 && point < 0xE000) ? 0xFFFD : point)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }

    /** What the entries of a {@code metrics} object are. */
    private static final class Parts {

        private final Map<String, Double> metrics = new LinkedHashMap<>();

        private final Map<String, String> attributes = new LinkedHashMap<>();

        private final List<String> invalid = new ArrayList<>();

        private @Nullable String event;

        void field(String name, @Nullable Object value) {
            if (value instanceof Number number) {
                metric(name, number);
            } else if (value != null) {
                this.attributes.put(name, String.valueOf(text(value)));
            }
        }

        private void metric(String name, Number value) {
            if (Double.isFinite(value.doubleValue())) {
                this.metrics.put(name, value.doubleValue());
            } else {
                this.invalid.add(name);
            }
        }

        void metrics(Map<?, ?> entries) {
            boolean named = entries.get("metric") instanceof String && entries.get("value") instanceof Number;
            entries.forEach((key, value) -> {
                String name = valid(String.valueOf(key));
                if (named && name.equals("metric")) {
                    return;
                }
                if (named && name.equals("value")) {
                    name = valid(String.valueOf(entries.get("metric")));
                }
                if (value instanceof Number number) {
                    metric(name, number);
                } else if (value == null) {
                    this.invalid.add(name);
                } else if (name.equals("event") && this.event == null && value instanceof String text) {
                    this.event = valid(text);
                } else {
                    this.attributes.put(name, String.valueOf(text(value)));
                }
            });
        }

        void addInvalid() {
            if (!this.invalid.isEmpty()) {
                this.attributes.merge(INVALID, String.join(",", this.invalid), (old, more) -> old + "," + more);
            }
        }

        String[] names() {
            return this.metrics.keySet().toArray(String[]::new);
        }

        double[] values() {
            return this.metrics.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }
    }
}
