package org.cloudmesh.ai.telemetry.store.postgresql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.JsonBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the binary format of {@code COPY} (PostgreSQL's manual, COPY, "Binary Format"), on their way to the server.
 * It reads numbers as they are, and begins with the first rows while the last ones are still made. Not thread-safe.
 */
final class BinaryRows {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};

    private static final int FLOAT8 = 701;

    private static final byte JSONB_VERSION = 1;

    // 2000-01-01T00:00:00Z, where PostgreSQL's times begin.
    private static final long EPOCH = 946_684_800_000_000L;

    private static final int SLICE = 64 * 1024;

    private final Target target;

    private final JsonBuffer json = new JsonBuffer(1024);

    private ByteBuffer bytes = ByteBuffer.allocate(2 * SLICE);

    BinaryRows(Target target) {
        this.target = target;
        this.bytes.put(SIGNATURE).putInt(0).putInt(0);
    }

    /** Begins a row of so many columns. */
    void row(int columns) throws SQLException {
        if (this.bytes.position() >= SLICE) {
            flush();
        }
        room(Short.BYTES).putShort((short) columns);
    }

    void int4(int value) {
        room(2 * Integer.BYTES).putInt(Integer.BYTES).putInt(value);
    }

    void int8(@Nullable Long value) {
        if (value == null) {
            nothing();
        } else {
            room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(value);
        }
    }

    /** Adds a {@code timestamptz}, given in microseconds since 1970. */
    void time(long micros) {
        int8(micros - EPOCH);
    }

    /** Adds a record's values as {@code float8[]}. */
    void numbers(TelemetryRecord record) {
        int count = record.metricCount();
        int length = (count == 0 ? 3 : 5) * Integer.BYTES + count * (Integer.BYTES + Double.BYTES);
        ByteBuffer bytes = room(Integer.BYTES + length).putInt(length);
        bytes.putInt(count == 0 ? 0 : 1).putInt(0).putInt(FLOAT8);
        if (count > 0) {
            bytes.putInt(count).putInt(1);
        }
        for (int i = 0; i < count; i++) {
            bytes.putInt(Double.BYTES).putDouble(record.metricValue(i));
        }
    }

    void jsonb(@Nullable Map<String, ? extends @Nullable Object> object) {
        if (object == null) {
            nothing();
            return;
        }
        this.json.clear(SLICE);
        this.json.object(object);
        int length = 1 + this.json.size();
        room(Integer.BYTES + length).putInt(length).put(JSONB_VERSION).put(this.json.array(), 0, this.json.size());
    }

    void text(@Nullable String text) {
        if (text == null) {
            nothing();
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + utf8.length).putInt(utf8.length).put(utf8);
    }

    private void nothing() {
        room(Integer.BYTES).putInt(-1);
    }

    /** Ends the rows. */
    void end() throws SQLException {
        room(Short.BYTES).putShort((short) -1);
        flush();
    }

    private void flush() throws SQLException {
        this.target.write(this.bytes.array(), 0, this.bytes.position());
        this.bytes.clear();
    }

    private ByteBuffer room(int length) {
        if (this.bytes.remaining() < length) {
            this.bytes =
                    ByteBuffer.allocate(2 * (this.bytes.position() + length)).put(this.bytes.flip());
        }
        return this.bytes;
    }

    /** Takes bytes; the array is used again afterwards. */
    @FunctionalInterface
    interface Target {

        void write(byte[] bytes, int offset, int length) throws SQLException;
    }
}
