package org.cloudmesh.ai.telemetry.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts by reason. Thread-safe. */
final class ReasonCounters {

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String reason, long count) {
        if (count > 0) {
            this.counts.computeIfAbsent(reason, (key) -> new LongAdder()).add(count);
        }
    }

    void copyTo(Map<String, Long> target) {
        add(snapshot(), target);
    }

    Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new HashMap<>();
        for (Map.Entry<String, LongAdder> count : this.counts.entrySet()) {
            snapshot.put(count.getKey(), count.getValue().sum());
        }
        return snapshot;
    }

    static void add(Map<String, Long> counts, Map<String, Long> target) {
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            target.put(count.getKey(), target.getOrDefault(count.getKey(), 0L) + count.getValue());
        }
    }

    static long sum(Map<String, Long> counts) {
        long sum = 0;
        for (long count : counts.values()) {
            sum += count;
        }
        return sum;
    }
}
