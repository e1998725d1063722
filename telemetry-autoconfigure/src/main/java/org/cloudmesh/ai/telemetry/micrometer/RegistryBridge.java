package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * The bridge to one registry. Remembers its meters, so that a known one costs a look-up; what can be no meter is
 * counted. Used by one thread.
 */
final class RegistryBridge {

    private static final String PREFIX = "telemetry.";

    private static final String NONE = "none";

    private final MeterRegistry registry;

    private final int maxMeters;

    private final Map<Key, DistributionSummary> meters = new HashMap<>();

    // Registries convert names, most of them to letters, digits and underscores: two that meet there are one meter.
    private final Map<String, String> names = new HashMap<>();

    private final Counter negative;

    private final Counter collision;

    private final Counter limit;

    RegistryBridge(MeterRegistry registry, int maxMeters) {
        this.registry = registry;
        this.maxMeters = maxMeters;
        this.negative = skipped("negative");
        this.collision = skipped("collision");
        this.limit = skipped("limit");
    }

    void feed(TelemetryRecord record) {
        for (int i = 0; i < record.metricCount(); i++) {
            double value = record.metricValue(i);
            if (value < 0) {
                this.negative.increment();
                continue;
            }
            Key key = new Key(
                    record.metricName(i),
                    record.origin().command(),
                    record.status().value(),
                    record.event() == null ? NONE : record.event());
            DistributionSummary meter = this.meters.get(key);
            if (meter == null) {
                meter = register(key);
            }
            if (meter != null) {
                meter.record(value);
            }
        }
    }

    private @Nullable DistributionSummary register(Key key) {
        if (this.meters.size() >= this.maxMeters) {
            this.limit.increment();
            return null;
        }
        String converted = Names.common(key.metric());
        if (!key.metric().equals(this.names.computeIfAbsent(converted, (name) -> key.metric()))
                || converted.startsWith("pipeline_")) {
            this.collision.increment();
            return null;
        }
        try {
            DistributionSummary meter = DistributionSummary.builder(PREFIX + Names.legal(key.metric()))
                    .tags(Tags.of("command", key.command(), "status", key.status(), "event", key.event()))
                    .register(this.registry);
            this.meters.put(key, meter);
            return meter;
        } catch (IllegalArgumentException ex) {
            // The application has a meter of another type, or with other tags, under this name.
            this.collision.increment();
            return null;
        }
    }

    private Counter skipped(String reason) {
        return Counter.builder(PipelineMeter.METERS_SKIPPED.meterName())
                .tag("reason", reason)
                .register(this.registry);
    }

    /**
     * Converts the names of metrics. Apart, so that the first name has its expressions compiled, not the application's
     * start.
     */
    private static final class Names {

        private static final Pattern ILLEGAL = Pattern.compile("[^\\p{Alnum}._/-]");

        private static final Pattern SEPARATOR = Pattern.compile("[^\\p{Alnum}]");

        static String legal(String metric) {
            return ILLEGAL.matcher(metric).replaceAll("_");
        }

        /** Returns what any registry might make of the name. */
        static String common(String metric) {
            return SEPARATOR.matcher(metric).replaceAll("_").toLowerCase(Locale.ROOT);
        }
    }

    private record Key(String metric, String command, String status, String event) {}
}
