package org.cloudmesh.ai.telemetry.store;

import java.util.Comparator;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record with its place in a trace, from its start ({@link RecordDuration}) to its time.
 *
 * @param record the record
 * @param start microseconds since 1970
 * @param duration microseconds; -1 when there is none
 */
record TracedRecord(TelemetryRecord record, long start, long duration) {

    static final String TRACE = "trace_id";

    static final String SPAN = "span_id";

    static final String PARENT = "parent_span_id";

    static final Comparator<TracedRecord> ORDER = Comparator.comparingLong(TracedRecord::start)
            .thenComparingLong((traced) -> traced.record.timestampMicros())
            .thenComparing((traced) -> traced.record.id());

    static TracedRecord of(TelemetryRecord record) {
        long duration = RecordDuration.micros(record);
        return new TracedRecord(record, record.timestampMicros() - Math.max(0, duration), duration);
    }

    /** Returns this record with the time at which its work was recorded to begin. */
    TracedRecord startedBy(TracedRecord began) {
        if (this.duration >= 0) {
            return this;
        }
        long start = Math.min(began.start, end());
        return new TracedRecord(this.record, start, end() - start);
    }

    long end() {
        return this.record.timestampMicros();
    }

    boolean isStart() {
        return this.record.status().equals(Status.STARTED);
    }

    @Nullable
    String span() {
        return this.record.attributes().get(SPAN);
    }

    @Nullable
    String parent() {
        return this.record.attributes().get(PARENT);
    }
}
