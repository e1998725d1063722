package org.cloudmesh.ai.telemetry.context;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.StringTokenizer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads CPU and memory of the host from the kernel's files, which costs no library and no start-up. */
final class LinuxMachineProbe implements Probe {

    private static final String CPUS = "/sys/devices/system/cpu";

    private final HostFiles files;

    private final Supplier<@Nullable String> otherModel;

    private long lastTotal = -1;

    private long lastIdle;

    private @Nullable String model;

    private int count;

    private long readings;

    /**
     * Makes a probe.
     *
     * @param otherModel names the CPU where the kernel does not, as on ARM; asked once, by the second reading, as it
     *     takes long
     */
    LinuxMachineProbe(HostFiles files, Supplier<@Nullable String> otherModel) {
        this.files = files;
        this.otherModel = otherModel;
    }

    @Override
    public String name() {
        return "CPU and memory";
    }

    @Override
    public void read(Reading reading) {
        List<String> stat = this.files.lines("/proc/stat");
        if (stat.isEmpty()) {
            throw new IllegalStateException("/proc/stat cannot be read");
        }
        if (this.readings == 0) {
            this.model = model();
        } else if (this.readings == 1 && this.model == null) {
            this.model = otherModel();
        }
        if (this.readings++ % RARELY == 0) {
            this.count = (int)
                    stat.stream().filter(line -> line.matches("cpu\\d+ .*")).count();
        }
        reading.put(SystemField.CPU, this.model);
        if (this.count > 0) {
            reading.put(SystemField.CPU_COUNT, this.count);
            reading.put(SystemField.HOST_CPU_COUNT, this.count);
        }
        Double percent = percent(stat.get(0));
        reading.put(SystemField.CPU_PERCENT, percent);
        reading.put(SystemField.HOST_CPU_PERCENT, percent);
        readMemory(reading);
    }

    /** The share of time since the previous reading that the CPUs were not idle; null the first time. */
    private @Nullable Double percent(String cpuLine) {
        // user nice system idle iowait irq softirq steal; guest time, which follows, is within user time.
        StringTokenizer ticks = new StringTokenizer(cpuLine.substring(cpuLine.indexOf(' ')));
        long total = 0;
        long idle = 0;
        for (int column = 0; column < 8 && ticks.hasMoreTokens(); column++) {
            long value = Long.parseLong(ticks.nextToken());
            total += value;
            idle += column == 3 || column == 4 ? value : 0;
        }
        long elapsed = total - this.lastTotal;
        // The kernel's iowait can run backwards.
        long busy = Math.max(0, elapsed - Math.max(0, idle - this.lastIdle));
        Double percent = this.lastTotal < 0 || elapsed <= 0 ? null : Double.valueOf(100.0 * busy / elapsed);
        this.lastTotal = total;
        this.lastIdle = idle;
        return percent;
    }

    private void readMemory(Reading reading) {
        Long total = null;
        Long available = null;
        Long swap = null;
        Long swapFree = null;
        for (String line : this.files.lines("/proc/meminfo")) {
            if (line.startsWith("MemTotal:")) {
                total = bytes(line);
            } else if (line.startsWith("MemAvailable:")) {
                available = bytes(line);
            } else if (line.startsWith("SwapTotal:")) {
                swap = bytes(line);
            } else if (line.startsWith("SwapFree:")) {
                swapFree = bytes(line);
                break;
            }
        }
        Long used = minus(total, available);
        reading.put(SystemField.MEMORY_TOTAL, total);
        reading.put(SystemField.MEMORY_USED, used);
        reading.put(SystemField.HOST_MEMORY_TOTAL, total);
        reading.put(SystemField.HOST_MEMORY_USED, used);
        reading.put(SystemField.SWAP_TOTAL, swap);
        reading.put(SystemField.SWAP_USED, minus(swap, swapFree));
    }

    private static @Nullable Long minus(@Nullable Long total, @Nullable Long rest) {
        return total == null || rest == null ? null : total - rest;
    }

    private static long bytes(String line) {
        return Long.parseLong(line.substring(line.indexOf(':') + 1, line.lastIndexOf(' '))
                        .strip())
                * 1024;
    }

    private @Nullable String model() {
        for (String line : this.files.lines("/proc/cpuinfo")) {
            if (line.startsWith("model name")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return null;
    }

    private @Nullable String otherModel() {
        try {
            return this.otherModel.get();
        } catch (RuntimeException | LinkageError ex) {
            // A name is not worth the figures.
            return null;
        }
    }

    /** Reads figures of the CPUs that hardly change, or that are expensive to read where there are many. */
    static final class Rare implements Probe {

        private final HostFiles files;

        Rare(HostFiles files) {
            this.files = files;
        }

        @Override
        public String name() {
            return "CPU topology and sensors";
        }

        @Override
        public int every() {
            return RARELY;
        }

        @Override
        public void read(Reading reading) {
            List<String> cpus = this.files.names(CPUS).stream()
                    .filter(name -> name.matches("cpu\\d+"))
                    .toList();
            long cores = cpus.stream()
                    .map(cpu -> this.files.word(CPUS + '/' + cpu + "/topology/thread_siblings_list"))
                    .filter(Objects::nonNull)
                    .distinct()
                    .count();
            long nodes = this.files.names("/sys/devices/system/node").stream()
                    .filter(name -> name.matches("node\\d+"))
                    .count();
            reading.put(SystemField.CPU_PHYSICAL_COUNT, cores > 0 ? cores : null);
            reading.put(SystemField.NUMA_NODES, nodes > 0 ? nodes : null);
            reading.put(SystemField.CPU_FREQUENCY, frequency(cpus));
            reading.put(SystemField.TEMPERATURE, temperature());
        }

        /** The mean over the CPUs, in hertz. */
        private @Nullable Double frequency(List<String> cpus) {
            double[] hertz = cpus.stream()
                    .map(cpu -> this.files.number(CPUS + '/' + cpu + "/cpufreq/scaling_cur_freq"))
                    .filter(Objects::nonNull)
                    .mapToDouble(kilohertz -> kilohertz * 1e3)
                    .toArray();
            if (hertz.length == 0) {
                hertz = this.files.lines("/proc/cpuinfo").stream()
                        .filter(line -> line.startsWith("cpu MHz"))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)) * 1e6)
                        .filter(frequency -> frequency > 0)
                        .toArray();
            }
            return hertz.length == 0
                    ? null
                    : Double.valueOf(Arrays.stream(hertz).average().orElseThrow());
        }

        /** The CPU package's sensor; null where there is none, as in most virtual machines. */
        private @Nullable Double temperature() {
            Long milli = sensor("/sys/class/hwmon", "name", "temp1_input", "coretemp|k10temp|zenpower|cpu_thermal");
            if (milli == null) {
                milli = sensor("/sys/class/thermal", "type", "temp", "x86_pkg_temp|cpu[-_]?thermal.*");
            }
            return milli == null || milli <= 0 ? null : Double.valueOf(milli / 1000.0);
        }

        private @Nullable Long sensor(String directory, String nameFile, String valueFile, String pattern) {
            for (String sensor : this.files.names(directory)) {
                String name = this.files.word(directory + '/' + sensor + '/' + nameFile);
                if (name != null && name.matches(pattern)) {
                    return this.files.number(directory + '/' + sensor + '/' + valueFile);
                }
            }
            return null;
        }
    }
}
