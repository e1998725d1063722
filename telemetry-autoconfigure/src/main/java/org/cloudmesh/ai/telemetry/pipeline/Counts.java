package org.cloudmesh.ai.telemetry.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts by reason. Thread-safe. */
final class Counts {

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String reason, long count) {
        if (count > 0) {
            this.counts.computeIfAbsent(reason, (key) -> new LongAdder()).add(count);
        }
    }

    void copyTo(Map<String, Long> target) {
        this.counts.forEach((reason, count) -> target.merge(reason, count.sum(), Long::sum));
    }

    Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new HashMap<>();
        copyTo(snapshot);
        return snapshot;
    }

    static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
