package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Puts a JVM under a limit of the kernel's own, where this user may make control groups. */
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

    @Test
    void theLimitIsWhatIsReported() throws Exception {
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
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        enter + "exec \"$0\" -Xmx64m -cp \"$1\" \"$2\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("> memory_total=" + LIMIT + ", cpu_count=1, cpu_limit=0.5, plausible=true");
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

    /** Prints what it sees of its own limits. */
    static final class Child {

        public static void main(String[] args) {
            try (MachineContextSource source = MachineContextSource.builder()
                    .interval(Duration.ofMillis(100))
                    .build()) {
                source.start();
                await().until(() -> source.system() != null && source.system().get("cpu_percent") instanceof Double);
                Map<String, Object> system = source.system();
                boolean plausible = (Double) system.get("cpu_percent") <= 100.0
                        && (Long) system.get("memory_used") > 10_000_000
                        && (Long) system.get("memory_used") < LIMIT
                        && (Long) system.get("host_memory_total") > LIMIT;
                System.out.println("> memory_total=" + system.get("memory_total") + ", cpu_count="
                        + system.get("cpu_count") + ", cpu_limit=" + system.get("container_cpu_limit")
                        + ", plausible=" + plausible);
            }
        }
    }
}
