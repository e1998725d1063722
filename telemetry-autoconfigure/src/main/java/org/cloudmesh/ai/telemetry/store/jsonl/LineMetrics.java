package org.cloudmesh.ai.telemetry.store.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cloudmesh.ai.telemetry.store.query.RecordView;

/** The metrics of a line: names, and where the values are. */
final class LineMetrics {

    private static final byte[] METRICS = ",\"metrics\":{".getBytes(StandardCharsets.US_ASCII);

    private final TokenCache<String> names = new TokenCache<>();

    private byte[] json = {};

    private int count;

    private String[] found = new String[16];

    private int[] valueFrom = new int[16];

    private int[] valueTo = new int[16];

    /** Takes the metrics that begin there; returns the place after them, -1 when they are none. */
    int read(byte[] json, int from, int limit) {
        this.json = json;
        this.count = 0;
        if (!JsonScanner.is(METRICS, json, from, limit)) {
            return -1;
        }
        int at = from + METRICS.length;
        if (at < limit && json[at] == '}') {
            return at + 1;
        }
        while (true) {
            int length = this.names.match(json, at, limit);
            at = length >= 0 ? at + length : TokenCache.learn(this.names, json, at, limit);
            if (at < 0 || at >= limit || json[at] != ':') {
                return -1;
            }
            int end = JsonScanner.number(json, at + 1, limit);
            if (end < 0 || end >= limit) {
                return -1;
            }
            add(this.names.meaning(), at + 1, end);
            if (json[end] == '}') {
                return end + 1;
            }
            if (json[end] != ',') {
                return -1;
            }
            at = end + 1;
        }
    }

    private void add(String name, int from, int to) {
        int index = this.count++;
        if (index == this.found.length) {
            this.found = Arrays.copyOf(this.found, 2 * index);
            this.valueFrom = Arrays.copyOf(this.valueFrom, 2 * index);
            this.valueTo = Arrays.copyOf(this.valueTo, 2 * index);
        }
        this.found[index] = name;
        this.valueFrom[index] = from;
        this.valueTo[index] = to;
    }

    /** Returns the value of a metric; NaN when it is not there. */
    double value(String name) {
        for (int i = 0; i < this.count; i++) {
            if (this.found[i].equals(name)) {
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
            visitor.visit(this.found[i], value(i));
        }
    }

    String[] names() {
        return Arrays.copyOf(this.found, this.count);
    }

    double[] values() {
        double[] values = new double[this.count];
        for (int i = 0; i < this.count; i++) {
            values[i] = value(i);
        }
        return values;
    }
}
