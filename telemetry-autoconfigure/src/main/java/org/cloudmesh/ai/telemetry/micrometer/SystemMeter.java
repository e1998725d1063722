package org.cloudmesh.ai.telemetry.micrometer;

import org.jspecify.annotations.Nullable;

/**
 * Meters of the machine, in OpenTelemetry's names. They leave out what Boot's own binders give: {@code system.cpu.*},
 * {@code system.load.average.1m}, {@code process.cpu.*}, {@code disk.*} and {@code jvm.*}.
 *
 * <p>Those that begin with {@code hw.} carry the tags {@code hw.id}, {@code hw.type} ({@code gpu} or {@code cpu}),
 * {@code hw.model} and {@code hw.vendor}; an unknown one is {@code none}.
 */
public enum SystemMeter {

    /** Memory in use; of the container where that has a limit. */
    MEMORY_USAGE("system.memory.usage", "memory_used", "bytes", 1),

    /** Memory there is; of the container where that has a limit. */
    MEMORY_LIMIT("system.memory.limit", "memory_total", "bytes", 1),

    /** Swap in use. */
    PAGING_USAGE("system.paging.usage", "swap_used", "bytes", 1),

    /** Mean frequency of the CPUs. */
    CPU_FREQUENCY("system.cpu.frequency", "cpu_frequency", "hertz", 1),

    /** Cores without hyper-threads. */
    CPU_PHYSICAL_COUNT("system.cpu.physical.count", "cpu_physical_count", null, 1),

    /** Resident memory of this process. */
    PROCESS_MEMORY_USAGE("process.memory.usage", "process_memory", "bytes", 1),

    /** Temperature of the CPU and of each graphics card. */
    TEMPERATURE("hw.temperature", "temperature", "celsius", 1),

    /** Share of the time that a graphics card worked, 0 to 1. */
    GPU_UTILIZATION("hw.gpu.utilization", "percent", null, 0.01),

    /** Memory in use on a graphics card. */
    GPU_MEMORY_USAGE("hw.gpu.memory.usage", "memory_used", "bytes", 1),

    /** Memory of a graphics card. */
    GPU_MEMORY_LIMIT("hw.gpu.memory.limit", "memory_total", "bytes", 1),

    /** Power that a graphics card draws. */
    POWER("hw.power", "power", "watts", 1);

    private final String meterName;

    private final String field;

    private final @Nullable String unit;

    private final double factor;

    SystemMeter(String meterName, String field, @Nullable String unit, double factor) {
        this.meterName = meterName;
        this.field = field;
        this.unit = unit;
        this.factor = factor;
    }

    /** Returns the meter's name, for example {@code hw.gpu.utilization}. */
    public String meterName() {
        return this.meterName;
    }

    /** Returns the field of the reading, or of a card in it, that the meter shows. */
    String field() {
        return this.field;
    }

    @Nullable
    String unit() {
        return this.unit;
    }

    /** Returns what turns the field's unit into the meter's. */
    double factor() {
        return this.factor;
    }
}
