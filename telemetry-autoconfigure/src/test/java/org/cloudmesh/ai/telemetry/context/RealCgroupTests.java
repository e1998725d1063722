package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Puts an application under a limit of the kernel's own, where this user may make control groups. */
@Tag("fault")
@EnabledIfSystemProperty(
        named = "telemetry.faults",
        matches = "true",
        disabledReason = "Makes control groups: only in the profile faults")
@EnabledOnOs(value = OS.LINUX, disabledReason = "Control groups belong to Linux")
class RealCgroupTests {

    private static final long LIMIT = 384L << 20;

    private final List<Path> groups = new ArrayList<>();

    @AfterEach
    void removeGroups() throws IOException {
        for (Path group : this.groups) {
            // The kernel lets the last process of a group go some time after it ended.
            await().ignoreExceptions().until(() -> Files.deleteIfExists(group));
        }
    }

    @TempDir
    private Path directory;

    @Test
    void theLimitIsWhatRecordsAndContextReport() throws Exception {
        String name = "telemetry-test-" + ProcessHandle.current().pid();
        Path root = Path.of("/sys/fs/cgroup");
        boolean second = Files.exists(root.resolve("cgroup.controllers"));
        if (second) {
            Path group = group(root.resolve(name));
            set(group.resolve("memory.max"), Long.toString(LIMIT));
            set(group.resolve("cpu.max"), "50000 100000");
        } else {
            set(group(root.resolve("memory").resolve(name)).resolve("memory.limit_in_bytes"), Long.toString(LIMIT));
            set(group(root.resolve("cpu").resolve(name)).resolve("cpu.cfs_quota_us"), "50000");
            group(root.resolve("cpuacct").resolve(name));
        }
        StringBuilder enter = new StringBuilder();
        this.groups.forEach(group -> enter.append("echo $$ > ").append(group).append("/cgroup.procs && "));
        List<String> through = List.of("sh", "-c", enter + "exec \"$@\"", "sh");
        try (ContextProcess application =
                ContextProcess.start(this.directory.resolve("telemetry.db"), Map.of(), through)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                Map<String, Object> present = application.json("/actuator/telemetry/context", "$.present");
                return present != null && present.get("cpu_percent") != null;
            });
            application.get("/busy/0.1");
            assertLimited(application.json("/actuator/telemetry/records", "$.records[0].system"));
            assertLimited(application.json("/actuator/telemetry/context", "$.present"));
            assertThat(application.<Double>json("/actuator/metrics/system.memory.limit", "$.measurements[0].value"))
                    .isEqualTo(LIMIT);
            application.end();
        }
    }

    private static void assertLimited(Map<String, Object> system) {
        assertThat(system)
                .containsEntry("cpu_count", 1)
                .containsEntry("container_cpu_limit", 0.5)
                .hasEntrySatisfying(
                        "memory_total", bytes -> assertThat(number(bytes)).isEqualTo(LIMIT))
                .hasEntrySatisfying(
                        "container_memory_limit",
                        bytes -> assertThat(number(bytes)).isEqualTo(LIMIT))
                .hasEntrySatisfying(
                        "host_memory_total", bytes -> assertThat(number(bytes)).isGreaterThan(LIMIT))
                .hasEntrySatisfying(
                        "memory_used", bytes -> assertThat(number(bytes)).isBetween(10e6, (double) LIMIT))
                .hasEntrySatisfying(
                        "cpu_percent", percent -> assertThat(number(percent)).isBetween(0.0, 100.0));
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    private Path group(Path group) {
        try {
            Files.createDirectory(group);
            this.groups.add(group);
        } catch (IOException ex) {
            assumeTrue(false, "This user may not make control groups here: " + ex);
        }
        return group;
    }

    private static void set(Path file, String value) {
        try {
            Files.writeString(file, value);
        } catch (IOException ex) {
            assumeTrue(false, "This user may not set limits here: " + ex);
        }
    }
}
