package org.cloudmesh.ai.telemetry.context;

import java.io.File;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether NVIDIA's library could be loaded. Loading JNA to be told that there is none costs a tenth of a second
 * and a process (JNA asks {@code ldconfig}), which machines without a card are spared.
 */
final class NvmlLibrary {

    static final String LINUX_NAME = "libnvidia-ml.so.1";

    private static final List<String> DEVICES =
            List.of("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/nvgpu", "/proc/driver/nvidia");

    private static final List<String> DIRECTORIES = List.of(
            "/usr/lib",
            "/usr/lib64",
            "/usr/local/lib",
            "/lib",
            "/lib64",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib/wsl/lib",
            "/usr/local/nvidia/lib64",
            "/run/opengl-driver/lib");

    private static final String LOADER_CACHE = "/etc/ld.so.cache";

    private NvmlLibrary() {}

    /** Returns whether it is worth trying; outside Linux always. */
    static boolean likely(HostFiles files, Function<String, @Nullable String> environment) {
        return !HostFiles.LINUX
                || DEVICES.stream().anyMatch(files::exists)
                || DIRECTORIES.stream().anyMatch(directory -> files.exists(directory + '/' + LINUX_NAME))
                || contains(files.text(LOADER_CACHE), LINUX_NAME)
                || Stream.of(
                                environment.apply("LD_LIBRARY_PATH"),
                                environment.apply("LD_PRELOAD"),
                                System.getProperty("jna.library.path"),
                                System.getProperty("jna.platform.library.path"))
                        .anyMatch(NvmlLibrary::onPath);
    }

    private static boolean contains(@Nullable String text, String part) {
        return text != null && text.contains(part);
    }

    private static boolean onPath(@Nullable String path) {
        return path != null
                && (path.contains(LINUX_NAME)
                        || Stream.of(path.split(File.pathSeparator))
                                .anyMatch(directory -> new File(directory, LINUX_NAME).exists()));
    }
}
