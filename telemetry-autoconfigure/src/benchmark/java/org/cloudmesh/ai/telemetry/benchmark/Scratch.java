package org.cloudmesh.ai.telemetry.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory of its own that is gone in the end. */
final class Scratch implements AutoCloseable {

    private final Path directory;

    Scratch() throws IOException {
        this.directory = Files.createTempDirectory("telemetry-benchmark");
    }

    Path file(String name) {
        return this.directory.resolve(name);
    }

    /** Returns the size of all files whose name starts so. */
    long bytes(String name) throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            if (Files.isRegularFile(file) && file.getFileName().toString().startsWith(name)) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(this.directory)) {
            return files.sorted(Comparator.reverseOrder()).toList();
        }
    }

    @Override
    public void close() throws IOException {
        for (Path file : files()) {
            Files.deleteIfExists(file);
        }
    }
}
