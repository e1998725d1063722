package org.cloudmesh.ai.telemetry.store;

import java.util.List;

/**
 * The attributes that some records have.
 *
 * @param attributes those of most records first
 * @param truncated whether there are more than {@value TelemetryReader#MAX_NAMES}
 */
public record AttributeSummaries(List<Attribute> attributes, boolean truncated) {

    /** How many values of an attribute are shown. */
    public static final int MAX_VALUES = 50;

    public AttributeSummaries {
        attributes = List.copyOf(attributes);
    }

    /**
     * One attribute.
     *
     * @param name its key
     * @param records how many have it
     * @param values the most frequent first, at most {@value #MAX_VALUES}
     * @param truncated whether there are more values than are shown
     */
    public record Attribute(String name, long records, List<Value> values, boolean truncated) {

        public Attribute {
            values = List.copyOf(values);
        }
    }

    /**
     * One value of an attribute.
     *
     * @param value as it was recorded
     * @param records how many have it
     */
    public record Value(String value, long records) {}
}
