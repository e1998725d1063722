package org.cloudmesh.ai.telemetry.ai;

import java.lang.ref.Cleaner;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * One call of a model, a tool or a store under way, from {@link AiRecorder#begin(String)} to {@link #end()}: what an AI
 * library's own listener tells of it becomes one record.
 *
 * <p>Names are those of OpenTelemetry's conventions for generative AI. The first end wins; what is told later is
 * ignored. A call that is forgotten without an end is recorded as cancelled, with {@code error.type} =
 * {@code abandoned}, once the garbage collector has seen that nobody can end it any more: keep it only where the call
 * itself is kept. Thread-safe.
 */
public final class AiCall {

    private final State state;

    private final Cleaner.Cleanable forgotten;

    AiCall(State state, Cleaner cleaner) {
        this.state = state;
        // Must not refer to this object, or it would never be collected.
        this.forgotten = cleaner.register(this, state::abandon);
    }

    /** Sets an attribute unless the value is unknown: null, empty, or {@code none} as observations write it. */
    public void attribute(String key, @Nullable Object value) {
        synchronized (this.state) {
            this.state.attribute(key, value);
        }
    }

    /** Returns an attribute that was set; null when there is none. */
    @Nullable
    Object attribute(String key) {
        synchronized (this.state) {
            return this.state.attributes.get(key);
        }
    }

    /** Sets a prompt, completion, tool argument or tool result, which is asked for only when content is recorded. */
    public void content(String key, Supplier<@Nullable String> text) {
        ContentPolicy content = this.state.content;
        if (content == null) {
            return;
        }
        String value = text.get();
        if (value != null && !value.isEmpty()) {
            attribute(key, content.apply(key, value));
        }
    }

    /** Sets a metric; null is unknown. Durations are in seconds. */
    public void metric(String name, @Nullable Number value) {
        if (value != null) {
            synchronized (this.state) {
                this.state.metrics.put(name, value.doubleValue());
            }
        }
    }

    /** Sets the tokens, of which the cost is made; the last that is told counts. */
    public void usage(@Nullable TokenUsage usage) {
        synchronized (this.state) {
            this.state.usage = usage;
        }
    }

    /** Notes that a chunk of a stream has come, for the time to the first and the mean time between two. */
    public void chunk() {
        synchronized (this.state) {
            this.state.lastChunk = System.nanoTime();
            this.state.firstChunk = this.state.chunks++ == 0 ? this.state.lastChunk : this.state.firstChunk;
        }
    }

    /** Notes the pace of a stream that something else has timed, in {@link System#nanoTime()}. */
    void pace(long first, long last, long chunks) {
        synchronized (this.state) {
            this.state.firstChunk = first;
            this.state.lastChunk = last;
            this.state.chunks = chunks;
        }
    }

    /** Notes why the call failed; a cancellation is no failure. */
    public void fail(Throwable error) {
        CallFailure failure = CallFailure.of(error);
        if (failure.cancelled()) {
            cancel();
            return;
        }
        synchronized (this.state) {
            this.state.status = Status.FAILED;
            this.state.attribute(GenAi.ERROR_TYPE, failure.type());
            this.state.attribute(GenAi.HTTP_STATUS, failure.status());
        }
    }

    /** Notes that the call failed with an error of this type. */
    void fail(String type) {
        synchronized (this.state) {
            this.state.status = Status.FAILED;
            this.state.attribute(GenAi.ERROR_TYPE, type);
        }
    }

    /** Notes that a stream broke off without a finish reason. */
    public void failIncomplete() {
        synchronized (this.state) {
            this.state.status = Status.FAILED;
            this.state.attribute(GenAi.ERROR_TYPE, GenAi.INCOMPLETE);
        }
    }

    /** Notes that the caller gave up. */
    public void cancel() {
        synchronized (this.state) {
            this.state.status = Status.CANCELLED;
        }
    }

    /**
     * Notes where the call stands in a trace, as its library or a tracer says; by default it lies in what encloses its
     * caller, else in a trace of its own. Tracked work that lies between the call and that parent is the parent.
     */
    public void trace(String traceId, String spanId, @Nullable String parentSpanId) {
        synchronized (this.state) {
            if (this.state.place.isWithinRecorded(parentSpanId)) {
                this.state.place.traced(traceId, spanId, parentSpanId);
            } else {
                this.state.place.move(traceId, spanId, parentSpanId);
            }
            this.state.tellPlace();
        }
    }

    /** Returns the call's place in a trace, which encloses what happens within it. */
    TraceContext place() {
        return this.state.place;
    }

    /** Hands the record over. Returns at once and never throws; the second call does nothing. */
    public void end() {
        this.state.end();
        this.forgotten.clean();
    }

    /** Forgets the call without a record: something else records it. */
    public void discard() {
        this.state.discard();
        this.forgotten.clean();
    }

    /** Notes how long the call took, for the record that is made later. */
    void stopClock() {
        synchronized (this.state) {
            this.state.stopped = System.nanoTime();
        }
    }

    void durationName(String name) {
        synchronized (this.state) {
            this.state.durationName = name;
        }
    }

    String event() {
        return this.state.event;
    }

    boolean hasEnded() {
        synchronized (this.state) {
            return this.state.ended;
        }
    }

    /** Notes that what the model said was held back: a failure of its own kind. */
    void failFiltered() {
        synchronized (this.state) {
            this.state.status = Status.FAILED;
            this.state.attribute(GenAi.ERROR_TYPE, GenAi.CONTENT_FILTER);
        }
    }

    /** All that is known of a call; apart, so that the call itself can be forgotten. */
    static final class State {

        final String event;

        final long started = System.nanoTime();

        final Map<String, Object> attributes = new LinkedHashMap<>();

        final Map<String, Double> metrics = new LinkedHashMap<>();

        private final AiRecorder recorder;

        private final @Nullable ContentPolicy content;

        private final TraceContext place;

        private String durationName;

        private Status status = Status.COMPLETED;

        private @Nullable TokenUsage usage;

        private long stopped;

        private long firstChunk;

        private long lastChunk;

        private long chunks;

        private boolean ended;

        State(String event, AiRecorder recorder, @Nullable ContentPolicy content, TraceContext place) {
            this.event = event;
            this.durationName = event + ".duration";
            this.recorder = recorder;
            this.content = content;
            this.place = place;
        }

        /** Tells the place as it is known now: a tracer may come late. */
        synchronized void tellPlace() {
            this.attributes.put(GenAi.TRACE_ID, this.place.traceId());
            this.attributes.put(GenAi.SPAN_ID, this.place.spanId());
            String parent = this.place.parentSpanId();
            if (parent == null) {
                this.attributes.remove(GenAi.PARENT_SPAN_ID);
            } else {
                this.attributes.put(GenAi.PARENT_SPAN_ID, parent);
            }
        }

        void attribute(String key, @Nullable Object value) {
            if (value != null && !"none".equals(value) && !"".equals(value)) {
                this.attributes.put(key, value);
            }
        }

        Status status() {
            return this.status;
        }

        @Nullable
        TokenUsage usage() {
            return this.usage;
        }

        private void end() {
            synchronized (this) {
                if (this.ended) {
                    return;
                }
                this.ended = true;
                this.place.end();
                long end = this.stopped != 0 ? this.stopped : System.nanoTime();
                this.metrics.putIfAbsent(this.durationName, (end - this.started) / 1e9);
                if (this.chunks > 0) {
                    this.metrics.putIfAbsent(GenAi.TIME_TO_FIRST_CHUNK, (this.firstChunk - this.started) / 1e9);
                }
                if (this.chunks > 1) {
                    this.metrics.putIfAbsent(
                            GenAi.TIME_PER_OUTPUT_CHUNK, (this.lastChunk - this.firstChunk) / 1e9 / (this.chunks - 1));
                }
            }
            this.recorder.record(this);
        }

        private void discard() {
            synchronized (this) {
                this.ended = true;
                this.place.end();
            }
            this.recorder.forget(this);
        }

        void abandon() {
            synchronized (this) {
                if (this.ended) {
                    return;
                }
                this.status = Status.CANCELLED;
                attribute(GenAi.ERROR_TYPE, GenAi.ABANDONED);
            }
            end();
        }

        /** Returns what cannot be known of the call's tokens and cost, as one text; null when all is known. */
        static @Nullable String join(TreeSet<String> unavailable) {
            return unavailable.isEmpty() ? null : String.join(",", unavailable);
        }
    }
}
