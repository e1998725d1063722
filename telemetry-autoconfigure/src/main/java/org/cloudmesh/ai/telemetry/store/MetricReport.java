package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One metric, in whole and by group.
 *
 * @param metric its name
 * @param values of all records
 * @param groups in the order that was asked for; empty when none were asked for
 * @param others the groups that are not shown, together
 * @param groupCount how many groups there are
 */
public record MetricReport(
        String metric, ValueSummary values, List<Group> groups, ValueSummary others, int groupCount) {

    public MetricReport {
        groups = List.copyOf(groups);
    }

    /** Returns whether there are more groups than are shown. */
    public boolean truncated() {
        return this.groupCount > this.groups.size();
    }

    /**
     * Values of the records that agree in something.
     *
     * @param key what they agree in; null for records that have no such thing
     * @param values of these records
     */
    public record Group(@Nullable String key, ValueSummary values) {}
}
