package org.cloudmesh.ai.telemetry.store;

import org.cloudmesh.ai.telemetry.Internal;
import org.cloudmesh.ai.telemetry.TelemetryRecord;

/**
 * How long the work behind a record took: the metric {@code duration_sec} of tracked work, or one whose name ends in
 * {@code .duration}, both in seconds. Records are written when their work ends, so it began at the record's time less
 * the duration.
 */
@Internal
public final class RecordDuration {

    private static final String TRACKED = "duration_sec";

    private static final String SUFFIX = ".duration";

    // Ten thousand years: more than the time of any record.
    private static final double LONGEST = 3.2e17;

    private RecordDuration() {}

    /** Returns the duration in microseconds, at least 0; -1 when the record has none. */
    public static long micros(TelemetryRecord record) {
        double seconds = seconds(record);
        // Who ends before it begins takes no time.
        return Double.isNaN(seconds) ? -1 : Math.round(Math.max(0, Math.min(LONGEST, seconds * 1e6)));
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
}
