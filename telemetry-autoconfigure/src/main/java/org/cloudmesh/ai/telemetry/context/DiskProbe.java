package org.cloudmesh.ai.telemetry.context;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads how much room the store's disk has. */
final class DiskProbe implements Probe {

    private final Path directory;

    DiskProbe(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public int every() {
        return RARELY;
    }

    @Override
    public void read(Reading reading) {
        Path existing = this.directory;
        while (existing != null && !Files.exists(existing)) {
            existing = parentOf(existing);
        }
        File file = existing == null ? null : existing.toFile();
        long total = file == null ? 0 : file.getTotalSpace();
        if (file != null && total > 0) {
            reading.put(SystemField.DISK_TOTAL, total);
            reading.put(SystemField.DISK_FREE, file.getUsableSpace());
        }
    }

    private static @Nullable Path parentOf(Path path) {
        return path.getParent();
    }
}
