package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One metric, in whole and by group.
 *
 * @param metric its name
 * @param values of all records
 * @param groups those with the most values first; empty when none were asked for
 * @param truncated whether there are more than {@value TelemetryReader#MAX_NAMES} groups
 */
public record MetricReport(String metric, ValueSummary values, List<Group> groups, boolean truncated) {

    public MetricReport {
        groups = List.copyOf(groups);
    }

    /**
     * Values of the records that agree in something.
     *
     * @param key what they agree in; null for records that have no such thing
     * @param values of these records
     */
    public record Group(@Nullable String key, ValueSummary values) {}
}
