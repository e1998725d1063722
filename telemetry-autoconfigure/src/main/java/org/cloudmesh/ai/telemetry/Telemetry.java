package org.cloudmesh.ai.telemetry;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records what an application does: metrics, statuses and events, each with the state of the machine at that moment.
 *
 * <p>Thread-safe, also on virtual threads and event loops. Emitting never throws, never does I/O and never waits,
 * unless {@link WhenFull#BLOCK} was chosen: records go through a bounded queue to one writer. What cannot be kept is
 * counted with its reason. {@link #close()} drains the queue within a time limit; what is emitted later is counted as
 * dropped.
 */
public interface Telemetry extends AutoCloseable {

    /** Returns a builder for use without Spring. */
    static TelemetryBuilder builder() {
        return new TelemetryBuilder();
    }

    /** Returns a recorder that records nothing and costs nothing. */
    static Telemetry disabled() {
        return DisabledTelemetry.INSTANCE;
    }

    /** Records one metric. */
    default void emit(@Nullable String metric, double value) {
        emit(metric, value, null);
    }

    /** Records one metric with a status; null is {@link Status#RECORDED}. */
    void emit(@Nullable String metric, double value, @Nullable Status status);

    /** Records one metric; a null value is counted as invalid. */
    default void emit(@Nullable String metric, @Nullable Number value) {
        emit(metric, value, null);
    }

    /** Records one metric with a status; a null value is counted as invalid. */
    default void emit(@Nullable String metric, @Nullable Number value, @Nullable Status status) {
        emit(metric, Numbers.value(value), status);
    }

    /** Records several metrics at once. */
    default void emit(@Nullable Map<String, ? extends @Nullable Number> metrics) {
        emit(metrics, null);
    }

    /** Records several metrics at once with a status. The map is read before this returns. */
    void emit(@Nullable Map<String, ? extends @Nullable Number> metrics, @Nullable Status status);

    /** Records a milestone. */
    default void event(@Nullable String event) {
        event(event, null);
    }

    /** Records a milestone with a status. */
    default void event(@Nullable String event, @Nullable Status status) {
        record().event(event).status(status).emit();
    }

    /** Begins a record with any of metrics, attributes, event, status, message and time. */
    RecordBuilder record();

    /**
     * Begins a judgement of a call or of a trace.
     *
     * @param name what is judged, for example {@code helpfulness}
     * @param value the score
     */
    default ScoreBuilder score(@Nullable String name, double value) {
        return new ScoreBuilder(record(), name, value);
    }

    /**
     * Begins work and records it as started, with {@code name} as its event.
     *
     * @param name the event of the records of its start and end
     * @return the work; end it with {@link Tracking#complete()} or {@link Tracking#fail(Throwable)}
     */
    Tracking track(String name);

    /**
     * Runs code and records its start and its end. What the code throws is recorded as failed and rethrown as it is.
     *
     * <p>Where the result is asynchronous, the work ends with it: a {@link java.util.concurrent.CompletionStage} is
     * returned as the same instance; a type for which an {@link AsyncAdapter} is there (Reactor's Mono and Flux, when
     * Reactor is) is wrapped. A cancelled result ends as cancelled.
     *
     * @param name the event of the records of its start and end
     * @param code what to run
     */
    default <T extends @Nullable Object, X extends Throwable> T track(String name, ThrowingSupplier<T, X> code)
            throws X {
        return Trackings.run(track(name), code);
    }

    /**
     * Runs code and records its start and its end. What the code throws is recorded as failed and rethrown as it is.
     */
    default <X extends Throwable> void track(String name, ThrowingRunnable<X> code) throws X {
        Trackings.run(track(name), () -> {
            code.run();
            return true;
        });
    }

    /**
     * Waits until all that was emitted before this call is on disk (fsync included).
     *
     * @param timeout how long to wait at most
     * @return whether each of those records is on disk; false when the time ran out, the caller was interrupted (its
     *     flag stays set) or one of them was lost
     */
    boolean flush(Duration timeout);

    /**
     * Drains the queue within the time limit, counts the rest as dropped and releases files and threads. Idempotent.
     */
    @Override
    void close();
}
