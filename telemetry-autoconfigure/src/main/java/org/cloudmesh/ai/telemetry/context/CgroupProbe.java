package org.cloudmesh.ai.telemetry.context;

import org.jspecify.annotations.Nullable;

/**
 * Corrects CPU and memory where the process's control group has a limit: then the limit is the machine. Comes after the
 * probe of the host, whose figures stay under the names with {@code host_}.
 */
final class CgroupProbe implements Probe {

    /** Version 1 says a number near 2^63 for no limit. */
    private static final long NO_LIMIT = 1L << 60;

    private final HostFiles files;

    private long readings;

    private @Nullable CgroupController memory;

    private @Nullable CgroupController cpu;

    private @Nullable CgroupController cpuUsage;

    private @Nullable CgroupController cpuset;

    private @Nullable Limit memoryLimit;

    private @Nullable Double cpuLimit;

    private long lastUsageNanos = -1;

    private long lastNanos;

    CgroupProbe(HostFiles files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "container's limits";
    }

    @Override
    public void read(Reading reading) {
        if (this.readings == 0) {
            this.memory = CgroupController.find(this.files, "memory");
            this.cpu = CgroupController.find(this.files, "cpu");
            this.cpuUsage = CgroupController.find(this.files, "cpuacct");
            this.cpuset = CgroupController.find(this.files, "cpuset");
        }
        if (this.readings++ % RARELY == 0) {
            this.memoryLimit = memoryLimit(reading.number(SystemField.HOST_MEMORY_TOTAL));
            this.cpuLimit = cpuLimit(reading.number(SystemField.HOST_CPU_COUNT));
        }
        Limit memoryLimit = this.memoryLimit;
        if (memoryLimit != null) {
            reading.put(SystemField.CONTAINER_MEMORY_LIMIT, memoryLimit.value);
            reading.put(SystemField.MEMORY_TOTAL, memoryLimit.value);
            reading.put(SystemField.MEMORY_USED, memoryUsed(memoryLimit.directory));
        }
        Double cpuLimit = this.cpuLimit;
        if (cpuLimit != null) {
            reading.put(SystemField.CONTAINER_CPU_LIMIT, cpuLimit);
            reading.put(SystemField.CPU_COUNT, (int) Math.ceil(cpuLimit));
            reading.put(SystemField.CPU_PERCENT, cpuPercent(cpuLimit));
        }
    }

    /** The lowest limit of this group and those around it, if the host has more. */
    private @Nullable Limit memoryLimit(@Nullable Long hostTotal) {
        CgroupController memory = this.memory;
        Limit lowest = null;
        if (memory != null) {
            String file = memory.version() == 2 ? "/memory.max" : "/memory.limit_in_bytes";
            for (String directory : memory.directories()) {
                Long value = this.files.number(directory + file);
                if (value != null && value < NO_LIMIT && (lowest == null || value < lowest.value)) {
                    lowest = new Limit(value, directory);
                }
            }
            // Version 1 also says what groups allow that a container cannot see.
            String own = memory.directories().get(0);
            Long unseen = this.files.numberAfter(own + "/memory.stat", "hierarchical_memory_limit ");
            if (unseen != null && unseen < (lowest == null ? NO_LIMIT : lowest.value)) {
                lowest = new Limit(unseen, own);
            }
        }
        return lowest == null || (hostTotal != null && lowest.value >= hostTotal) ? null : lowest;
    }

    /**
     * What cannot be given back at once: usage without the inactive pages of files, as {@code docker stats} shows it.
     */
    private @Nullable Long memoryUsed(String directory) {
        boolean second = this.memory != null && this.memory.version() == 2;
        Long usage = this.files.number(directory + (second ? "/memory.current" : "/memory.usage_in_bytes"));
        Long inactive =
                this.files.numberAfter(directory + "/memory.stat", second ? "inactive_file " : "total_inactive_file ");
        return usage == null ? null : Long.valueOf(Math.max(0, usage - (inactive == null ? 0 : inactive)));
    }

    /** The lowest quota, or the number of CPUs in the set, whichever is less; null when the host has no more. */
    private @Nullable Double cpuLimit(@Nullable Long hostCount) {
        double lowest = hostCount == null ? Double.MAX_VALUE : hostCount;
        double host = lowest;
        CgroupController cpu = this.cpu;
        if (cpu != null) {
            for (String directory : cpu.directories()) {
                Double quota = cpu.version() == 2 ? quota2(directory) : quota1(directory);
                lowest = quota == null ? lowest : Math.min(lowest, quota);
            }
        }
        CgroupController cpuset = this.cpuset;
        if (cpuset != null) {
            String directory = cpuset.directories().get(0);
            String cpus = this.files.word(
                    directory + (cpuset.version() == 2 ? "/cpuset.cpus.effective" : "/cpuset.effective_cpus"));
            if (cpus == null && cpuset.version() == 1) {
                cpus = this.files.word(directory + "/cpuset.cpus");
            }
            int count = cpus == null ? 0 : count(cpus);
            lowest = count == 0 ? lowest : Math.min(lowest, count);
        }
        return lowest < host ? Double.valueOf(lowest) : null;
    }

    private @Nullable Double quota2(String directory) {
        String line = this.files.word(directory + "/cpu.max");
        String[] parts = line == null ? new String[0] : line.split(" ");
        return parts.length == 2 ? ratio(HostFiles.parse(parts[0]), HostFiles.parse(parts[1])) : null;
    }

    private @Nullable Double quota1(String directory) {
        Long quota = this.files.number(directory + "/cpu.cfs_quota_us");
        Long period = this.files.number(directory + "/cpu.cfs_period_us");
        return ratio(quota, period);
    }

    /** The CPUs of a quota; null where there is none, as {@code max} and -1 say. */
    private static @Nullable Double ratio(@Nullable Long quota, @Nullable Long period) {
        return quota == null || period == null || quota <= 0 || period <= 0
                ? null
                : Double.valueOf((double) quota / period);
    }

    /** Counts a list such as {@code 0-3,8}; 0 where it is none. */
    private static int count(String cpus) {
        int count = 0;
        for (String range : cpus.split(",")) {
            String[] ends = range.split("-");
            Long first = HostFiles.parse(ends[0]);
            Long last = HostFiles.parse(ends[ends.length - 1]);
            if (first == null || last == null || last < first) {
                return 0;
            }
            count += (int) (last - first + 1);
        }
        return count;
    }

    /** What this group used of its limit since the previous reading; null the first time. */
    private @Nullable Double cpuPercent(double limit) {
        CgroupController usage = this.cpuUsage;
        if (usage == null) {
            return null;
        }
        String directory = usage.directories().get(0);
        Long spent;
        if (usage.version() == 2) {
            Long micros = this.files.numberAfter(directory + "/cpu.stat", "usage_usec ");
            spent = micros == null ? null : Long.valueOf(micros * 1000);
        } else {
            spent = this.files.number(directory + "/cpuacct.usage");
        }
        long now = System.nanoTime();
        Double percent = spent == null || this.lastUsageNanos < 0 || now <= this.lastNanos
                ? null
                : Double.valueOf(Math.min(100, 100.0 * (spent - this.lastUsageNanos) / (now - this.lastNanos) / limit));
        this.lastUsageNanos = spent == null ? -1 : spent;
        this.lastNanos = now;
        return percent;
    }

    /**
     * A limit that holds.
     *
     * @param directory of the group that sets it
     */
    private record Limit(long value, String directory) {}
}
