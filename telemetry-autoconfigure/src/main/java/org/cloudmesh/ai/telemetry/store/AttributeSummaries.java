package org.cloudmesh.ai.telemetry.store;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

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

    static AttributeSummaries of(Map<String, AttributeCount> counts) {
        List<Attribute> attributes = counts.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, AttributeCount> entry) ->
                                -entry.getValue().records())
                        .thenComparing(Map.Entry::getKey))
                .limit(TelemetryReader.MAX_NAMES)
                .map((entry) -> Attribute.of(entry.getKey(), entry.getValue()))
                .toList();
        return new AttributeSummaries(attributes, counts.size() > attributes.size());
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

        private static Attribute of(String name, AttributeCount count) {
            List<Value> values = count.values().entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(MAX_VALUES)
                    .map((value) -> new Value(value.getKey(), value.getValue()))
                    .toList();
            return new Attribute(
                    name,
                    count.records(),
                    values,
                    !count.complete() || count.values().size() > values.size());
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
