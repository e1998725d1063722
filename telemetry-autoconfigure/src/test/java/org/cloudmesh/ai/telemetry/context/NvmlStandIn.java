package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The stand-in for NVIDIA's library, compiled into a directory that a JVM's loader is told to search. */
final class NvmlStandIn {

    private NvmlStandIn() {}

    /** Compiles the library and returns what the environment of a JVM must hold, so that it is found. */
    static Map<String, String> compileInto(Path directory) throws Exception {
        Path source =
                Path.of(NvmlStandIn.class.getResource("/nvml/nvml-stand-in.c").toURI());
        String library = directory.resolve("libnvidia-ml.so.1").toString();
        assumeTrue(runs("gcc", "--version"), "gcc, which builds the stand-in for NVIDIA's library, is not installed");
        assertThat(runs("gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source.toString()))
                .as("the stand-in compiles")
                .isTrue();
        return Map.of("LD_LIBRARY_PATH", directory.toString());
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            // The output of this JVM is how it talks to the build.
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException ex) {
            return false;
        }
    }
}
