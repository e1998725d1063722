package org.cloudmesh.ai.telemetry.context;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Reads CPU and memory as the JDK gives them: at once, but of the container where there is a limit, and without the
 * CPU's model outside Linux. It stands in while OSHI is not ready or not there.
 */
final class JdkMachineProbe implements Probe {

    private final HostFiles files;

    private final BooleanSupplier needed;

    JdkMachineProbe(HostFiles files, BooleanSupplier needed) {
        this.files = files;
        this.needed = needed;
    }

    @Override
    public String name() {
        return "CPU and memory";
    }

    @Override
    public void read(Reading reading) {
        if (!this.needed.getAsBoolean()
                || !(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean)) {
            return;
        }
        reading.put(SystemField.CPU_PERCENT, 100 * bean.getCpuLoad());
        long total = bean.getTotalMemorySize();
        if (total > 0) {
            reading.put(SystemField.MEMORY_TOTAL, total);
            reading.put(SystemField.MEMORY_USED, total - bean.getFreeMemorySize());
        }
        long swap = bean.getTotalSwapSpaceSize();
        reading.put(SystemField.SWAP_TOTAL, swap);
        reading.put(SystemField.SWAP_USED, swap - bean.getFreeSwapSpaceSize());
        for (String line : HostFiles.LINUX ? this.files.lines("/proc/cpuinfo") : List.<String>of()) {
            if (line.startsWith("model name")) {
                reading.put(
                        SystemField.CPU, line.substring(line.indexOf(':') + 1).strip());
                break;
            }
        }
    }
}
