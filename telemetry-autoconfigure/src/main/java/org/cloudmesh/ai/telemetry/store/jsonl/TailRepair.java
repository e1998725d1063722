package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.file.AppendFile;
import org.cloudmesh.ai.telemetry.store.file.OwnerOnlyFiles;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at both ends of a file before it is appended to: its beginning tells whether it holds JSON lines at all, and a
 * last line that a crash tore is moved aside.
 */
final class TailRepair implements AppendFile.Mender {

    private static final Logger logger = LoggerFactory.getLogger(TailRepair.class);

    private static final int LOOKED_AT = 1 << 20;

    private final Clock clock;

    TailRepair(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void mend(RandomAccessFile file, Path path, boolean alone) throws IOException, StoreException {
        if (file.length() == 0) {
            return;
        }
        if (!holdsLines(file)) {
            throw new StoreException(
                    Remedy.REFUSED,
                    "Cannot write to " + path + ": the file exists and holds no JSON lines. It is left as it is; "
                            + "move it away or choose another path",
                    null);
        }
        long end = endOfLines(file);
        if (!alone || end == file.length()) {
            return;
        }
        byte[] torn = bytes(file, end, (int) Math.min(RecordJson.LONGEST, file.length() - end));
        if (isObject(torn, 0, torn.length)) {
            file.seek(file.length());
            file.write('\n');
            return;
        }
        Path aside = path.resolveSibling(path.getFileName() + ".torn-" + OwnerOnlyFiles.stamp(this.clock.instant()));
        copy(file, end, aside);
        file.setLength(end);
        file.getFD().sync();
        logger.warn("The last line of {} was torn by a crash; it is now in {}", path, aside.getFileName());
    }

    private static void copy(RandomAccessFile file, long from, Path aside) throws IOException {
        OwnerOnlyFiles.create(aside);
        try (SeekableByteChannel out = Files.newByteChannel(
                aside, Set.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS))) {
            for (long at = from; at < file.length(); ) {
                byte[] bytes = bytes(file, at, (int) Math.min(LOOKED_AT, file.length() - at));
                out.write(ByteBuffer.wrap(bytes));
                at += bytes.length;
            }
        }
    }

    private static boolean holdsLines(RandomAccessFile file) throws IOException {
        byte[] bytes = bytes(file, 0, (int) Math.min(LOOKED_AT, file.length()));
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                if (isObject(bytes, from, at - from)) {
                    return true;
                }
                from = at + 1;
            }
        }
        // No whole line that is an object: the beginning of one is enough, for a crash may have torn the very first.
        String rest = new String(bytes, from, Math.min(16, bytes.length - from), StandardCharsets.ISO_8859_1);
        return rest.startsWith("{\"id\":")
                || rest.startsWith("{\"timestamp\":")
                || (from == 0 && isPrefix(rest))
                || isObject(bytes, from, bytes.length - from)
                || isBlank(bytes);
    }

    private static boolean isPrefix(String text) {
        return "{\"id\":".startsWith(text) || "{\"timestamp\":".startsWith(text);
    }

    private static boolean isBlank(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).isBlank();
    }

    private static boolean isObject(byte[] bytes, int from, int length) {
        if (length < 2) {
            return false;
        }
        try {
            RecordJson.read(bytes, from, length);
            return true;
        } catch (IllegalArgumentException ex) {
            return false;
        }
    }

    private static long endOfLines(RandomAccessFile file) throws IOException {
        for (long end = file.length(); end > 0; ) {
            int length = (int) Math.min(LOOKED_AT / 16, end);
            byte[] bytes = bytes(file, end - length, length);
            for (int i = bytes.length; i > 0; i--) {
                if (bytes[i - 1] == '\n') {
                    return end - length + i;
                }
            }
            end -= length;
        }
        return 0;
    }

    private static byte[] bytes(RandomAccessFile file, long from, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(from);
        file.readFully(bytes);
        return bytes;
    }
}
