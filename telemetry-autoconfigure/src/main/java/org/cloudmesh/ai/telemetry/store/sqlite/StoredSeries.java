package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.jspecify.annotations.Nullable;

/**
 * A series as the file keeps it, in the table {@code kind}.
 *
 * @param id of its row
 * @param group id of the first series of the same process, status and event
 * @param origin where the records come from
 * @param status their status
 * @param event their event
 * @param metricSet their metrics
 * @param attributeSet what is known of their attributes; null when they have none
 */
record StoredSeries(
        int id,
        int group,
        Origin origin,
        String status,
        @Nullable String event,
        MetricSet metricSet,
        @Nullable AttributeSet attributeSet)
        implements Series {

    @Override
    public String command() {
        return this.origin.command();
    }

    @Override
    public @Nullable String run() {
        return this.origin.run();
    }

    @Override
    public boolean has(NamePattern metric) {
        if (!metric.prefix()) {
            return this.metricSet.indexOf(metric.text()) >= 0;
        }
        for (String name : this.metricSet.names) {
            if (metric.matches(name)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean fixes(String attribute) {
        return this.attributeSet == null || !this.attributeSet.isCarried(attribute);
    }

    @Override
    public @Nullable String attribute(String key) {
        return attributes().get(key);
    }

    @Override
    public List<String> metrics() {
        return Arrays.asList(this.metricSet.names);
    }

    @Override
    public @Nullable List<String> carried() {
        return this.attributeSet == null ? List.of() : this.attributeSet.names();
    }

    @Override
    public Map<String, String> attributes() {
        return this.attributeSet == null ? Map.of() : this.attributeSet.fixed();
    }

    /**
     * The metrics of a record, in order.
     *
     * @param id of its row
     * @param names their names
     * @param metrics the ids of their rows
     */
    record MetricSet(int id, String[] names, int[] metrics) {

        /** How many values stand in columns of their own. */
        static final int COLUMNS = 8;

        int indexOf(String name) {
            for (int i = 0; i < this.names.length; i++) {
                if (this.names[i].equals(name)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /**
     * Attributes of a record.
     *
     * @param id of its row
     * @param fixed those of low cardinality, the same for all records of the series
     * @param names of those whose values each record carries as a list; null when it carries an object
     */
    record AttributeSet(
            int id, Map<String, String> fixed, @Nullable List<String> names) {

        /** Returns whether all is known without looking at the record. */
        boolean complete() {
            return this.names != null && this.names.isEmpty();
        }

        /** Returns whether a record may carry that key itself. */
        boolean isCarried(String key) {
            return this.names == null ? !this.fixed.containsKey(key) : this.names.contains(key);
        }
    }
}
