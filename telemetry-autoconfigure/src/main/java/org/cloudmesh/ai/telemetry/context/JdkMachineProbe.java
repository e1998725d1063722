package org.cloudmesh.ai.telemetry.context;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;

/** Reads CPU and memory as the JDK gives them, outside Linux, while OSHI is not ready or not there. */
final class JdkMachineProbe implements Probe {

    private final BooleanSupplier needed;

    JdkMachineProbe(BooleanSupplier needed) {
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
    }
}
