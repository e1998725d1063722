package org.cloudmesh.ai.telemetry.store.jsonl;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;

/** The time of a line. Neighbours mostly share the second. */
final class LineTime {

    private static final byte[] TIMESTAMP = "\",\"timestamp\":\"".getBytes(StandardCharsets.US_ASCII);

    private static final int SECOND_LENGTH = 20;

    private static final int DAY_LENGTH = 11;

    private final byte[] second = new byte[SECOND_LENGTH];

    private final byte[] day = new byte[DAY_LENGTH];

    private long secondMicros;

    private long dayMicros;

    private long micros;

    long micros() {
        return this.micros;
    }

    /** Takes the time that begins there; returns the place after it, -1 when it is none. */
    int read(byte[] json, int from, int limit) {
        int at = from + TIMESTAMP.length;
        if (!JsonScanner.is(TIMESTAMP, json, from, limit) || at + SECOND_LENGTH + 6 > limit) {
            return -1;
        }
        if (!JsonScanner.is(this.second, json, at, limit) && !second(json, at)) {
            return -1;
        }
        long micros = digits(json, at + SECOND_LENGTH, 6);
        this.micros = this.secondMicros + micros;
        return micros < 0 ? -1 : at + SECOND_LENGTH + 6;
    }

    private boolean second(byte[] json, int at) {
        long hour = pair(json, at + 11);
        long minute = pair(json, at + 14);
        long second = pair(json, at + 17);
        if ((hour | minute | second) < 0
                || hour > 23
                || minute > 59
                || second > 59
                || json[at + 13] != ':'
                || json[at + 16] != ':'
                || json[at + 19] != '.'
                || (!JsonScanner.is(this.day, json, at, at + DAY_LENGTH) && !day(json, at))) {
            return false;
        }
        this.secondMicros = this.dayMicros + ((hour * 60 + minute) * 60 + second) * 1_000_000L;
        System.arraycopy(json, at, this.second, 0, SECOND_LENGTH);
        return true;
    }

    private boolean day(byte[] json, int at) {
        long year = digits(json, at, 4);
        long month = digits(json, at + 5, 2);
        long day = digits(json, at + 8, 2);
        if ((year | month | day) < 0 || json[at + 4] != '-' || json[at + 7] != '-' || json[at + 10] != 'T') {
            return false;
        }
        try {
            this.dayMicros = LocalDate.of((int) year, (int) month, (int) day).toEpochDay() * 86_400_000_000L;
        } catch (DateTimeException ex) {
            return false;
        }
        System.arraycopy(json, at, this.day, 0, DAY_LENGTH);
        return true;
    }

    private static int pair(byte[] json, int at) {
        int tens = json[at] - '0';
        int ones = json[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
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
