package org.cloudmesh.ai.telemetry.store.rollup;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Decides which attributes make series: those with few values, such as a model's name, and not those with many, such as
 * a trace's id, which would make a series of each record. An attribute is of low cardinality until it has had more than
 * {@value #MOST_VALUES} values, and of high cardinality ever after. Not thread-safe.
 */
public final class AttributeCardinality {

    /** An attribute with more values than that is of high cardinality. */
    public static final int MOST_VALUES = 32;

    private final Map<String, Set<String>> values = new HashMap<>();

    private final Set<String> high = new HashSet<>();

    /** Returns whether the attribute has had many values. */
    public boolean isHigh(String key) {
        return this.high.contains(key);
    }

    /** Returns whether the attribute would still be of low cardinality with that value. */
    public boolean admits(String key, String value) {
        if (this.high.contains(key)) {
            return false;
        }
        Set<String> known = this.values.get(key);
        return known == null || known.size() < MOST_VALUES || known.contains(value);
    }

    /** Takes a value that {@link #admits} allows. */
    public void add(String key, String value) {
        this.values.computeIfAbsent(key, (absent) -> new HashSet<>()).add(value);
    }

    /** Takes the attribute for one of high cardinality. */
    public void setHigh(String key) {
        this.high.add(key);
        this.values.remove(key);
    }

    /** Forgets all. */
    public void clear() {
        this.values.clear();
        this.high.clear();
    }
}
