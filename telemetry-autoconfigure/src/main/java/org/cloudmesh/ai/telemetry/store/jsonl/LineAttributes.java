package org.cloudmesh.ai.telemetry.store.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The attributes of a line: keys, and where the values are. */
final class LineAttributes extends LineMembers {

    private static final byte[] ATTRIBUTES = ",\"attributes\":{".getBytes(StandardCharsets.US_ASCII);

    private final TokenCache<String> keys = new TokenCache<>();

    // Of those attributes alone that have few.
    private final TokenCache<String> values = new TokenCache<>();

    /** Takes the attributes that begin there, if any; returns the place after them, -1 when they are malformed. */
    int read(byte[] json, int from, int limit) {
        begin(json);
        if (!JsonScanner.is(ATTRIBUTES, json, from, limit)) {
            return from;
        }
        int at = from + ATTRIBUTES.length;
        while (true) {
            int length = this.keys.match(json, at, limit);
            int value = length >= 0 ? at + length : TokenCache.learn(this.keys, json, at, limit);
            if (value < 0 || value >= limit || json[value] != ':') {
                return -1;
            }
            int end = JsonScanner.string(json, value + 1, limit);
            if (end < 0 || end >= limit) {
                return -1;
            }
            add(this.keys.meaning(), value + 1, end);
            if (json[end] == '}') {
                return end + 1;
            }
            if (json[end] != ',') {
                return -1;
            }
            at = end + 1;
        }
    }

    /** Returns the value of an attribute; null when it is not there. */
    @Nullable
    String value(String key) {
        // Of a key that is there twice, the last counts.
        for (int i = this.count - 1; i >= 0; i--) {
            if (this.names[i].equals(key)) {
                return value(i);
            }
        }
        return null;
    }

    private String value(int index) {
        return JsonScanner.text(this.json, this.valueFrom[index], this.valueTo[index]);
    }

    /** Shows all keys, and the values of those that are wanted because they have few. */
    void forEach(Predicate<String> wanted, BiConsumer<String, @Nullable String> visitor) {
        for (int i = 0; i < this.count; i++) {
            String key = this.names[i];
            visitor.accept(key, wanted.test(key) ? knownValue(i) : null);
        }
    }

    private String knownValue(int index) {
        if (this.values.match(this.json, this.valueFrom[index], this.valueTo[index]) < 0) {
            TokenCache.learn(this.values, this.json, this.valueFrom[index], this.valueTo[index]);
        }
        return this.values.meaning();
    }

    Map<String, String> toMap() {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < this.count; i++) {
            attributes.put(this.names[i], value(i));
        }
        return attributes;
    }
}
