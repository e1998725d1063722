package org.cloudmesh.ai.telemetry.store;

import java.util.Comparator;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record with its place in a trace. Records are written when their work ends, so its start is the record's time less
 * its duration.
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

    private static final String TRACKED = "duration_sec";

    private static final String SUFFIX = ".duration";

    // Ten thousand years: more than the time of any record.
    private static final double LONGEST = 3.2e17;

    static TracedRecord of(TelemetryRecord record) {
        double seconds = seconds(record);
        // Who ends before it begins takes no time.
        long duration = Double.isNaN(seconds) ? -1 : Math.round(Math.max(0, Math.min(LONGEST, seconds * 1e6)));
        return new TracedRecord(record, record.timestampMicros() - Math.max(0, duration), duration);
    }

    /** The duration of tracked work, else that of the record's event, else the first of whatever name. */
    private static double seconds(TelemetryRecord record) {
        double seconds = Double.NaN;
        for (int i = 0; i < record.metricCount(); i++) {
            String name = record.metricName(i);
            if (name.equals(TRACKED)) {
                return record.metricValue(i);
            }
            if (name.endsWith(SUFFIX) && (Double.isNaN(seconds) || name.equals(record.event() + SUFFIX))) {
                seconds = record.metricValue(i);
            }
        }
        return seconds;
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
