package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.query.RecordView;

/**
 * Lines that another program packed: nothing tells where they are, so they are unpacked from the beginning each time.
 */
final class OtherGzip {

    private OtherGzip() {}

    /** Returns the summary of the lines from an offset to the end of the file. */
    static Chunk chunk(LineFile file, long offset, Lines lines, Deadline deadline) throws IOException {
        long[] bounds = {Long.MAX_VALUE, Long.MIN_VALUE, 0};
        long bad = scan(file, offset, lines, 0, (row) -> {
            if (++bounds[2] % 256 == 0) {
                deadline.check();
            }
            bounds[0] = Math.min(bounds[0], row.timestampMicros());
            bounds[1] = Math.max(bounds[1], row.timestampMicros());
            return true;
        });
        return new Chunk(offset, 0, 0, bounds[0], bounds[1], lines.foreign(), bad);
    }

    /** Returns the same for one who only wants to know that they are another's. */
    static Chunk unread(long offset) {
        return new Chunk(offset, 0, 0, Long.MIN_VALUE, Long.MAX_VALUE, 1, 0);
    }

    static boolean is(Chunk chunk) {
        return chunk.stored() == 0;
    }

    /**
     * Shows the records. What is damaged or missing ends it.
     *
     * @return how many lines were no record
     */
    static long scan(LineFile file, long offset, Lines lines, long foreignBefore, Predicate<RecordView> visitor)
            throws IOException {
        byte[] bytes = new byte[Chunk.SIZE];
        int length = 0;
        long foreign = foreignBefore;
        long bad = 0;
        boolean more = true;
        try (InputStream in = new GZIPInputStream(file.from(offset), 1 << 16)) {
            int count = 0;
            while (more && count >= 0) {
                count = read(in, bytes, length);
                length += Math.max(0, count);
                int whole = count < 0 ? length : Lines.whole(bytes, length);
                if (whole > 0) {
                    more = lines.scan(bytes, 0, whole, foreign, visitor);
                    foreign = lines.foreign();
                    bad += lines.bad();
                    System.arraycopy(bytes, whole, bytes, 0, length - whole);
                    length -= whole;
                } else if (length == bytes.length && length > RecordJson.LONGEST) {
                    return bad + 1;
                } else if (length == bytes.length) {
                    bytes = Arrays.copyOf(bytes, 2 * length);
                }
            }
        }
        return bad;
    }

    private static int read(InputStream in, byte[] bytes, int length) throws IOException {
        try {
            return in.read(bytes, length, bytes.length - length);
        } catch (EOFException | ZipException ex) {
            return -1;
        }
    }
}
