package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of JSON that come again and again, with what they mean. Lines repeat their neighbours: comparing bytes with
 * what was there before is several times faster than reading them again. Each piece ends by itself, so that equal bytes
 * mean the same.
 */
final class TokenCache<T> {

    private static final int MOST = 32;

    private final byte[][] pieces = new byte[MOST][];

    private final Object[] meanings = new Object[MOST];

    private int size;

    private int next;

    private int found = -1;

    /** Returns the length of the known piece that begins there, and makes it the found one; -1 when none is known. */
    int match(byte[] json, int at, int limit) {
        // Metrics come in the same order in each line, so that the one after the last is tried first.
        int expected = this.found + 1 < this.size ? this.found + 1 : 0;
        return match(expected, json, at, limit);
    }

    /** Does the same, for pieces of which there is one in a line. */
    int matchSame(byte[] json, int at, int limit) {
        return match(Math.max(0, this.found), json, at, limit);
    }

    private int match(int expected, byte[] json, int at, int limit) {
        for (int i = 0; i < this.size; i++) {
            int index = expected + i < this.size ? expected + i : expected + i - this.size;
            if (JsonScanner.is(this.pieces[index], json, at, limit)) {
                this.found = index;
                return this.pieces[index].length;
            }
        }
        return -1;
    }

    /** Returns what the found piece means. */
    @SuppressWarnings("unchecked")
    T meaning() {
        return (T) this.meanings[this.found];
    }

    /** Adds a piece and makes it the found one; the oldest goes when there are too many. */
    void add(byte[] json, int from, int to, @Nullable T meaning) {
        int index = this.size < MOST ? this.size++ : this.next++ % MOST;
        this.pieces[index] = Arrays.copyOfRange(json, from, to);
        this.meanings[index] = meaning;
        this.found = index;
    }

    /**
     * Adds the string that begins there to pieces that are texts; returns the place after it, -1 when there is none.
     */
    static int learn(TokenCache<String> pieces, byte[] json, int from, int limit) {
        int end = JsonScanner.string(json, from, limit);
        if (end >= 0) {
            pieces.add(json, from, end, JsonScanner.text(json, from, end));
        }
        return end;
    }
}
