package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of control groups in both of the kernel's layouts. */
class CgroupProbeTests {

    private static final long GIB = 1L << 30;

    @TempDir
    private Path root;

    @Test
    void version2LimitsCountAndTheHostIsShownBeside() throws Exception {
        HostTree tree = host().file("/proc/self/cgroup", "0::/app.slice/web\n")
                .file("/proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
                .file("/sys/fs/cgroup/app.slice/web/memory.max", "max\n")
                .file("/sys/fs/cgroup/app.slice/memory.max", "2147483648\n")
                .file("/sys/fs/cgroup/app.slice/memory.current", "1610612736\n")
                .file("/sys/fs/cgroup/app.slice/memory.stat", "anon 5\ninactive_file 536870912\n")
                .file("/sys/fs/cgroup/app.slice/web/cpu.max", "150000 100000\n")
                .file("/sys/fs/cgroup/app.slice/web/cpu.stat", "usage_usec 1000000\nuser_usec 1\n");
        Map<SystemField, Object> fields = read(tree);
        assertThat(fields)
                .containsEntry(SystemField.MEMORY_TOTAL, 2 * GIB)
                .containsEntry(SystemField.MEMORY_USED, GIB)
                .containsEntry(SystemField.CONTAINER_MEMORY_LIMIT, 2 * GIB)
                .containsEntry(SystemField.CPU_COUNT, 2)
                .containsEntry(SystemField.CONTAINER_CPU_LIMIT, 1.5)
                .containsEntry(SystemField.HOST_CPU_COUNT, 4)
                .containsEntry(SystemField.HOST_MEMORY_TOTAL, 16 * GIB)
                .containsEntry(SystemField.HOST_MEMORY_USED, 12 * GIB);
    }

    @Test
    void version1LimitsCountToo() throws Exception {
        HostTree tree = host().file(
                        "/proc/self/cgroup", "4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n1:cpuset:/docker/abc\n")
                // Inside a container without a namespace of its own: the host's path, mounted as the root.
                .file("/proc/self/mountinfo", """
                        34 30 0:31 /docker/abc /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory
                        31 30 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
                        33 30 0:30 /docker/abc /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset
                        40 30 0:36 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                        """)
                .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n")
                .file("/sys/fs/cgroup/memory/memory.usage_in_bytes", "734003200\n")
                .file("/sys/fs/cgroup/memory/memory.stat", "cache 1\ntotal_inactive_file 209715200\n")
                .file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
                .file("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n")
                .file("/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "1000000000\n")
                .file("/sys/fs/cgroup/cpuset/cpuset.effective_cpus", "0,2-3\n");
        Map<SystemField, Object> fields = read(tree);
        assertThat(fields)
                .containsEntry(SystemField.MEMORY_TOTAL, GIB)
                .containsEntry(SystemField.MEMORY_USED, 524288000L)
                .containsEntry(SystemField.CPU_COUNT, 3)
                .containsEntry(SystemField.CONTAINER_CPU_LIMIT, 3.0);
    }

    @Test
    void withALimitTheCpuPercentIsTheShareOfIt() throws Exception {
        HostTree tree = host().file("/proc/self/cgroup", "0::/\n")
                .file("/proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
                .file("/sys/fs/cgroup/cpu.max", "100000 100000\n")
                .file("/sys/fs/cgroup/cpu.stat", "usage_usec 1000000\n");
        LinuxMachineProbe host = new LinuxMachineProbe(tree.files(), () -> null);
        CgroupProbe probe = new CgroupProbe(tree.files());
        assertThat(HostTree.read(host, probe)).containsEntry(SystemField.CPU_PERCENT, null);
        tree.file("/sys/fs/cgroup/cpu.stat", "usage_usec 900000000000\n").file("/proc/stat", stat(150, 850));
        assertThat(HostTree.read(host, probe))
                .containsEntry(SystemField.CPU_PERCENT, 100.0)
                .containsEntry(SystemField.HOST_CPU_PERCENT, 50.0);
    }

    @Test
    void withoutALimitTheHostIsTheMachine() throws Exception {
        HostTree tree = host().file("/proc/self/cgroup", "4:memory:/\n2:cpu,cpuacct:/\n")
                .file("/proc/self/mountinfo", """
                        34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                        31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
                        """)
                .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
                .file("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1\n");
        Map<SystemField, Object> fields = read(tree);
        assertThat(fields)
                .containsEntry(SystemField.MEMORY_TOTAL, 16 * GIB)
                .containsEntry(SystemField.CPU_COUNT, 4)
                .doesNotContainKeys(SystemField.CONTAINER_CPU_LIMIT, SystemField.CONTAINER_MEMORY_LIMIT);
    }

    @Test
    void version1SaysWhatGroupsAroundTheContainerAllow() throws Exception {
        HostTree tree = host().file("/proc/self/cgroup", "4:memory:/\n")
                .file("/proc/self/mountinfo", "34 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n")
                .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
                .file("/sys/fs/cgroup/memory/memory.usage_in_bytes", "734003200\n")
                .file("/sys/fs/cgroup/memory/memory.stat", "hierarchical_memory_limit 1073741824\n");
        assertThat(read(tree))
                .containsEntry(SystemField.MEMORY_TOTAL, GIB)
                .containsEntry(SystemField.MEMORY_USED, 734003200L);
    }

    @Test
    void aGroupWhoseNameBeginsLikeTheMountedOneIsAnotherGroup() throws Exception {
        HostTree tree = host().file("/proc/self/cgroup", "0::/docker/abc\n")
                .file("/proc/self/mountinfo", "30 22 0:27 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
                .file("/sys/fs/cgroup/memory.max", "2147483648\n")
                .file("/sys/fs/cgroup/c/memory.max", "1\n");
        assertThat(read(tree)).containsEntry(SystemField.MEMORY_TOTAL, 2 * GIB);
    }

    @Test
    void whatCannotBeReadLeavesTheOtherLimits() throws Exception {
        HostTree tree = host().file("/proc/self/cgroup", "0::/\n")
                .file("/proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
                .file("/sys/fs/cgroup/memory.max", "2147483648\n")
                .file("/sys/fs/cgroup/cpu.max", "some thing\n")
                .file("/sys/fs/cgroup/cpuset.cpus.effective", "a-b\n");
        assertThat(read(tree))
                .containsEntry(SystemField.MEMORY_TOTAL, 2 * GIB)
                .containsEntry(SystemField.CPU_COUNT, 4)
                .doesNotContainKey(SystemField.CONTAINER_CPU_LIMIT);
    }

    @Test
    void aLimitAboveTheHostIsNone() throws Exception {
        HostTree tree = host().file("/proc/self/cgroup", "0::/\n")
                .file("/proc/self/mountinfo", "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
                .file("/sys/fs/cgroup/memory.max", Long.toString(64 * GIB))
                .file("/sys/fs/cgroup/cpu.max", "800000 100000\n");
        assertThat(read(tree))
                .containsEntry(SystemField.MEMORY_TOTAL, 16 * GIB)
                .containsEntry(SystemField.CPU_COUNT, 4)
                .doesNotContainKey(SystemField.CONTAINER_CPU_LIMIT);
    }

    private static Map<SystemField, Object> read(HostTree tree) throws Exception {
        return HostTree.read(new LinuxMachineProbe(tree.files(), () -> null), new CgroupProbe(tree.files()));
    }

    /** A host of 4 CPUs and 16 GiB, of which 4 GiB are available. */
    private HostTree host() {
        return new HostTree(this.root)
                .file("/proc/stat", stat(100, 800))
                .file("/proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable: 4194304 kB\n");
    }

    private static String stat(int user, int idle) {
        return "cpu  " + user + " 0 0 " + idle + " 0 0 0 0 0 0\n"
                + "cpu0 1 0 0 1 0 0 0 0 0 0\ncpu1 1 0 0 1 0 0 0 0 0 0\n"
                + "cpu2 1 0 0 1 0 0 0 0 0 0\ncpu3 1 0 0 1 0 0 0 0 0 0\nintr 1\n";
    }
}
