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

    /** Returns how many rolled files there are whose name starts so and that are not packed. */
    long plainRolled(String name) throws IOException {
        return files().stream()
                .map((file) -> file.getFileName().toString())
                .filter((file) -> file.startsWith(name) && file.endsWith(".jsonl") && !file.equals(name + "jsonl"))
                .count();
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
