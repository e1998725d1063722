package org.cloudmesh.ai.telemetry.store.jsonl;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** The time of a line. Neighbours mostly share the second. */
final class LineTime {

    private static final byte[] TIMESTAMP = "\",\"timestamp\":\"".getBytes(StandardCharsets.US_ASCII);

    private static final int SECOND_LENGTH = 20;

    private final byte[] second = new byte[SECOND_LENGTH];

    private long secondMicros;

    private long micros;

    long micros() {
        return this.micros;
    }

    /** Takes the time that begins there; returns the place after it, -1 when it is none. */
    int read(byte[] json, int from, int limit) {
        int at = from + TIMESTAMP.length;
        if (!Syntax.is(TIMESTAMP, json, from, limit) || at + SECOND_LENGTH + 6 > limit) {
            return -1;
        }
        if (!Syntax.is(this.second, json, at, limit) && !second(json, at)) {
            return -1;
        }
        long micros = digits(json, at + SECOND_LENGTH, 6);
        this.micros = this.secondMicros + micros;
        return micros < 0 ? -1 : at + SECOND_LENGTH + 6;
    }

    private boolean second(byte[] json, int at) {
        long year = digits(json, at, 4);
        long month = digits(json, at + 5, 2);
        long day = digits(json, at + 8, 2);
        long hour = digits(json, at + 11, 2);
        long minute = digits(json, at + 14, 2);
        long second = digits(json, at + 17, 2);
        if ((year | month | day | hour | minute | second) < 0
                || json[at + 4] != '-'
                || json[at + 7] != '-'
                || json[at + 10] != 'T'
                || json[at + 13] != ':'
                || json[at + 16] != ':'
                || json[at + 19] != '.') {
            return false;
        }
        try {
            this.secondMicros =
                    LocalDateTime.of((int) year, (int) month, (int) day, (int) hour, (int) minute, (int) second)
                                    .toEpochSecond(ZoneOffset.UTC)
                            * 1_000_000L;
        } catch (DateTimeException ex) {
            return false;
        }
        System.arraycopy(json, at, this.second, 0, SECOND_LENGTH);
        return true;
    }

    private static long digits(byte[] json, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            int digit = json[i] - '0';
            if (digit < 0 || digit > 9) {
                return Long.MIN_VALUE;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
