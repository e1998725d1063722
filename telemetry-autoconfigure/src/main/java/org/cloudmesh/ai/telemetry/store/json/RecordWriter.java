package org.cloudmesh.ai.telemetry.store.json;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.jspecify.annotations.Nullable;

/**
 * Writes records as JSON objects, one line each. What neighbouring records share (origin, machine's state, names, the
 * second) is kept ready as bytes. Not thread-safe.
 */
public final class RecordWriter {

    private static final byte[] TIMESTAMP = ascii("\",\"timestamp\":\"");

    private static final byte[] STATUS = ascii(",\"status\":");

    private static final byte[] EVENT = ascii(",\"event\":");

    private static final byte[] METRICS = ascii(",\"metrics\":{");

    private static final byte[] ATTRIBUTES = ascii(",\"attributes\":");

    private static final byte[] SYSTEM = ascii(",\"system\":");

    private static final byte[] FIRST_DURING = ascii("\"" + TelemetryRecord.DURING + "\":");

    private static final byte[] DURING = ascii(",\"" + TelemetryRecord.DURING + "\":");

    private static final byte[][] TEXTS = TextField.ALL.stream()
            .map((field) -> ascii(",\"" + field.key() + "\":"))
            .toArray(byte[][]::new);

    private static final byte[] NULL = ascii("null");

    private final boolean absentAsNull;

    private final Names names = new Names();

    private @Nullable Origin origin;

    private byte[] id = {};

    private byte[] commandAndRun = {};

    private byte[] user = {};

    private @Nullable Map<String, @Nullable Object> reading;

    private byte[] readingJson = NULL;

    private long second = Long.MIN_VALUE;

    private byte[] secondText = {};

    private RecordWriter(boolean absentAsNull) {
        this.absentAsNull = absentAsNull;
    }

    /** Returns a writer for files: {@code event}, {@code attributes} and texts are absent when there are none. */
    public static RecordWriter forFiles() {
        return new RecordWriter(false);
    }

    /** Returns a writer for answers: every field is there, as null when there is none. */
    public static RecordWriter forAnswers() {
        return new RecordWriter(true);
    }

    /** Appends a record, without a line end. */
    public void write(TelemetryRecord record, JsonBuffer out) {
        if (record.origin() != this.origin) {
            keep(record.origin());
        }
        out.raw(this.id);
        out.padded(record.sequence(), Math.max(12, JsonBuffer.length(record.sequence())));
        out.raw(TIMESTAMP);
        timestamp(record.timestampMicros(), out);
        out.raw(this.commandAndRun);
        out.raw(STATUS).raw(this.names.json(record.status().value()));
        String event = record.event();
        if (event != null) {
            out.raw(EVENT).raw(this.names.json(event));
        } else if (this.absentAsNull) {
            out.raw(EVENT).raw(NULL);
        }
        out.raw(METRICS);
        for (int i = 0; i < record.metricCount(); i++) {
            if (i > 0) {
                out.raw(',');
            }
            out.raw(this.names.json(record.metricName(i))).raw(':').number(record.metricValue(i));
        }
        out.raw('}');
        if (!record.attributes().isEmpty()) {
            out.raw(ATTRIBUTES);
            attributes(record.attributes(), out);
        } else if (this.absentAsNull) {
            out.raw(ATTRIBUTES).raw(NULL);
        }
        Map<String, @Nullable Object> reading = record.reading();
        if (reading != this.reading) {
            this.reading = reading;
            this.readingJson = new JsonBuffer(256).value(reading).toByteArray();
        }
        out.raw(SYSTEM).raw(this.readingJson);
        Map<String, @Nullable Object> during = record.during();
        if (reading != null && during != null) {
            out.truncate(out.size() - 1);
            out.raw(reading.isEmpty() ? FIRST_DURING : DURING).object(during).raw('}');
        }
        out.raw(this.user);
        for (int i = 0; i < TEXTS.length; i++) {
            String text = TextField.ALL.get(i).get(record);
            if (text != null) {
                out.raw(TEXTS[i]).string(text);
            } else if (this.absentAsNull) {
                out.raw(TEXTS[i]).raw(NULL);
            }
        }
        out.raw('}');
    }

    private void attributes(Map<String, String> attributes, JsonBuffer out) {
        char separator = '{';
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            out.raw(separator).raw(this.names.json(attribute.getKey())).raw(':').string(attribute.getValue());
            separator = ',';
        }
        out.raw('}');
    }

    private void timestamp(long micros, JsonBuffer out) {
        long bounded = RecordTime.bounded(micros);
        long second = Math.floorDiv(bounded, 1_000_000L);
        if (second != this.second) {
            this.second = second;
            this.secondText = ascii(RecordTime.seconds(second));
        }
        out.raw(this.secondText).padded(bounded - second * 1_000_000L, 6).raw('Z');
    }

    private void keep(Origin origin) {
        this.origin = origin;
        JsonBuffer buffer = new JsonBuffer(256).raw("{\"id\":").string(origin.token());
        buffer.truncate(buffer.size() - 1);
        this.id = buffer.raw('-').toByteArray();
        buffer.clear(256);
        buffer.raw("\",\"command\":").string(origin.command()).raw(",\"run\":").value(origin.run());
        this.commandAndRun = buffer.toByteArray();
        buffer.clear(256);
        this.user = buffer.raw(",\"user\":").object(origin.user()).toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Short texts that come again and again, quoted and escaped; the newest takes the place of another. */
    private static final class Names {

        private static final int SLOTS = 512;

        private static final int LONGEST = 128;

        private final @Nullable String[] texts = new String[SLOTS];

        private final byte[][] quoted = new byte[SLOTS][];

        byte[] json(String text) {
            int hash = text.hashCode();
            int slot = (hash ^ hash >>> 16) & SLOTS - 1;
            String kept = this.texts[slot];
            if (kept == text || text.equals(kept)) {
                return this.quoted[slot];
            }
            byte[] json = new JsonBuffer(64).string(text).toByteArray();
            if (text.length() <= LONGEST) {
                this.texts[slot] = text;
                this.quoted[slot] = json;
            }
            return json;
        }
    }
}
