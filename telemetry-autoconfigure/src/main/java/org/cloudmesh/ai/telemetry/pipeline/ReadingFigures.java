package org.cloudmesh.ai.telemetry.pipeline;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The few figures of a reading that are summed up over a record's duration; one that is unknown is NaN. */
record ReadingFigures(double cpuPercent, double memoryUsed, double gpuPercent, double gpuMemoryUsed, double gpuWatts) {

    /** Knows nothing. */
    static final ReadingFigures NONE = new ReadingFigures(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /** Takes them out of the fields of a record's {@code system} object. */
    static ReadingFigures of(Map<String, ? extends @Nullable Object> system) {
        return new ReadingFigures(
                number(system.get("cpu_percent")),
                number(system.get("memory_used")),
                number(system.get("gpu_percent")),
                number(system.get("gpu_memory_used")),
                watts(system.get("gpus")));
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** Returns the power of the cards that tell theirs. */
    private static double watts(@Nullable Object cards) {
        double watts = Double.NaN;
        if (cards instanceof List<?> list) {
            for (Object card : list) {
                double power = card instanceof Map<?, ?> fields ? number(fields.get("power")) : Double.NaN;
                if (!Double.isNaN(power)) {
                    watts = Double.isNaN(watts) ? power : watts + power;
                }
            }
        }
        return watts;
    }
}
