package org.cloudmesh.ai.telemetry.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the fault tests need of the machine, and how much of everything they inject. */
final class Faults {

    /** Whether this is the whole suite, with its full counts and times, or the ordinary test command. */
    static final boolean SUITE = Boolean.getBoolean("telemetry.faults");

    /** Tag of tests that show a row of the fault table. */
    static final String TAG = "fault";

    private static final String OS = System.getProperty("os.name", "");

    private Faults() {}

    /** Chooses between the suite's count and the ordinary one. */
    static int times(int suite, int ordinary) {
        return SUITE ? suite : ordinary;
    }

    /** How often a child is killed in each store: {@code -Dtelemetry.kills}. */
    static int kills() {
        return Integer.getInteger("telemetry.kills", times(100, 10));
    }

    static boolean isRootOnLinux() {
        return OS.startsWith("Linux") && "root".equals(System.getProperty("user.name"));
    }

    static void needsLinux() {
        assumeTrue(OS.startsWith("Linux"), "needs Linux");
    }

    static void needsRoot() {
        needsLinux();
        assumeTrue(SUITE, "only in the profile faults");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    }

    static void needs(String program) {
        boolean there = false;
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
            there |= Files.isExecutable(Path.of(directory).resolve(program));
        }
        assumeTrue(there, "needs " + program);
    }

    /** Runs a program to its end and returns what it printed. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(List.of(command) + " ended with " + process.exitValue() + ": " + output);
        }
        return output;
    }
}
