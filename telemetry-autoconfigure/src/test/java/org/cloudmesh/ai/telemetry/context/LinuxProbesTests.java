package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from the kernel's files of other machines than the one that runs the test. */
class LinuxProbesTests {

    @TempDir
    private Path root;

    @Test
    void cpuLoadCountsAllButIdleAndWaiting() throws Exception {
        HostTree tree = new HostTree(this.root)
                .file("/proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 0 0 0 0 0 0 0 0 0\n")
                .file("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n");
        LinuxMachineProbe probe = new LinuxMachineProbe(tree.files(), () -> "not asked");
        assertThat(HostTree.read(probe))
                .containsEntry(SystemField.CPU_PERCENT, null)
                .containsEntry(SystemField.CPU, "Some CPU @ 2 GHz")
                .containsEntry(SystemField.MEMORY_TOTAL, null)
                .containsEntry(SystemField.MEMORY_USED, null);
        tree.file("/proc/stat", "cpu  120 0 105 750 125 0 0 0 0 0\ncpu0 1 0 0 0 0 0 0 0 0 0\n");
        assertThat(HostTree.read(probe)).containsEntry(SystemField.CPU_PERCENT, 25.0);
    }

    @Test
    void memoryInUseIsWhatIsNotAvailable() throws Exception {
        HostTree tree = new HostTree(this.root)
                .file("/proc/stat", "cpu  1 0 0 0 0 0 0 0\n")
                .file(
                        "/proc/meminfo",
                        "MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: 600 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n");
        assertThat(HostTree.read(new LinuxMachineProbe(tree.files(), () -> null)))
                .containsEntry(SystemField.MEMORY_TOTAL, 1_024_000L)
                .containsEntry(SystemField.MEMORY_USED, 409_600L)
                .containsEntry(SystemField.SWAP_TOTAL, 51_200L)
                .containsEntry(SystemField.SWAP_USED, 30_720L);
    }

    @Test
    void theFirstReadingDoesNotWaitForTheNameThatTheKernelDoesNotGive() throws Exception {
        HostTree tree = new HostTree(this.root).file("/proc/stat", "cpu  1 0 0 0 0 0 0 0\n");
        LinuxMachineProbe probe = new LinuxMachineProbe(tree.files(), () -> "Some ARM");
        assertThat(HostTree.read(probe)).containsEntry(SystemField.CPU, null);
        assertThat(HostTree.read(probe)).containsEntry(SystemField.CPU, "Some ARM");
        LinuxMachineProbe broken = new LinuxMachineProbe(tree.files(), () -> {
            throw new UnsatisfiedLinkError("no native library");
        });
        HostTree.read(broken);
        tree.file("/proc/meminfo", "MemTotal: 1000 kB\n");
        assertThat(HostTree.read(broken))
                .containsEntry(SystemField.CPU, null)
                .containsEntry(SystemField.MEMORY_TOTAL, 1_024_000L);
    }

    @Test
    void aKernelWithoutStatisticsIsAFailure() {
        LinuxMachineProbe probe = new LinuxMachineProbe(new HostTree(this.root).files(), () -> null);
        assertThatIllegalStateException().isThrownBy(() -> HostTree.read(probe));
    }

    @Test
    void topologyAndSensors() throws Exception {
        HostTree tree = new HostTree(this.root)
                .file("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,2\n")
                .file("/sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1,3\n")
                .file("/sys/devices/system/cpu/cpu2/topology/thread_siblings_list", "0,2\n")
                .file("/sys/devices/system/cpu/cpu3/topology/thread_siblings_list", "1,3\n")
                .file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2000000\n")
                .file("/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "3000000\n")
                .file("/sys/devices/system/cpu/cpufreq/boost", "1\n")
                .file("/sys/devices/system/node/node0/cpulist", "0,2\n")
                .file("/sys/devices/system/node/node1/cpulist", "1,3\n")
                .file("/sys/class/hwmon/hwmon0/name", "nvme\n")
                .file("/sys/class/hwmon/hwmon0/temp1_input", "30000\n")
                .file("/sys/class/hwmon/hwmon1/name", "k10temp\n")
                .file("/sys/class/hwmon/hwmon1/temp1_input", "61500\n");
        assertThat(HostTree.read(new LinuxMachineProbe.Rare(tree.files())))
                .containsEntry(SystemField.CPU_PHYSICAL_COUNT, 2L)
                .containsEntry(SystemField.CPU_FREQUENCY, 2.5e9)
                .containsEntry(SystemField.NUMA_NODES, 2L)
                .containsEntry(SystemField.TEMPERATURE, 61.5);
    }

    @Test
    void withoutSensorsTheyAreUnknown() throws Exception {
        assertThat(HostTree.read(new LinuxMachineProbe.Rare(new HostTree(this.root).files())))
                .containsEntry(SystemField.CPU_FREQUENCY, null)
                .containsEntry(SystemField.TEMPERATURE, null);
    }

    @Test
    void aPodIsNamedByItsHostName() throws Exception {
        HostTree tree = new HostTree(this.root)
                .file("/var/run/secrets/kubernetes.io/serviceaccount/namespace", "ml")
                .file("/etc/hostname", "trainer-7c9f-x2\n")
                .file("/proc/self/cgroup", "0::/\n");
        assertThat(HostTree.read(new ContainerProbe(tree.files(), name -> null)))
                .containsEntry(SystemField.CONTAINER, "kubernetes")
                .containsEntry(SystemField.K8S_NAMESPACE, "ml")
                .containsEntry(SystemField.K8S_POD, "trainer-7c9f-x2");
    }

    @Test
    void aPodOnItsNodesNetworkHasTheNodesHostNameAndSoNoName() throws Exception {
        HostTree tree = new HostTree(this.root)
                .file("/var/run/secrets/kubernetes.io/serviceaccount/namespace", "ml")
                .file("/etc/hosts", "# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n")
                .file("/etc/hostname", "node-17\n");
        assertThat(HostTree.read(new ContainerProbe(tree.files(), Map.of("HOSTNAME", "node-17")::get)))
                .containsEntry(SystemField.CONTAINER, "kubernetes")
                .containsEntry(SystemField.K8S_POD, null);
        assertThat(HostTree.read(new ContainerProbe(tree.files(), Map.of("POD_NAME", "trainer-0")::get)))
                .containsEntry(SystemField.K8S_POD, "trainer-0");
    }

    @Test
    void variablesOfTheDownwardApiNameThePod() throws Exception {
        Map<String, String> environment = Map.of(
                "KUBERNETES_SERVICE_HOST", "10.0.0.1", "POD_NAMESPACE", "ml", "POD_NAME", "trainer-0", "HOSTNAME", "h");
        assertThat(HostTree.read(new ContainerProbe(new HostTree(this.root).files(), environment::get)))
                .containsEntry(SystemField.K8S_NAMESPACE, "ml")
                .containsEntry(SystemField.K8S_POD, "trainer-0");
    }

    @Test
    void containersOutsideKubernetes() throws Exception {
        HostTree tree = new HostTree(this.root).file("/proc/self/cgroup", "0::/system.slice/docker-0a1b.scope\n");
        assertThat(HostTree.read(new ContainerProbe(tree.files(), name -> null)))
                .containsEntry(SystemField.CONTAINER, "docker")
                .doesNotContainKey(SystemField.K8S_POD);
        tree.file("/proc/self/cgroup", "0::/user.slice\n");
        assertThat(HostTree.read(new ContainerProbe(tree.files(), name -> null)))
                .containsEntry(SystemField.CONTAINER, null);
        tree.file("/run/.containerenv", "");
        assertThat(HostTree.read(new ContainerProbe(tree.files(), name -> null)))
                .containsEntry(SystemField.CONTAINER, "podman");
    }

    @Test
    void amdAndIntelCardsAreReadAndDisplayAdaptersLeftOut() {
        HostTree tree = new HostTree(this.root)
                .file("/sys/class/drm/card0/device/vendor", "0x1a03\n")
                .file("/sys/class/drm/card1/device/vendor", "0x1002\n")
                .file("/sys/class/drm/card1/device/device", "0x74a1\n")
                .file("/sys/class/drm/card1/device/gpu_busy_percent", "37\n")
                .file("/sys/class/drm/card1/device/mem_info_vram_total", "206141652992\n")
                .file("/sys/class/drm/card1/device/mem_info_vram_used", "1048576\n")
                .file("/sys/class/drm/card1/device/hwmon/hwmon3/temp1_input", "54000\n")
                .file("/sys/class/drm/card1/device/hwmon/hwmon3/power1_average", "142000000\n")
                .file("/sys/class/drm/card1-DP-1/device/vendor", "0x1002\n")
                .file("/sys/class/drm/card2/device/vendor", "0x8086\n")
                .file("/sys/class/drm/card2/device/device", "0x56a0\n")
                .file("/sys/class/drm/card3/device/vendor", "0x10de\n")
                .file(
                        "/usr/share/misc/pci.ids",
                        "# list\n1002  AMD\n\t74a1  Instinct MI300X\n\t\t1002 0001  Board\n8086  Intel\n\t1234  Other\n");
        SysfsDriver driver = new SysfsDriver(tree.files());
        Card nvidia = new Card("GPU-1", "A100", "NVIDIA", null, null, null, null, null);
        assertThat(driver.open(List.of(nvidia)).stream().map(this::read))
                .satisfiesExactly(
                        card -> assertThat(card)
                                .usingRecursiveComparison()
                                .ignoringFields("id")
                                .isEqualTo(new Card(
                                        "", "Instinct MI300X", "AMD", 206141652992L, 1048576L, 37.0, 54.0, 142.0)),
                        card -> assertThat(card)
                                .usingRecursiveComparison()
                                .ignoringFields("id")
                                .isEqualTo(new Card("", null, "Intel", null, null, null, null, null)));
        assertThat(driver.open(List.of())).hasSize(3);
    }

    @Test
    void whatDriversSayForUnknownIsUnknown() {
        assertThat(new Card("a", "A100", "NVIDIA", -1L, -1L, -1.0, 4294967295.0, -0.001))
                .isEqualTo(new Card("a", "A100", "NVIDIA", null, null, null, null, null));
        assertThat(new Card("a", null, null, 0L, 0L, 100.5, Double.NaN, Double.POSITIVE_INFINITY))
                .isEqualTo(new Card("a", null, null, 0L, 0L, null, null, null));
        Card real = new Card("a", null, null, 8L, 0L, 100.0, 0.0, 0.0);
        assertThat(real.percent()).isEqualTo(100.0);
        assertThat(real.power()).isZero();
    }

    private Card read(GpuDriver.Gpu gpu) {
        try {
            return gpu.read();
        } catch (Exception ex) {
            throw new AssertionError(ex);
        }
    }
}
