package org.cloudmesh.ai.telemetry.store.json;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberOutput;

/**
 * JSON in the making, as UTF-8 in one array that is used again and again. Separators are up to the caller; values are
 * always valid JSON on one line: control characters and Unicode's line separators are escaped, lone surrogates become
 * U+FFFD. Not thread-safe.
 */
public final class JsonBuffer {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    // For each ASCII character: 0 as it is, 'u' as four digits, else the letter after the backslash.
    private static final byte[] ESCAPES = new byte[128];

    // Two digits in the order in which they stand in memory.
    private static final short[] PAIRS = new short[100];

    private static final VarHandle PAIR = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    static {
        for (int i = 0; i < 100; i++) {
            PAIRS[i] = (short) (('0' + i / 10) | ('0' + i % 10) << 8);
        }
        Arrays.fill(ESCAPES, 0, 0x20, (byte) 'u');
        ESCAPES['"'] = '"';
        ESCAPES['\\'] = '\\';
        ESCAPES['\b'] = 'b';
        ESCAPES['\f'] = 'f';
        ESCAPES['\n'] = 'n';
        ESCAPES['\r'] = 'r';
        ESCAPES['\t'] = 't';
    }

    private byte[] bytes;

    private int size;

    private @Nullable RecordWriter records;

    /** Creates a buffer that grows when it must. */
    public JsonBuffer(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** Returns the array that the bytes are in, from its beginning. Another one after the buffer has grown. */
    public byte[] array() {
        return this.bytes;
    }

    /** Returns how many bytes there are. */
    public int size() {
        return this.size;
    }

    /** Goes back to an earlier size. */
    public void truncate(int size) {
        this.size = Math.min(this.size, size);
    }

    /** Empties the buffer, and gives its memory back when that has grown beyond the capacity named. */
    public void clear(int keptCapacity) {
        this.size = 0;
        if (this.bytes.length > keptCapacity) {
            this.bytes = new byte[keptCapacity];
        }
    }

    /** Writes the bytes to a stream. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(this.bytes, 0, this.size);
    }

    /** Returns a copy of the bytes. */
    public byte[] toByteArray() {
        return Arrays.copyOf(this.bytes, this.size);
    }

    @Override
    public String toString() {
        return new String(this.bytes, 0, this.size, StandardCharsets.UTF_8);
    }

    /** Appends a character of ASCII as it is. */
    public JsonBuffer raw(char character) {
        ensure(1);
        this.bytes[this.size++] = (byte) character;
        return this;
    }

    /** Appends characters of ASCII as they are. */
    public JsonBuffer raw(String characters) {
        int length = characters.length();
        ensure(length);
        for (int i = 0; i < length; i++) {
            this.bytes[this.size + i] = (byte) characters.charAt(i);
        }
        this.size += length;
        return this;
    }

    /** Appends bytes as they are. */
    public JsonBuffer raw(byte[] json) {
        return raw(json, 0, json.length);
    }

    JsonBuffer raw(byte[] json, int from, int length) {
        ensure(length);
        System.arraycopy(json, from, this.bytes, this.size, length);
        this.size += length;
        return this;
    }

    /** Appends a text in quotes. */
    public JsonBuffer string(String text) {
        int length = text.length();
        // A character becomes six bytes at most, as an escape.
        ensure(2 + Math.multiplyExact(6, length));
        byte[] bytes = this.bytes;
        int at = this.size;
        bytes[at++] = '"';
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80 && ESCAPES[c] == 0) {
                bytes[at++] = (byte) c;
            } else if (c < 0x80) {
                at = escaped(c, bytes, at);
            } else if (c < 0x800) {
                if (c == 0x85) {
                    at = hex(c, bytes, at);
                } else {
                    bytes[at++] = (byte) (0xC0 | c >> 6);
                    bytes[at++] = (byte) (0x80 | c & 0x3F);
                }
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                bytes[at++] = (byte) (0xF0 | point >> 18);
                bytes[at++] = (byte) (0x80 | point >> 12 & 0x3F);
                bytes[at++] = (byte) (0x80 | point >> 6 & 0x3F);
                bytes[at++] = (byte) (0x80 | point & 0x3F);
            } else if (c == 0x2028 || c == 0x2029) {
                at = hex(c, bytes, at);
            } else {
                char valid = Character.isSurrogate(c) ? '\uFFFD' : c;
                bytes[at++] = (byte) (0xE0 | valid >> 12);
                bytes[at++] = (byte) (0x80 | valid >> 6 & 0x3F);
                bytes[at++] = (byte) (0x80 | valid & 0x3F);
            }
        }
        bytes[at++] = '"';
        this.size = at;
        return this;
    }

    /** Appends a number in the fewest digits that give back the same double; null when it is not finite. */
    public JsonBuffer number(double value) {
        double magnitude = Math.abs(value);
        if (!(magnitude < 1e9)) {
            return raw(Double.isFinite(value) ? NumberOutput.toString(value, true) : "null");
        }
        // An integer below 2^53 divided by a power of ten is the double nearest to that decimal, so reading gives it
        // back.
        int digits = 0;
        double scaled = Math.rint(magnitude);
        if (scaled != magnitude) {
            digits = 3;
            scaled = Math.rint(magnitude * 1e3);
            if (scaled / 1e3 != magnitude) {
                digits = 6;
                scaled = Math.rint(magnitude * 1e6);
                if (scaled / 1e6 != magnitude) {
                    return raw(NumberOutput.toString(value, true));
                }
            }
        }
        ensure(32);
        if (Double.doubleToRawLongBits(value) < 0) {
            this.bytes[this.size++] = '-';
        }
        long all = (long) scaled;
        // Divisions by constants, which are multiplications.
        if (digits == 0) {
            integer(all);
            this.bytes[this.size++] = '.';
            this.bytes[this.size++] = '0';
        } else if (digits == 3) {
            long whole = all / 1_000;
            integer(whole);
            fraction((int) (all - whole * 1_000), 3);
        } else {
            long whole = all / 1_000_000;
            integer(whole);
            fraction((int) (all - whole * 1_000_000), 6);
        }
        return this;
    }

    private void fraction(int fraction, int count) {
        this.bytes[this.size++] = '.';
        int rest = fraction;
        int digits = count;
        while (digits > 1 && rest % 10 == 0) {
            rest /= 10;
            digits--;
        }
        digits(rest, digits);
    }

    /** Appends an integer. */
    public JsonBuffer number(long value) {
        if (value < 0) {
            return raw(Long.toString(value));
        }
        ensure(20);
        integer(value);
        return this;
    }

    /**
     * Appends a text, number, boolean, record, map, collection or null; any other object as its text. A record is as
     * answers carry it, with all fields.
     */
    public JsonBuffer value(@Nullable Object value) {
        if (value == null) {
            return raw("null");
        }
        if (value instanceof String text) {
            return string(text);
        }
        if (value instanceof Double || value instanceof Float) {
            return value instanceof Float && Float.isFinite((Float) value)
                    ? raw(value.toString())
                    : number(((Number) value).doubleValue());
        }
        if (value instanceof Number || value instanceof Boolean) {
            return raw(value.toString());
        }
        if (value instanceof TelemetryRecord record) {
            RecordWriter writer = this.records == null ? RecordWriter.forAnswers() : this.records;
            this.records = writer;
            writer.write(record, this);
            return this;
        }
        if (value instanceof Map<?, ?> map) {
            return object(map);
        }
        if (value instanceof Iterable<?> items) {
            raw('[');
            boolean first = true;
            for (Object item : items) {
                if (!first) {
                    raw(',');
                }
                first = false;
                value(item);
            }
            return raw(']');
        }
        return string(value.toString());
    }

    /** Appends an object. */
    public JsonBuffer object(Map<?, ?> map) {
        raw('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!first) {
                raw(',');
            }
            first = false;
            string(String.valueOf(entry.getKey())).raw(':').value(entry.getValue());
        }
        return raw('}');
    }

    /** Appends a number in that many digits, zeros in front. */
    JsonBuffer padded(long value, int count) {
        ensure(count);
        digits(value, count);
        return this;
    }

    private void integer(long value) {
        digits(value, length(value));
    }

    /** Returns how many digits a number that is not negative has. */
    static int length(long value) {
        int length = 1;
        long bound = 10;
        while (length < 19 && value >= bound) {
            length++;
            bound *= 10;
        }
        return length;
    }

    private void digits(long value, int count) {
        byte[] bytes = this.bytes;
        int begin = this.size;
        int at = begin + count;
        this.size = at;
        long large = value;
        while (large > Integer.MAX_VALUE && at - 1 > begin) {
            long next = large / 100;
            at -= 2;
            PAIR.set(bytes, at, PAIRS[(int) (large - next * 100)]);
            large = next;
        }
        int rest = (int) large;
        while (at - 1 > begin) {
            int next = rest / 100;
            at -= 2;
            PAIR.set(bytes, at, PAIRS[rest - next * 100]);
            rest = next;
        }
        if (at > begin) {
            bytes[begin] = (byte) ('0' + rest % 10);
        }
    }

    private void ensure(int more) {
        if (more > this.bytes.length - this.size) {
            long wanted = Math.max((long) this.size + more, this.bytes.length + (this.bytes.length >> 1));
            this.bytes = Arrays.copyOf(this.bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
        }
    }

    private static int escaped(char c, byte[] bytes, int at) {
        byte letter = ESCAPES[c];
        if (letter == 'u') {
            return hex(c, bytes, at);
        }
        bytes[at] = '\\';
        bytes[at + 1] = letter;
        return at + 2;
    }

    private static int hex(char c, byte[] bytes, int at) {
        bytes[at] = '\\';
        bytes[at + 1] = 'u';
        bytes[at + 2] = HEX[c >> 12];
        bytes[at + 3] = HEX[c >> 8 & 0xF];
        bytes[at + 4] = HEX[c >> 4 & 0xF];
        bytes[at + 5] = HEX[c & 0xF];
        return at + 6;
    }
}
