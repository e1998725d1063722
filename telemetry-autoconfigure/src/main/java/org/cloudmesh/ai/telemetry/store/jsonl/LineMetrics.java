package org.cloudmesh.ai.telemetry.store.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cloudmesh.ai.telemetry.store.query.RecordView;

/** The metrics of a line: names, and where the values are. */
final class LineMetrics extends LineMembers {

    private static final byte[] METRICS = ",\"metrics\":{".getBytes(StandardCharsets.US_ASCII);

    private final TokenCache<String> known = new TokenCache<>();

    /** Takes the metrics that begin there; returns the place after them, -1 when they are none. */
    int read(byte[] json, int from, int limit) {
        begin(json);
        if (!JsonScanner.is(METRICS, json, from, limit)) {
            return -1;
        }
        int at = from + METRICS.length;
        if (at < limit && json[at] == '}') {
            return at + 1;
        }
        while (true) {
            int length = this.known.match(json, at, limit);
            at = length >= 0 ? at + length : TokenCache.learn(this.known, json, at, limit);
            if (at < 0 || at >= limit || json[at] != ':') {
                return -1;
            }
            int end = JsonScanner.number(json, at + 1, limit);
            if (end < 0 || end >= limit) {
                return -1;
            }
            add(this.known.meaning(), at + 1, end);
            if (json[end] == '}') {
                return end + 1;
            }
            if (json[end] != ',') {
                return -1;
            }
            at = end + 1;
        }
    }

    /** Returns the value of a metric; NaN when it is not there. */
    double value(String name) {
        for (int i = 0; i < this.count; i++) {
            if (this.names[i].equals(name)) {
                return value(i);
            }
        }
        return Double.NaN;
    }

    private double value(int index) {
        return JsonScanner.toDouble(this.json, this.valueFrom[index], this.valueTo[index]);
    }

    void forEach(RecordView.MetricVisitor visitor) {
        for (int i = 0; i < this.count; i++) {
            visitor.visit(this.names[i], value(i));
        }
    }

    String[] names() {
        return Arrays.copyOf(this.names, this.count);
    }

    double[] values() {
        double[] values = new double[this.count];
        for (int i = 0; i < this.count; i++) {
            values[i] = value(i);
        }
        return values;
    }
}
