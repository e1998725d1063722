package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts out of the arrays that records carry, as the bytes in which SQLite keeps them. A text that came not long
 * ago is not made again: most are those of few users or conversations, and to make a text costs more than to compare
 * it. Not thread-safe.
 */
final class CarriedTexts {

    private static final int REMEMBERED = 1 << 14;

    private final @Nullable String[] remembered = new String[REMEMBERED];

    /**
     * Returns one of the texts of an array that holds nothing else.
     *
     * @param json the array, without blanks between the texts
     */
    String text(byte[] json, int index) {
        int at = 2;
        int left = index;
        int begin = at;
        int hash = 0;
        while (true) {
            byte c = json[at];
            if (c == '"') {
                if (left == 0) {
                    return text(json, begin, at, hash);
                }
                left--;
                at += 3;
                begin = at;
                hash = 0;
            } else if (c == '\\') {
                return JsonLists.texts(new String(json, StandardCharsets.UTF_8)).get(index);
            } else {
                hash = 31 * hash + c;
                at++;
            }
        }
    }

    private String text(byte[] json, int begin, int end, int hash) {
        int slot = (hash ^ (hash >>> 15)) & (REMEMBERED - 1);
        String known = this.remembered[slot];
        if (known != null && known.length() == end - begin && isSame(known, json, begin)) {
            return known;
        }
        String text = new String(json, begin, end - begin, StandardCharsets.UTF_8);
        this.remembered[slot] = text;
        return text;
    }

    // Beyond ASCII a byte is negative, so that no character is the same.
    private static boolean isSame(String text, byte[] json, int begin) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != json[begin + i]) {
                return false;
            }
        }
        return true;
    }
}
