package org.cloudmesh.ai.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Work under way, begun by {@link Telemetry#track(String)}. Its end writes one record with the metric
 * {@code duration_sec} (seconds, from a monotonic clock). The first end wins, later ones do nothing. Thread-safe, so
 * work may end on another thread than it began on.
 *
 * <p>Until its end it encloses what its thread does (begun on an event loop, nothing: that goes on to other work at
 * once). Work that is handed to {@code track} as code encloses that code alone, wherever its result ends.
 */
public interface Tracking extends AutoCloseable {

    /** Adds a metric to the record of the end. */
    Tracking metric(String name, double value);

    /** Adds a metric to the record of the end; null is a value that is no finite number. */
    default Tracking metric(String name, @Nullable Number value) {
        return metric(name, Numbers.value(value));
    }

    /** Adds an attribute to the record of the end. */
    Tracking attribute(String key, @Nullable Object value);

    /** Sets the message of the record of the end. */
    Tracking message(@Nullable String message);

    /** Adds the metric {@code first_element_sec}, once: the seconds until a stream's first element. */
    void firstElement();

    /** Returns the work's place in a trace, which encloses what happens within; null when nothing is recorded. */
    default @Nullable TraceContext traceContext() {
        return null;
    }

    /** Ends the work as completed. */
    void complete();

    /**
     * Ends the work as failed, with the attribute {@code error.type} (the class name) and the error's message.
     *
     * @param error what went wrong; null gives the {@code error.type} {@code unknown}
     */
    void fail(@Nullable Throwable error);

    /** Ends the work as cancelled. */
    void cancel();

    /** Ends work that has not ended yet as failed, with {@code error.type} = {@code incomplete}. */
    @Override
    void close();
}
