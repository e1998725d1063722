package org.cloudmesh.ai.telemetry.context;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.OperatingSystemMXBean;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the process and what the JDK knows without a library. */
final class JvmProbe implements Probe {

    private final HostFiles files;

    private long lastCpuNanos = -1;

    private long lastNanos;

    private int processors;

    private long readings;

    JvmProbe(HostFiles files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public void read(Reading reading) {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        reading.put(SystemField.HEAP_USED, heap.getUsed());
        reading.put(SystemField.HEAP_MAX, heap.getMax());
        if (this.readings++ % RARELY == 0) {
            // Has the JVM read the control group's files each time.
            this.processors = system.getAvailableProcessors();
        }
        reading.put(SystemField.CPU_COUNT, this.processors);
        reading.put(SystemField.LOAD_1M, system.getSystemLoadAverage());
        reading.put(SystemField.PROCESS_CPU_PERCENT, cpuPercent(system));
        Long residentKiB = HostFiles.LINUX ? this.files.numberAfter("/proc/self/status", "VmRSS:") : null;
        reading.put(SystemField.PROCESS_MEMORY, residentKiB == null ? null : residentKiB * 1024);
        reading.put(SystemField.OS, System.getProperty("os.name"));
        reading.put(SystemField.OS_VERSION, System.getProperty("os.version"));
        reading.put(SystemField.ARCH, System.getProperty("os.arch"));
        reading.put(SystemField.JVM, System.getProperty("java.vm.name"));
        reading.put(SystemField.JAVA_VERSION, System.getProperty("java.version"));
    }

    /** The share of all CPUs since the previous reading, the first time since the JVM began. */
    private @Nullable Double cpuPercent(OperatingSystemMXBean system) {
        if (!(system instanceof com.sun.management.OperatingSystemMXBean bean)) {
            return null;
        }
        long cpuNanos = bean.getProcessCpuTime();
        long nanos = System.nanoTime();
        long spent = this.lastCpuNanos < 0 ? cpuNanos : cpuNanos - this.lastCpuNanos;
        long elapsed = this.lastCpuNanos < 0
                ? TimeUnit.MILLISECONDS.toNanos(
                        ManagementFactory.getRuntimeMXBean().getUptime())
                : nanos - this.lastNanos;
        this.lastCpuNanos = cpuNanos;
        this.lastNanos = nanos;
        if (cpuNanos < 0 || elapsed <= 0) {
            return null;
        }
        return Math.min(100.0, 100.0 * spent / elapsed / this.processors);
    }
}
