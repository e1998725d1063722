package org.cloudmesh.ai.telemetry.context;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.CentralProcessor.LogicalProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.Sensors;
import oshi.hardware.VirtualMemory;
import oshi.software.os.OSProcess;

/**
 * Reads CPU and memory of a host that is not Linux through OSHI, whose classes are loaded by the first reading: that
 * takes most of a second.
 */
final class OshiMachineProbe implements Probe {

    private @Nullable Machine machine;

    private volatile boolean ready;

    /** Returns whether the readings now hold all that the JDK would give. */
    boolean ready() {
        return this.ready;
    }

    @Override
    public String name() {
        return "CPU and memory (OSHI)";
    }

    @Override
    public boolean slowStart() {
        return true;
    }

    @Override
    public void read(Reading reading) {
        this.ready = false;
        Machine machine = this.machine;
        boolean first = machine == null;
        if (machine == null) {
            machine = new Machine();
            this.machine = machine;
        }
        machine.read(reading, first);
        this.ready = !first;
    }

    /** Returns the CPU's name; null when it has none. */
    static @Nullable String cpuModel() {
        String name = new SystemInfo()
                .getHardware()
                .getProcessor()
                .getProcessorIdentifier()
                .getName()
                .strip();
        return name.isEmpty() ? null : name;
    }

    /** Holds OSHI's objects, so that the probe can be made where OSHI is not there or not loaded yet. */
    private static final class Machine {

        private final CentralProcessor processor;

        private final GlobalMemory memory;

        private final String model;

        private final int physicalCount;

        private final long numaNodes;

        private final OSProcess process;

        private final Sensors sensors;

        private long[] ticks;

        private @Nullable Double temperature;

        private OptionalDouble frequency = OptionalDouble.empty();

        private int readings;

        Machine() {
            SystemInfo info = new SystemInfo();
            HardwareAbstractionLayer hardware = info.getHardware();
            this.processor = hardware.getProcessor();
            this.memory = hardware.getMemory();
            this.model = this.processor.getProcessorIdentifier().getName().strip();
            this.physicalCount = this.processor.getPhysicalProcessorCount();
            this.numaNodes = this.processor.getLogicalProcessors().stream()
                    .mapToInt(LogicalProcessor::getNumaNode)
                    .distinct()
                    .count();
            this.process = info.getOperatingSystem().getCurrentProcess();
            this.sensors = hardware.getSensors();
            this.ticks = this.processor.getSystemCpuLoadTicks();
        }

        void read(Reading reading, boolean first) {
            int count = this.processor.getLogicalProcessorCount();
            reading.put(SystemField.CPU, this.model.isEmpty() ? null : this.model);
            reading.put(SystemField.CPU_COUNT, count);
            reading.put(SystemField.HOST_CPU_COUNT, count);
            reading.put(SystemField.CPU_PHYSICAL_COUNT, this.physicalCount > 0 ? this.physicalCount : null);
            reading.put(SystemField.NUMA_NODES, this.numaNodes > 0 ? this.numaNodes : null);
            if (!first) {
                long[] now = this.processor.getSystemCpuLoadTicks();
                double percent = 100 * this.processor.getSystemCpuLoadBetweenTicks(this.ticks, now);
                this.ticks = now;
                reading.put(SystemField.CPU_PERCENT, percent);
                reading.put(SystemField.HOST_CPU_PERCENT, percent);
            }
            readMemory(reading);
            if (this.readings++ % RARELY == 0) {
                double celsius = this.sensors.getCpuTemperature();
                this.temperature = celsius > 0 ? celsius : null;
                this.frequency = Arrays.stream(this.processor.getCurrentFreq())
                        .filter(hertz -> hertz > 0)
                        .average();
            }
            reading.put(SystemField.TEMPERATURE, this.temperature);
            if (this.frequency.isPresent()) {
                reading.put(SystemField.CPU_FREQUENCY, this.frequency.getAsDouble());
            }
            if (this.process.updateAttributes()) {
                reading.put(SystemField.PROCESS_MEMORY, this.process.getResidentMemory());
            }
        }

        private void readMemory(Reading reading) {
            long total = this.memory.getTotal();
            if (total > 0) {
                long used = total - this.memory.getAvailable();
                reading.put(SystemField.MEMORY_TOTAL, total);
                reading.put(SystemField.MEMORY_USED, used);
                reading.put(SystemField.HOST_MEMORY_TOTAL, total);
                reading.put(SystemField.HOST_MEMORY_USED, used);
            }
            VirtualMemory virtual = this.memory.getVirtualMemory();
            reading.put(SystemField.SWAP_TOTAL, virtual.getSwapTotal());
            reading.put(SystemField.SWAP_USED, virtual.getSwapUsed());
        }
    }
}
