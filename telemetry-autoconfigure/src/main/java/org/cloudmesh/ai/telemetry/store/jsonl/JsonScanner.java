package org.cloudmesh.ai.telemetry.store.jsonl;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import tools.jackson.core.io.NumberInput;

/** Walks over JSON in UTF-8 without making objects. All walks answer -1 for what they do not take. */
final class JsonScanner {

    // What a byte is within a string: 0 part of it, 1 its end, 2 an escape, 3 not allowed, 4 beyond ASCII.
    private static final byte[] KINDS = new byte[256];

    private static final double[] POWERS = new double[23];

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static {
        for (int i = 0; i < 256; i++) {
            KINDS[i] = (byte) (i < 0x20 ? 3 : i >= 0x80 ? 4 : i == '"' ? 1 : i == '\\' ? 2 : 0);
        }
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = Double.parseDouble("1e" + i);
        }
    }

    private static final long HIGH_HALVES = 0xF0F0F0F0F0F0F0F0L;

    private static final long THREES = 0x3030303030303030L;

    private static final long SIXES = 0x0606060606060606L;

    private static final long ONES = 0x0101010101010101L;

    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final long SPACES = ' ' * ONES;

    private static final long QUOTES = '"' * ONES;

    private static final long ESCAPES = '\\' * ONES;

    // Numbers shorter than that, without an exponent, are never too great for a double.
    private static final int LONG = 300;

    private JsonScanner() {}

    /** Returns the place after a string that begins there, quotes included. */
    static int string(byte[] json, int from, int limit) {
        if (from >= limit || json[from] != '"') {
            return -1;
        }
        int at = plain(json, from + 1, limit);
        while (at < limit) {
            switch (KINDS[json[at] & 0xFF]) {
                case 0 -> at++;
                case 1 -> {
                    return at + 1;
                }
                case 2 -> at = escape(json, at, limit);
                case 4 -> at = character(json, at, limit);
                default -> {
                    return -1;
                }
            }
            if (at < 0) {
                return -1;
            }
        }
        return -1;
    }

    /** Returns the place after plain parts of a string, looking at eight at a time; a few more may come there. */
    private static int plain(byte[] json, int from, int limit) {
        int at = from;
        while (at + Long.BYTES <= limit) {
            long eight = (long) LONGS.get(json, at);
            long quotes = eight ^ QUOTES;
            long escapes = eight ^ ESCAPES;
            // The high bit is set of a byte that is beyond ASCII, a control character, a quote or an escape. Borrows
            // may
            // set those of later bytes, so only the first one tells.
            long special = (eight | (eight - SPACES) | (quotes - ONES) | (escapes - ONES)) & HIGH_BITS;
            if (special != 0) {
                return at + (Long.numberOfTrailingZeros(special) >>> 3);
            }
            at += Long.BYTES;
        }
        return at;
    }

    private static int escape(byte[] json, int at, int limit) {
        if (at + 1 >= limit) {
            return -1;
        }
        byte letter = json[at + 1];
        if (letter != 'u') {
            return "\"\\/bfnrt".indexOf(letter) >= 0 ? at + 2 : -1;
        }
        if (at + 6 > limit) {
            return -1;
        }
        int character = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = Character.digit(json[i], 16);
            if (digit < 0) {
                return -1;
            }
            character = character << 4 | digit;
        }
        // NUL and surrogates have to be mended, if they are alone.
        return character == 0 || Character.isSurrogate((char) character) ? -1 : at + 6;
    }

    private static int character(byte[] json, int at, int limit) {
        int lead = json[at] & 0xFF;
        int more =
                lead >= 0xC2 && lead < 0xE0 ? 1 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xF0 && lead < 0xF5 ? 3 : 0;
        if (more == 0 || at + more >= limit) {
            return -1;
        }
        int second = json[at + 1] & 0xFF;
        if ((lead == 0xE0 && second < 0xA0)
                || (lead == 0xED && second >= 0xA0)
                || (lead == 0xF0 && second < 0x90)
                || (lead == 0xF4 && second >= 0x90)) {
            return -1;
        }
        for (int i = 1; i <= more; i++) {
            if ((json[at + i] & 0xC0) != 0x80) {
                return -1;
            }
        }
        return at + 1 + more;
    }

    /** Returns what a string that {@link #string} took says. */
    static String text(byte[] json, int from, int to) {
        for (int i = from + 1; i < to - 1; i++) {
            if (json[i] == '\\') {
                String object = "{\"\":" + new String(json, from, to - from, StandardCharsets.UTF_8) + "}";
                return String.valueOf(RecordJson.read(object).get(""));
            }
        }
        return new String(json, from + 1, to - from - 2, StandardCharsets.UTF_8);
    }

    /** Returns the place after a number that begins there and is a finite double. */
    static int number(byte[] json, int from, int limit) {
        int at = from;
        if (at < limit && json[at] == '-') {
            at++;
        }
        int digits = at;
        at = digits(json, at, limit);
        if (at == digits || (json[digits] == '0' && at > digits + 1)) {
            return -1;
        }
        if (at < limit && json[at] == '.') {
            digits = ++at;
            at = digits(json, at, limit);
            if (at == digits) {
                return -1;
            }
        }
        if (at < limit && (json[at] == 'e' || json[at] == 'E')) {
            at++;
            if (at < limit && (json[at] == '+' || json[at] == '-')) {
                at++;
            }
            digits = at;
            at = digits(json, at, limit);
            if (at == digits || (at - digits > 2 && Double.isInfinite(toDouble(json, from, at)))) {
                return -1;
            }
        }
        return at - from < LONG || !Double.isInfinite(toDouble(json, from, at)) ? at : -1;
    }

    /** Returns the place after digits, eight at a time. */
    static int digits(byte[] json, int from, int limit) {
        int at = from;
        while (at + Long.BYTES <= limit) {
            long eight = (long) LONGS.get(json, at);
            // Digits are 0x30 to 0x39: the high half is 3, and still is when six is added.
            if ((eight & HIGH_HALVES) != THREES || ((eight + SIXES) & HIGH_HALVES) != THREES) {
                break;
            }
            at += Long.BYTES;
        }
        while (at < limit && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        return at;
    }

    /** Returns the place after an object or {@code null} that begins there; what is within is not looked at closely. */
    static int object(byte[] json, int from, int limit) {
        if (is(NULL, json, from, limit)) {
            return from + NULL.length;
        }
        if (from >= limit || json[from] != '{') {
            return -1;
        }
        int depth = 0;
        int at = from;
        while (at < limit) {
            byte c = json[at];
            if (c == '"') {
                at = string(json, at, limit);
                if (at < 0) {
                    return -1;
                }
                continue;
            }
            at++;
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                if (--depth == 0) {
                    return at;
                }
            } else if (c == '\n') {
                return -1;
            }
        }
        return -1;
    }

    static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /**
     * Returns whether those bytes are there. Eight at a time: most pieces are too short for the JDK's own to be quick.
     */
    static boolean is(byte[] expected, byte[] json, int at, int limit) {
        int length = expected.length;
        if (at + length > limit) {
            return false;
        }
        if (length < Long.BYTES) {
            for (int i = 0; i < length; i++) {
                if (expected[i] != json[at + i]) {
                    return false;
                }
            }
            return true;
        }
        // The end first: pieces that are not equal mostly begin alike.
        int last = length - Long.BYTES;
        if ((long) LONGS.get(expected, last) != (long) LONGS.get(json, at + last)) {
            return false;
        }
        for (int i = 0; i < last; i += Long.BYTES) {
            if ((long) LONGS.get(expected, i) != (long) LONGS.get(json, at + i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the double nearest to a number that {@link #number} took. */
    static double toDouble(byte[] json, int from, int to) {
        int at = from;
        boolean negative = json[at] == '-';
        if (negative) {
            at++;
        }
        long mantissa = 0;
        int digits = 0;
        int fraction = 0;
        boolean point = false;
        for (; at < to; at++) {
            byte c = json[at];
            if (c == '.') {
                point = true;
            } else if (c == 'e' || c == 'E') {
                break;
            } else {
                mantissa = mantissa * 10 + (c - '0');
                if (mantissa != 0) {
                    digits++;
                }
                if (point) {
                    fraction++;
                }
            }
        }
        // An integer below 2^53 and a power of ten up to 22 are doubles: one operation on them rounds correctly.
        if (at == to && digits <= 18 && mantissa < 1L << 53 && fraction < POWERS.length) {
            double value = mantissa / POWERS[fraction];
            return negative ? -value : value;
        }
        return NumberInput.parseDouble(new String(json, from, to - from, StandardCharsets.ISO_8859_1), true);
    }
}
