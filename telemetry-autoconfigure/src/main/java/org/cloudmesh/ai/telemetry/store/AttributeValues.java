package org.cloudmesh.ai.telemetry.store;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Counts records of an attribute by value. A value counts from its first record on or never, so that each count is
 * right, and memory has an end. Not thread-safe.
 */
public final class AttributeValues {

    // A value, its count and its place in the map, at the least.
    private static final int VALUE_BYTES = 120;

    private final LongConsumer memory;

    private final Map<String, Long> values = new HashMap<>();

    private long records;

    private boolean complete = true;

    private boolean unknown;

    /**
     * Creates an empty count.
     *
     * @param memory is given, before memory is taken, how many bytes more there will be
     */
    public AttributeValues(LongConsumer memory) {
        this.memory = memory;
    }

    /** Adds records of a value. */
    public void add(String value, long count) {
        this.records += count;
        Long known = this.values.get(value);
        if (known == null && this.values.size() >= AttributeCount.MOST_VALUES) {
            this.complete = false;
            return;
        }
        if (known == null) {
            this.memory.accept(VALUE_BYTES + 2L * value.length());
        }
        this.values.put(value, known == null ? count : known + count);
    }

    /** Adds records whose values are not known. */
    public void addUnknown(long count) {
        this.records += count;
        this.complete = false;
        this.unknown = true;
    }

    /** Returns what was counted. */
    public AttributeCount toCount() {
        // Beside records of unknown values, the counts of those that are known are too small.
        return new AttributeCount(this.records, this.unknown ? Map.of() : this.values, this.complete);
    }
}
