package org.cloudmesh.ai.telemetry.store.text;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.file.AppendFile;
import org.jspecify.annotations.Nullable;

/** Appends lines for people to a file. Its size is left to whoever rotates logs. */
final class TextFileStore implements TelemetryStore {

    private final Path path;

    private final AppendFile file;

    private final Map<String, Long> written = new HashMap<>();

    TextFileStore(Path path) {
        this.path = path;
        this.file = new AppendFile(path);
    }

    @Override
    public String name() {
        return "text";
    }

    @Override
    public @Nullable Path path() {
        return this.path;
    }

    @Override
    public long bytes() {
        return this.path.toFile().length();
    }

    @Override
    public void open() throws StoreException {
        this.file.open((file, path, alone) -> {
            if (alone) {
                endLine(file);
            }
        });
    }

    private static void endLine(RandomAccessFile file) throws java.io.IOException {
        if (file.length() > 0) {
            file.seek(file.length() - 1);
            if (file.read() != '\n') {
                file.write('\n');
            }
        }
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        List<TelemetryRecord> fresh = batch.stream()
                .filter((record) -> record.sequence()
                        > this.written.getOrDefault(record.origin().token(), Long.MIN_VALUE))
                .toList();
        if (!fresh.isEmpty()) {
            byte[] lines = TextFormat.lines(fresh);
            this.file.append(lines, lines.length);
            fresh.forEach((record) -> this.written.put(record.origin().token(), record.sequence()));
        }
        if (durable) {
            this.file.sync();
        }
    }

    @Override
    public void maintain() throws StoreException {
        this.file.check();
    }

    @Override
    public void close() {
        this.file.close();
    }
}
