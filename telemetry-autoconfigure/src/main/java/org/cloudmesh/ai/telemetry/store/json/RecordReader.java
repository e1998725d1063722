package org.cloudmesh.ai.telemetry.store.json;

import java.time.ZoneId;
import java.util.Map;
import java.util.function.LongSupplier;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/** Reads records back, those of other writers too; records of one recorder share their origin. Thread-safe. */
public final class RecordReader {

    private static final int DIGITS = 12;

    private final Origins origins = new Origins();

    private final ForeignRecords foreign;

    /**
     * Creates a reader.
     *
     * @param zone of timestamps that name none
     */
    public RecordReader(ZoneId zone) {
        this.foreign = new ForeignRecords(zone);
    }

    /**
     * Reads a line of UTF-8.
     *
     * @param foreignSequence asked for the sequence of a record that has no id of ours
     * @return null when the line is no record: no JSON object, too deep, too long or without a time
     */
    public @Nullable TelemetryRecord read(byte[] line, int from, int length, LongSupplier foreignSequence) {
        if (length > RecordJson.LONGEST) {
            return null;
        }
        Map<String, @Nullable Object> fields;
        try {
            fields = RecordJson.read(line, from, length);
        } catch (IllegalArgumentException ex) {
            return null;
        }
        int dash = fields.get("id") instanceof String id ? dash(id) : -1;
        if (dash < 0) {
            return this.foreign.record(foreignSequence.getAsLong(), fields);
        }
        String id = String.valueOf(fields.get("id"));
        Object run = fields.get("run");
        Origin origin = origin(
                id.substring(0, dash),
                String.valueOf(fields.get("command")),
                run == null ? null : run.toString(),
                object(fields.get("user")));
        return this.foreign.record(origin, Long.parseLong(id, dash + 1, id.length(), 10), fields);
    }

    /** Returns where the digits of one of our ids begin, minus one; negative when it is none. */
    static int dash(String id) {
        int dash = id.lastIndexOf('-');
        int digits = id.length() - dash - 1;
        if (dash < 0 || digits < DIGITS || digits > 18) {
            return -1;
        }
        for (int i = dash + 1; i < id.length(); i++) {
            if (id.charAt(i) < '0' || id.charAt(i) > '9') {
                return -1;
            }
        }
        return dash;
    }

    /** Returns the origin of these parts, the same instance for equal ones. */
    public Origin origin(String token, String command, @Nullable String run, Map<String, @Nullable Object> user) {
        return this.origins.origin(token, command, run, user);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object user) {
        return user instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }
}
