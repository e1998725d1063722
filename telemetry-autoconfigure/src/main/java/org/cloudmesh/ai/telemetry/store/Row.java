package org.cloudmesh.ai.telemetry.store;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a scan shows of a record. Whoever implements it reads no more than it is asked for. Valid only during the call that
 * shows it: what is to be kept is taken through {@link #record()}.
 */
public interface Row {

    /** Returns the time in microseconds since 1970. */
    long timestampMicros();

    /** Returns which program. */
    String command();

    /** Returns which start of it, if known. */
    @Nullable
    String run();

    /** Returns the status. */
    String status();

    /** Returns the event, if any. */
    @Nullable
    String event();

    /** Returns the value of a metric; NaN when the record does not have it. */
    double metric(String name);

    /** Shows all metrics. */
    void metrics(MetricVisitor visitor);

    /** Returns the value of an attribute; null when the record does not have it. */
    @Nullable
    String attribute(String key);

    /**
     * Shows all attributes.
     *
     * @param wanted says of which keys the value is shown; best of those that have few values
     * @param visitor is given key and value, or null in place of a value that is not wanted
     */
    void attributes(Predicate<String> wanted, BiConsumer<String, @Nullable String> visitor);

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
