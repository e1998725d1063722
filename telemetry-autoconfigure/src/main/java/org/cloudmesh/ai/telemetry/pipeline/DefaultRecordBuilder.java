package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.cloudmesh.ai.telemetry.Numbers;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.jspecify.annotations.Nullable;

/** Collects the parts of one record in arrays and hands them over. */
final class DefaultRecordBuilder implements RecordBuilder {

    static final @Nullable String[] NO_TEXTS = {};

    private static final double[] NO_VALUES = {};

    private static final String TRACE_ID = "trace_id";

    private static final String SPAN_ID = "span_id";

    private static final String PARENT_SPAN_ID = "parent_span_id";

    private static final Set<String> PLACE = Set.of(TRACE_ID, SPAN_ID, PARENT_SPAN_ID);

    // Seconds since 1970: the years that a record can be of.
    private static final long YEAR_2100 = 4_102_444_800L;

    private final RecordingTelemetry telemetry;

    private @Nullable String event;

    private @Nullable String[] names = NO_TEXTS;

    private double[] values = NO_VALUES;

    private int metrics;

    private @Nullable String[] attributes = NO_TEXTS;

    private int texts;

    private @Nullable String[] textFields = NO_TEXTS;

    private @Nullable Status status;

    private @Nullable Instant timestamp;

    private boolean metered = true;

    private boolean attributed;

    private Set<String> mended = Set.of();

    DefaultRecordBuilder(RecordingTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    @Override
    public RecordBuilder event(@Nullable String event) {
        this.event = cut(event, Limits.NAME);
        return this;
    }

    @Override
    public RecordBuilder metric(@Nullable String name, double value) {
        String key = cut(name, Limits.NAME);
        for (int i = 0; i < this.metrics; i++) {
            if (key != null && key.equals(this.names[i])) {
                this.values[i] = value;
                return this;
            }
        }
        append(key, value);
        return this;
    }

    @Override
    public RecordBuilder metric(@Nullable String name, @Nullable Number value) {
        return metric(name, Numbers.value(value));
    }

    @Override
    public RecordBuilder metrics(@Nullable Map<String, ? extends @Nullable Number> metrics) {
        if (metrics == null) {
            return this;
        }
        try {
            for (Map.Entry<String, ? extends @Nullable Number> metric : metrics.entrySet()) {
                metric(metric.getKey(), Numbers.value(metric.getValue()));
            }
        } catch (RuntimeException ex) {
            // A map that changes while it is read: what was read so far stays.
            mended(Reasons.INVALID_VALUE);
        }
        return this;
    }

    @Override
    public RecordBuilder attribute(@Nullable String key, @Nullable Object value) {
        String text = value == null ? null : cut(text(value), Limits.ATTRIBUTE);
        if (text == null) {
            return this;
        }
        String name = cut(key, Limits.NAME);
        for (int i = 0; i < this.texts; i += 2) {
            if (name != null && name.equals(this.attributes[i])) {
                this.attributes[i + 1] = text;
                return this;
            }
        }
        if (this.texts == 2 * Limits.ATTRIBUTES) {
            mended(Reasons.OVERSIZE);
            return this;
        }
        if (this.texts == this.attributes.length) {
            this.attributes = Arrays.copyOf(this.attributes, Math.max(4, 2 * this.texts));
        }
        this.attributes[this.texts++] = name;
        this.attributes[this.texts++] = text;
        return this;
    }

    @Override
    public RecordBuilder message(@Nullable String message) {
        return textField(TextField.MESSAGE, message);
    }

    private RecordBuilder textField(TextField field, @Nullable String text) {
        // A copy each time, because an entry that was emitted keeps the array.
        @Nullable String[] texts = Arrays.copyOf(this.textFields, TextField.ALL.size());
        texts[field.ordinal()] = cut(text, field.maxLength());
        this.textFields = texts;
        return this;
    }

    @Override
    public RecordBuilder status(@Nullable Status status) {
        // Cut by itself, for its words are in lower case and without blanks at their ends already.
        this.status = status != null && Limits.exceeds(status.value(), Limits.NAME)
                ? Status.of(cut(status.value(), Limits.NAME))
                : status;
        return this;
    }

    @Override
    public RecordBuilder timestamp(@Nullable Instant timestamp) {
        this.timestamp = timestamp;
        return this;
    }

    @Override
    public RecordBuilder unmetered() {
        this.metered = false;
        return this;
    }

    @Override
    public void emit() {
        this.telemetry.accept(entry(null));
    }

    @Override
    public CompletableFuture<@Nullable Void> emitDurably() {
        if (this.telemetry.keepsNothing()) {
            emit();
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<@Nullable Void> acknowledgement = new CompletableFuture<>();
        this.telemetry.accept(entry(acknowledgement));
        return acknowledgement;
    }

    private Entry entry(@Nullable CompletableFuture<@Nullable Void> acknowledgement) {
        if (!this.attributed) {
            attributeCaller();
        }
        Instant at = this.timestamp;
        if (at != null && (at.getEpochSecond() < 0 || at.getEpochSecond() >= YEAR_2100)) {
            mended(Reasons.INVALID_TIME);
            at = null;
        }
        long now = this.telemetry.now();
        // The latest reading says nothing about an earlier moment; a margin forgives the time between measuring and
        // emit.
        boolean present = at == null || Math.abs(RecordingTelemetry.micros(at) - now) < 2_000_000;
        return new Entry.Rich(
                at == null ? now : RecordingTelemetry.micros(at),
                this.status,
                present
                        ? this.telemetry.context().system()
                        : this.telemetry.context().constants(),
                this.event,
                Arrays.copyOf(this.names, this.metrics),
                Arrays.copyOf(this.values, this.metrics),
                Arrays.copyOf(this.attributes, this.texts),
                this.textFields,
                this.mended,
                this.metered,
                acknowledgement);
    }

    /**
     * Asks on whose behalf the calling thread works, and where it stands. What the record says of its place itself is
     * all of it.
     */
    private void attributeCaller() {
        boolean placed = attribute(TRACE_ID) != null || attribute(SPAN_ID) != null;
        contribute(placed ? PLACE : Set.of());
        if (!placed) {
            placeWithinCaller();
        }
    }

    /**
     * Begins a span of the record's own, within what encloses the calling thread and the tracer's span, if that is
     * told. The caller is asked for now and not again at the emit, which may be on another thread.
     */
    TraceContext begin() {
        contribute(Set.of());
        TraceContext place = TraceContext.begin(TraceContext.current(), attribute(TRACE_ID), attribute(SPAN_ID));
        place(place);
        return place;
    }

    /** Tells the end of a span that began with another record, on behalf of the same caller. */
    DefaultRecordBuilder resume(TraceContext place) {
        contribute(PLACE);
        return place(place);
    }

    private void contribute(Set<String> except) {
        this.attributed = true;
        TelemetryContextContributors contributors = this.telemetry.contributors();
        if (contributors != null) {
            contributors.collect().forEach((key, value) -> {
                if (!except.contains(key)) {
                    attributeIfAbsent(key, value);
                }
            });
        }
    }

    /** Tells the record's place: it is that of a span of its own. */
    DefaultRecordBuilder place(TraceContext place) {
        attribute(TRACE_ID, place.traceId());
        attribute(SPAN_ID, place.spanId());
        attribute(PARENT_SPAN_ID, place.parentSpanId());
        return this;
    }

    /** Tells in which span the record was made: the tracer's, or what encloses the thread when that is nearer. */
    private void placeWithinCaller() {
        TraceContext enclosing = TraceContext.current();
        if (enclosing == null) {
            return;
        }
        String traced = attribute(TRACE_ID);
        if (traced != null && !enclosing.contains(traced)) {
            return;
        }
        String span = attribute(SPAN_ID);
        attribute(TRACE_ID, enclosing.traceId());
        if (span == null || enclosing.isInnermost(span)) {
            attribute(SPAN_ID, enclosing.spanId());
        } else if (enclosing.isRecorded()) {
            attribute(PARENT_SPAN_ID, enclosing.spanId());
        }
    }

    private @Nullable String attribute(String key) {
        for (int i = 0; i < this.texts; i += 2) {
            if (key.equals(this.attributes[i])) {
                return this.attributes[i + 1];
            }
        }
        return null;
    }

    private void attributeIfAbsent(String key, Object value) {
        if (attribute(key) == null) {
            attribute(key, value);
        }
    }

    private void append(@Nullable String name, double value) {
        if (this.metrics == Limits.METRICS) {
            mended(Reasons.OVERSIZE);
            return;
        }
        if (this.metrics == this.names.length) {
            int length = Math.max(4, 2 * this.metrics);
            this.names = Arrays.copyOf(this.names, length);
            this.values = Arrays.copyOf(this.values, length);
        }
        this.names[this.metrics] = name;
        this.values[this.metrics++] = value;
    }

    private @Nullable String cut(@Nullable String text, int limit) {
        if (Limits.exceeds(text, limit)) {
            mended(Reasons.OVERSIZE);
        }
        return Limits.cut(text, limit);
    }

    private void mended(String reason) {
        if (this.mended.isEmpty()) {
            this.mended = new LinkedHashSet<>();
        }
        this.mended.add(reason);
    }

    private static @Nullable String text(Object value) {
        try {
            return value.toString();
        } catch (RuntimeException | StackOverflowError ex) {
            // A list that contains itself, for example.
            return value.getClass().getName();
        }
    }
}
