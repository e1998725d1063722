package org.cloudmesh.ai.telemetry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks several contributors and never throws. Thread-safe. */
public final class TelemetryContextContributors {

    private static final Logger LOG = LoggerFactory.getLogger(TelemetryContextContributors.class);

    private final List<TelemetryContextContributor> contributors;

    private final Runnable failureListener;

    private final AtomicLong failures = new AtomicLong();

    /**
     * Creates a group.
     *
     * @param contributors asked in this order; the last value of a key wins
     */
    public TelemetryContextContributors(List<TelemetryContextContributor> contributors) {
        this(contributors, () -> {});
    }

    /**
     * Creates a group.
     *
     * @param contributors asked in this order; the last value of a key wins
     * @param failureListener called when a contributor failed; must not throw
     */
    public TelemetryContextContributors(List<TelemetryContextContributor> contributors, Runnable failureListener) {
        this.contributors = List.copyOf(contributors);
        this.failureListener = failureListener;
    }

    /** Returns what all contributors say of the current thread; empty when there are none. */
    public Map<String, Object> collect() {
        if (this.contributors.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (TelemetryContextContributor contributor : this.contributors) {
            try {
                contributor.contribute((key, value) -> put(attributes, key, value));
            } catch (Exception | LinkageError ex) {
                this.failureListener.run();
                long count = this.failures.incrementAndGet();
                // One line for 1, 2, 4, 8, ... failures: a broken contributor fails on each record.
                if (Long.bitCount(count) == 1) {
                    LOG.warn("{} failed, {} failures of contributors so far", contributor, count, ex);
                }
            }
        }
        return attributes;
    }

    private static void put(Map<String, Object> attributes, @Nullable String key, @Nullable Object value) {
        if (key != null && value != null) {
            attributes.put(key, value);
        }
    }
}
