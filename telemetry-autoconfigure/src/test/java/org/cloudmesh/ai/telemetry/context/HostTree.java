package org.cloudmesh.ai.telemetry.context;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** A directory that a test fills with the kernel's files of some other machine. */
final class HostTree {

    private final Path root;

    HostTree(Path root) {
        this.root = root;
    }

    HostTree file(String path, String text) {
        try {
            Path file = this.root.resolve(path.substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    HostFiles files() {
        return new HostFiles(this.root);
    }

    /** Reads probes one after the other, as the sampler does. */
    static Map<SystemField, Object> read(Probe... probes) throws Exception {
        Reading reading = new Reading();
        for (Probe probe : probes) {
            probe.read(reading);
            reading.commit();
        }
        return new EnumMap<>(reading.fields());
    }
}
