package org.cloudmesh.ai.telemetry.store;

import java.util.Comparator;
import org.cloudmesh.ai.telemetry.TelemetryRecord;

/** The order of records by one metric that all of them have: the largest first, among equals the latest. */
public record LargestFirst(String metric) implements Comparator<TelemetryRecord> {

    /** Returns the order by a metric. */
    public static LargestFirst of(String metric) {
        return new LargestFirst(metric);
    }

    @Override
    public int compare(TelemetryRecord left, TelemetryRecord right) {
        int byValue = Double.compare(value(right), value(left));
        if (byValue != 0) {
            return byValue;
        }
        int byTime = Long.compare(right.timestampMicros(), left.timestampMicros());
        return byTime == 0 ? right.id().compareTo(left.id()) : byTime;
    }

    /** Returns the value by which a record is ordered; the least there is when it has none. */
    public double value(TelemetryRecord record) {
        for (int i = 0; i < record.metricCount(); i++) {
            if (record.metricName(i).equals(this.metric)) {
                // Zeros are equal, whatever their sign.
                return record.metricValue(i) + 0.0;
            }
        }
        return Double.NEGATIVE_INFINITY;
    }
}
