package org.cloudmesh.ai.telemetry.context;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Some consecutive readings in a few figures. Used by {@link ReadingWindow} under its lock. */
final class ReadingSpan {

    final long firstMicros;

    final long firstNanos;

    long lastMicros;

    long lastNanos;

    int readings = 1;

    private final @Nullable Double joulesBefore;

    private @Nullable Double joules = 0.0;

    private final Figure cpuPercent;

    private final Figure memoryUsed;

    private final Figure gpuPercent;

    private final Figure gpuMemoryUsed;

    /**
     * Makes a span of one reading.
     *
     * @param micros wall time, microseconds since 1970
     * @param nanos elapsed time
     * @param joulesBefore energy of all cards since the reading before; null when unknown
     * @param fields what was read
     */
    ReadingSpan(
            long micros,
            long nanos,
            @Nullable Double joulesBefore,
            Map<SystemField, ? extends @Nullable Object> fields) {
        this.firstMicros = micros;
        this.lastMicros = micros;
        this.firstNanos = nanos;
        this.lastNanos = nanos;
        this.joulesBefore = joulesBefore;
        this.cpuPercent = new Figure(fields.get(SystemField.CPU_PERCENT));
        this.memoryUsed = new Figure(fields.get(SystemField.MEMORY_USED));
        this.gpuPercent = new Figure(fields.get(SystemField.GPU_PERCENT));
        this.gpuMemoryUsed = new Figure(fields.get(SystemField.GPU_MEMORY_USED));
    }

    private ReadingSpan(ReadingSpan other) {
        this.firstMicros = other.firstMicros;
        this.lastMicros = other.lastMicros;
        this.firstNanos = other.firstNanos;
        this.lastNanos = other.lastNanos;
        this.readings = other.readings;
        this.joulesBefore = other.joulesBefore;
        this.joules = other.joules;
        this.cpuPercent = new Figure(other.cpuPercent);
        this.memoryUsed = new Figure(other.memoryUsed);
        this.gpuPercent = new Figure(other.gpuPercent);
        this.gpuMemoryUsed = new Figure(other.gpuMemoryUsed);
    }

    ReadingSpan copy() {
        return new ReadingSpan(this);
    }

    /** Adds the span that follows. */
    void add(ReadingSpan next) {
        this.lastMicros = next.lastMicros;
        this.lastNanos = next.lastNanos;
        this.readings += next.readings;
        Double joules = this.joules;
        Double between = next.joulesBefore;
        Double later = next.joules;
        this.joules = joules == null || between == null || later == null ? null : (Double) (joules + between + later);
        this.cpuPercent.add(next.cpuPercent);
        this.memoryUsed.add(next.memoryUsed);
        this.gpuPercent.add(next.gpuPercent);
        this.gpuMemoryUsed.add(next.gpuMemoryUsed);
    }

    /** Returns the fields of a record's {@code during} object. */
    Map<String, @Nullable Object> toMap(double seconds) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("seconds", seconds);
        map.put("readings", this.readings);
        map.put("cpu_percent_avg", this.cpuPercent.average());
        map.put("cpu_percent_max", this.cpuPercent.max());
        map.put("memory_used_max", bytes(this.memoryUsed));
        map.put("gpu_percent_avg", this.gpuPercent.average());
        map.put("gpu_percent_max", this.gpuPercent.max());
        map.put("gpu_memory_used_max", bytes(this.gpuMemoryUsed));
        map.put("gpu_energy", this.joules);
        return Collections.unmodifiableMap(map);
    }

    private static @Nullable Long bytes(Figure figure) {
        Double max = figure.max();
        return max == null ? null : (Long) max.longValue();
    }

    /** Sum, count and maximum of what was known of one field. */
    private static final class Figure {

        private double sum;

        private int count;

        private double max;

        Figure(@Nullable Object value) {
            if (value instanceof Number number) {
                this.sum = number.doubleValue();
                this.max = this.sum;
                this.count = 1;
            }
        }

        Figure(Figure other) {
            this.sum = other.sum;
            this.count = other.count;
            this.max = other.max;
        }

        void add(Figure other) {
            if (other.count > 0) {
                this.max = this.count == 0 ? other.max : Math.max(this.max, other.max);
                this.sum += other.sum;
                this.count += other.count;
            }
        }

        @Nullable
        Double average() {
            return this.count == 0 ? null : (Double) (this.sum / this.count);
        }

        @Nullable
        Double max() {
            return this.count == 0 ? null : (Double) this.max;
        }
    }
}
