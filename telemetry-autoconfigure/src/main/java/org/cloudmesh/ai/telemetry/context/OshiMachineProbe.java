package org.cloudmesh.ai.telemetry.context;

import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.CentralProcessor.LogicalProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.VirtualMemory;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

/**
 * Reads CPU and memory of the host through OSHI, whose classes are loaded by the first reading: that takes most of a
 * second.
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

    /** Holds OSHI's objects, so that the probe can be made where OSHI is not there or not loaded yet. */
    private static final class Machine {

        private final OperatingSystem system;

        private final CentralProcessor processor;

        private final GlobalMemory memory;

        private final HardwareAbstractionLayer hardware;

        private final String model;

        private final int physicalCount;

        private final long numaNodes;

        private final @Nullable OSProcess process;

        private long[] ticks;

        private int readings;

        Machine() {
            SystemInfo info = new SystemInfo();
            this.system = info.getOperatingSystem();
            this.hardware = info.getHardware();
            this.processor = this.hardware.getProcessor();
            this.memory = this.hardware.getMemory();
            this.model = this.processor.getProcessorIdentifier().getName().strip();
            this.physicalCount = this.processor.getPhysicalProcessorCount();
            this.numaNodes = this.processor.getLogicalProcessors().stream()
                    .mapToInt(LogicalProcessor::getNumaNode)
                    .distinct()
                    .count();
            // Linux tells it in one file, which the process probe reads.
            this.process = HostFiles.LINUX ? null : this.system.getCurrentProcess();
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
            if (this.process != null && this.process.updateAttributes()) {
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
