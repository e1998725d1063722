package org.cloudmesh.ai.telemetry.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that a store refused, as JSON lines beside its file: {@code telemetry.db.dead-letter.jsonl}. A field
 * {@code rejected} says why. The file is for its owner alone, no link is followed, and it never grows beyond
 * {@value #LARGEST} bytes: the first refusals tell the cause, so they are the ones that stay. Safe for use by several
 * threads: the writer's and those that forward.
 */
public final class DeadLetters {

    private static final Logger logger = LoggerFactory.getLogger(DeadLetters.class);

    private static final long LARGEST = 16 << 20;

    private final Path path;

    private boolean full;

    /**
     * Creates the handle of a file; it is made when the first record comes.
     *
     * @param store file of the store
     */
    public DeadLetters(Path store) {
        this.path = store.resolveSibling(store.getFileName() + ".dead-letter.jsonl");
    }

    /** Puts a record aside; says so in the log when that is not possible. */
    public synchronized void add(TelemetryRecord record, String reason) {
        byte[] line = line(record, reason).getBytes(StandardCharsets.UTF_8);
        try {
            OwnerOnlyFiles.create(this.path);
            try (SeekableByteChannel out = Files.newByteChannel(
                    this.path,
                    Set.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS))) {
                if (out.size() + line.length > LARGEST) {
                    if (!this.full) {
                        logger.warn("{} is full; further rejected records are lost", this.path);
                    }
                    this.full = true;
                    return;
                }
                this.full = false;
                ByteBuffer bytes = ByteBuffer.wrap(line);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        } catch (IOException ex) {
            logger.warn("Record {} was rejected ({}) and cannot be put into {}", record.id(), reason, this.path, ex);
        }
    }

    private static String line(TelemetryRecord record, String reason) {
        Map<String, Object> rejected = new LinkedHashMap<>();
        rejected.put("rejected", reason);
        try {
            String json = RecordJson.write(record);
            return json.substring(0, json.length() - 1) + ","
                    + RecordJson.write(rejected).substring(1) + "\n";
        } catch (RuntimeException ex) {
            // Whatever a store cannot put into words, this cannot either; its id can be looked for in the logs.
            rejected.put("id", record.id());
            return RecordJson.write(rejected) + "\n";
        }
    }
}
