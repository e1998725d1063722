package org.cloudmesh.ai.telemetry.pipeline;

import java.util.concurrent.atomic.AtomicBoolean;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.cloudmesh.ai.telemetry.Tracking;
import org.jspecify.annotations.Nullable;

/** Measures work by the monotonic clock and emits its one record at the first end. */
final class RecordTracking implements Tracking {

    private final long start = System.nanoTime();

    private final AtomicBoolean ended = new AtomicBoolean();

    private final AtomicBoolean streaming = new AtomicBoolean();

    // Guarded by itself: the thread that ends the work need not be the one that described it.
    private final DefaultRecordBuilder record;

    private final TraceContext place;

    RecordTracking(RecordingTelemetry telemetry, String name) {
        DefaultRecordBuilder started = new DefaultRecordBuilder(telemetry);
        this.place = started.begin();
        started.event(name).status(Status.STARTED).emit();
        this.record = new DefaultRecordBuilder(telemetry).resume(this.place);
        this.record.event(name);
        if (!NonBlockingThreads.isCurrent()) {
            TraceContext.bindUntilEnd(this.place, this.place);
        }
    }

    @Override
    public Tracking metric(String name, double value) {
        synchronized (this.record) {
            this.record.metric(name, value);
        }
        return this;
    }

    @Override
    public Tracking attribute(String key, @Nullable Object value) {
        synchronized (this.record) {
            this.record.attribute(key, value);
        }
        return this;
    }

    @Override
    public Tracking message(@Nullable String message) {
        synchronized (this.record) {
            this.record.message(message);
        }
        return this;
    }

    @Override
    public void firstElement() {
        if (!this.ended.get() && this.streaming.compareAndSet(false, true)) {
            metric("first_element_sec", seconds());
        }
    }

    @Override
    public TraceContext traceContext() {
        return this.place;
    }

    @Override
    public void complete() {
        end(Status.COMPLETED, null, null);
    }

    @Override
    public void fail(@Nullable Throwable error) {
        end(Status.FAILED, error == null ? "unknown" : error.getClass().getName(), error);
    }

    @Override
    public void cancel() {
        end(Status.CANCELLED, null, null);
    }

    @Override
    public void close() {
        end(Status.FAILED, "incomplete", null);
    }

    private void end(Status status, @Nullable String errorType, @Nullable Throwable error) {
        if (!this.ended.compareAndSet(false, true)) {
            return;
        }
        double duration = seconds();
        this.place.end();
        TraceContext.unbind(this.place);
        synchronized (this.record) {
            // Told again, as the work may have taken over a tracer's trace since.
            this.record
                    .place(this.place)
                    .metric("duration_sec", duration)
                    .status(status)
                    .attribute("error.type", errorType);
            if (error != null) {
                this.record.message(messageOf(error));
            }
            this.record.emit();
        }
    }

    private double seconds() {
        return (System.nanoTime() - this.start) / 1e9;
    }

    private static @Nullable String messageOf(Throwable error) {
        try {
            return error.getMessage();
        } catch (RuntimeException ex) {
            // Recording a failure must not become another one.
            return null;
        }
    }
}
