package org.cloudmesh.ai.telemetry.store.query;

import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.FilterableRecord;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.jspecify.annotations.Nullable;

/**
 * What a scan shows of a record. Whoever implements it reads no more than it is asked for. Valid only during the call
 * that shows it: a record that must be kept is read by {@link #record()}.
 */
public interface RecordView extends FilterableRecord {

    /** Returns the time in microseconds since 1970. */
    long timestampMicros();

    /** Returns the id of the record's series in the segment's catalog; 0 when it is not known. */
    default int series() {
        return 0;
    }

    /** Returns the value of a metric; NaN when the record does not have it. */
    double metric(String name);

    /** Shows all metrics. */
    void metrics(MetricVisitor visitor);

    @Override
    default boolean has(NamePattern metric) {
        if (!metric.prefix()) {
            return !Double.isNaN(metric(metric.text()));
        }
        boolean[] found = {false};
        metrics((name, value) -> found[0] |= metric.matches(name));
        return found[0];
    }

    /** Returns the machine's state, if known; the same instance for neighbours that share it. */
    @Nullable
    Map<String, @Nullable Object> system();

    /** Returns the whole record. */
    TelemetryRecord record();

    /** Is given metrics. */
    @FunctionalInterface
    interface MetricVisitor {

        /** Takes a metric. */
        void visit(String name, double value);
    }
}
