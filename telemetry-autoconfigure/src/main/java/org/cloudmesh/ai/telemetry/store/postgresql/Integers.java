package org.cloudmesh.ai.telemetry.store.postgresql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The integers of an array, read from the text that the database writes. Read anew for each row: the arrays of an
 * answer have half a million numbers, and memory that a young process has not used yet costs more than to read them.
 * Not thread-safe.
 */
final class Integers {

    private long[] values = new long[256];

    private int size;

    /**
     * Reads an array.
     *
     * @param text such as <code>{12,-7}</code>, without nulls
     * @throws IllegalArgumentException when it is something else
     */
    void read(byte[] text) {
        this.size = 0;
        long value = 0;
        boolean negative = false;
        boolean started = false;
        for (byte next : text) {
            if (next >= '0' && next <= '9') {
                value = 10 * value + (next - '0');
                started = true;
            } else if (next == '-') {
                negative = true;
            } else if (next == ',' || next == '}') {
                if (started) {
                    add(negative ? -value : value);
                }
                value = 0;
                negative = false;
                started = false;
            } else if (next != '{') {
                throw new IllegalArgumentException("No array of integers: " + new String(text, StandardCharsets.UTF_8));
            }
        }
    }

    private void add(long value) {
        if (this.size == this.values.length) {
            this.values = Arrays.copyOf(this.values, 2 * this.size);
        }
        this.values[this.size++] = value;
    }

    /** Returns the array behind it, of which {@link #size()} elements count, until the next is read. */
    long[] values() {
        return this.values;
    }

    int size() {
        return this.size;
    }
}
