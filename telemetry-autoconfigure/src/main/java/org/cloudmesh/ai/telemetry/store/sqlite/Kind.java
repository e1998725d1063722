package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.jspecify.annotations.Nullable;

/**
 * What many records share.
 *
 * @param id of its row
 * @param group id of the first kind of the same process, status and event
 * @param origin where they come from
 * @param status their status
 * @param event their event
 * @param shape their metrics
 * @param attributes what is known of their attributes; null when they have none
 */
record Kind(
        int id,
        int group,
        Origin origin,
        Status status,
        @Nullable String event,
        Shape shape,
        @Nullable AttributeSet attributes) {

    /**
     * The metrics of a record, in order.
     *
     * @param id of its row
     * @param names their names
     * @param metrics the ids of their rows
     */
    record Shape(int id, String[] names, int[] metrics) {

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
     * @param fixed those whose values are the same for all records of the kind
     * @param names of those whose values each record carries as a list; null when it carries an object
     */
    record AttributeSet(
            int id, Map<String, String> fixed, @Nullable List<String> names) {

        /** Returns whether all is known without looking at the record. */
        boolean complete() {
            return this.names != null && this.names.isEmpty();
        }

        /** Returns whether a record's own values may have that key. */
        boolean mayVary(String key) {
            return this.names == null || this.names.contains(key);
        }
    }
}
