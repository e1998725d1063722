package org.cloudmesh.ai.telemetry.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the machine did over a range, out of its readings: the fields of a record's {@code during} object.
 *
 * <p>Averages are weighted by time, as older readings are further apart: each reading stands for the time since the one
 * before, the first for as much as the second. Energy is power integrated over time by the trapezoidal rule. The first
 * and the last reading also stand for the time between them and the edges of the range, when that is at most two mean
 * distances between readings: otherwise a job of three seconds would lose one of them. Longer gaps are not bridged: the
 * machine slept, or nothing was kept. {@code seconds} leaves them out, and energy is unknown then. Not thread-safe.
 */
final class ReadingTotals {

    private final long from;

    private final long to;

    private final long longestGap;

    private final Figure cpuPercent = new Figure();

    private final Figure memoryUsed = new Figure();

    private final Figure gpuPercent = new Figure();

    private final Figure gpuMemoryUsed = new Figure();

    private int readings;

    private ReadingFigures first = ReadingFigures.NONE;

    private long weight = 1_000_000;

    private long firstAt;

    private long lastAt;

    private long covered;

    private boolean powerIsWhole = true;

    private double joules;

    private long firstPowerAt = Long.MAX_VALUE;

    private double firstWatts = Double.NaN;

    private long lastPowerAt;

    private double lastWatts;

    /**
     * Creates totals without readings.
     *
     * @param from where the range begins, in microseconds since 1970
     * @param to where it ends
     * @param longestGap how many microseconds may pass between two readings that stand for the time between them
     */
    ReadingTotals(long from, long to, long longestGap) {
        this.from = from;
        this.to = to;
        this.longestGap = longestGap;
    }

    /** Adds a reading, which is within the range and no older than those before. */
    void add(long at, ReadingFigures figures) {
        if (this.readings++ == 0) {
            this.firstAt = at;
            this.first = figures;
        } else {
            long gap = at - this.lastAt;
            if (gap <= this.longestGap) {
                this.covered += gap;
                // A clock that stands still is no reason to leave a reading out.
                this.weight = Math.max(1, gap);
            }
            if (this.readings == 2) {
                addFigures(this.first);
            }
            addFigures(figures);
        }
        this.lastAt = at;
        if (!Double.isNaN(figures.gpuWatts())) {
            addPower(at, figures.gpuWatts());
        }
    }

    private void addFigures(ReadingFigures figures) {
        this.cpuPercent.add(figures.cpuPercent(), this.weight);
        this.memoryUsed.add(figures.memoryUsed(), this.weight);
        this.gpuPercent.add(figures.gpuPercent(), this.weight);
        this.gpuMemoryUsed.add(figures.gpuMemoryUsed(), this.weight);
    }

    private void addPower(long at, double watts) {
        if (Double.isNaN(this.firstWatts)) {
            this.firstPowerAt = at;
            this.firstWatts = watts;
        } else if (at - this.lastPowerAt <= this.longestGap) {
            this.joules += joules((watts + this.lastWatts) / 2, at - this.lastPowerAt);
        } else {
            this.powerIsWhole = false;
        }
        this.lastPowerAt = at;
        this.lastWatts = watts;
    }

    /** Returns the fields, unknown ones as null; null when there were fewer than two readings. */
    @Nullable
    Map<String, @Nullable Object> toMap() {
        if (this.readings < 2) {
            return null;
        }
        long edge = Math.min(this.longestGap, 2 * (this.lastAt - this.firstAt) / (this.readings - 1));
        long seconds = this.covered + within(edge, this.firstAt - this.from) + within(edge, this.to - this.lastAt);
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("seconds", rounded(seconds / 1e6, 1e3));
        map.put("readings", this.readings);
        map.put("cpu_percent_avg", rounded(this.cpuPercent.average(), 1e2));
        map.put("cpu_percent_max", rounded(this.cpuPercent.max, 1e2));
        map.put("memory_used_max", whole(this.memoryUsed.max));
        map.put("gpu_percent_avg", rounded(this.gpuPercent.average(), 1e2));
        map.put("gpu_percent_max", rounded(this.gpuPercent.max, 1e2));
        map.put("gpu_memory_used_max", whole(this.gpuMemoryUsed.max));
        map.put("gpu_energy", rounded(energy(edge), 1e3));
        return Collections.unmodifiableMap(map);
    }

    private double energy(long edge) {
        if (Double.isNaN(this.firstWatts)
                || !this.powerIsWhole
                || this.firstPowerAt - this.firstAt > this.longestGap
                || this.lastAt - this.lastPowerAt > this.longestGap) {
            return Double.NaN;
        }
        return this.joules
                + joules(this.firstWatts, this.firstPowerAt - this.firstAt + within(edge, this.firstAt - this.from))
                + joules(this.lastWatts, this.lastAt - this.lastPowerAt + within(edge, this.to - this.lastAt));
    }

    private static long within(long most, long micros) {
        return micros <= most ? micros : 0;
    }

    private static double joules(double watts, long micros) {
        return watts * micros / 1e6;
    }

    private static @Nullable Double rounded(double value, double parts) {
        return Double.isNaN(value) ? null : (Double) (Math.rint(value * parts) / parts);
    }

    private static @Nullable Long whole(double value) {
        return Double.isNaN(value) ? null : (Long) (long) value;
    }

    /** Average and maximum of what was known of one figure. */
    private static final class Figure {

        private double sum;

        private long weights;

        private double max = Double.NaN;

        void add(double value, long weight) {
            if (!Double.isNaN(value)) {
                this.max = this.weights == 0 ? value : Math.max(this.max, value);
                this.sum += value * weight;
                this.weights += weight;
            }
        }

        double average() {
            return this.weights == 0 ? Double.NaN : this.sum / this.weights;
        }
    }
}
