package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.AttributeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts out of the arrays that records carry, as the bytes in which SQLite keeps them. A text that came not long
 * ago is not made again: most are those of few users or conversations, and to make a text costs more than to compare
 * it. Not thread-safe.
 */
final class CarriedTexts {

    private static final int REMEMBERED = 1 << 14;

    // Made when it is first needed: most queries read no texts.
    private @Nullable String @Nullable [] remembered;

    /**
     * Returns the attributes of a record of a series.
     *
     * @param set what the series knows of them; null when there are none
     * @param carried what the record carries itself; null when the set says all
     */
    Map<String, String> attributes(@Nullable AttributeSet set, byte @Nullable [] carried) {
        if (set == null) {
            return Map.of();
        }
        List<String> names = set.names();
        if (names == null) {
            return carried == null ? Map.of() : JsonLists.textMap(new String(carried, StandardCharsets.UTF_8));
        }
        if (names.isEmpty() || carried == null) {
            return set.fixed();
        }
        Map<String, String> attributes = new LinkedHashMap<>(set.fixed());
        List<String> values = texts(carried);
        for (int i = 0; i < names.size(); i++) {
            attributes.put(names.get(i), values.get(i));
        }
        return attributes;
    }

    /**
     * Returns the texts of an array that holds nothing else.
     *
     * @param json the array, without blanks between the texts
     */
    List<String> texts(byte[] json) {
        List<String> texts = new ArrayList<>();
        int begin = 2;
        while (begin < json.length) {
            int end = end(json, begin);
            if (end < 0) {
                return parsed(json);
            }
            texts.add(text(json, begin, end));
            begin = end + 3;
        }
        return texts;
    }

    /** Returns one of the texts of such an array. */
    String text(byte[] json, int index) {
        int begin = 2;
        int end = end(json, begin);
        for (int left = index; left > 0 && end >= 0; left--) {
            begin = end + 3;
            end = end(json, begin);
        }
        return end < 0 ? parsed(json).get(index) : text(json, begin, end);
    }

    /** Returns where a text ends, or -1 when something in it is escaped. */
    private static int end(byte[] json, int begin) {
        int at = begin;
        while (json[at] != '"') {
            if (json[at] == '\\') {
                return -1;
            }
            at++;
        }
        return at;
    }

    private static List<String> parsed(byte[] json) {
        return JsonLists.texts(new String(json, StandardCharsets.UTF_8));
    }

    private String text(byte[] json, int begin, int end) {
        int hash = 0;
        for (int i = begin; i < end; i++) {
            hash = 31 * hash + json[i];
        }
        @Nullable String[] remembered = this.remembered;
        if (remembered == null) {
            remembered = new String[REMEMBERED];
            this.remembered = remembered;
        }
        int slot = (hash ^ (hash >>> 15)) & (REMEMBERED - 1);
        String known = remembered[slot];
        if (known != null && known.length() == end - begin && isSame(known, json, begin)) {
            return known;
        }
        String text = new String(json, begin, end - begin, StandardCharsets.UTF_8);
        remembered[slot] = text;
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
