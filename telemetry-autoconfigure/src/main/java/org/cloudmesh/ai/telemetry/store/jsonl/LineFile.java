package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/** A file of lines that is open for reading, as it was when it was opened. Used by one thread. */
final class LineFile implements AutoCloseable {

    // The JDK keeps a buffer of that size with each thread that ever read.
    private static final int SLICE = 64 << 10;

    private static final int FINGERPRINT = 256;

    private final Path path;

    private final FileChannel channel;

    private final long size;

    private LineFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    static LineFile open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        try {
            return new LineFile(path, channel, channel.size());
        } catch (IOException ex) {
            channel.close();
            throw ex;
        }
    }

    Path path() {
        return this.path;
    }

    long size() {
        return this.size;
    }

    /** Returns what tells the file from others, whatever its name: its beginning, which holds a unique id or a time. */
    String fingerprint() throws IOException {
        byte[] start = new byte[(int) Math.min(FINGERPRINT, this.size)];
        int length = read(0, start, 0, start.length);
        return new String(start, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** Reads bytes; returns how many, fewer than asked for at the end alone. */
    int read(long offset, byte[] into, int at, int length) throws IOException {
        int done = 0;
        while (done < length) {
            ByteBuffer slice = ByteBuffer.wrap(into, at + done, Math.min(SLICE, length - done));
            int count = this.channel.read(slice, offset + done);
            if (count < 0) {
                break;
            }
            done += count;
        }
        return done;
    }

    /** Returns the bytes from an offset to the end, in one pass. */
    InputStream from(long offset) {
        return new InputStream() {
            private long at = offset;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                int count = LineFile.this.read(this.at, into, from, (int) Math.min(length, size() - this.at));
                this.at += count;
                return count == 0 && length > 0 ? -1 : count;
            }

            @Override
            public int available() {
                return (int) Math.min(Integer.MAX_VALUE, size() - this.at);
            }
        };
    }

    /**
     * Returns the length of the whole lines that begin at an offset, up to about a wanted length; 0 when none is whole.
     */
    int wholeLines(long offset, int wanted, Buffer buffer) throws IOException {
        int length = (int) Math.min(wanted, this.size - offset);
        while (length > 0) {
            byte[] bytes = buffer.atLeast(length);
            length = read(offset, bytes, 0, length);
            int whole = Lines.whole(bytes, length);
            if (whole > 0) {
                return whole;
            }
            int more = (int) Math.min(2L * length, this.size - offset);
            if (more <= length || length > RecordJson.LONGEST) {
                return 0;
            }
            length = more;
        }
        return 0;
    }

    /** Returns the place after the end of a line too long to be held; the offset itself when it has no end yet. */
    long afterLine(long offset, Buffer buffer) throws IOException {
        byte[] bytes = buffer.atLeast(SLICE);
        for (long at = offset; at < this.size; ) {
            int length = read(at, bytes, 0, (int) Math.min(SLICE, this.size - at));
            if (length == 0) {
                break;
            }
            for (int i = 0; i < length; i++) {
                if (bytes[i] == '\n') {
                    return at + i + 1;
                }
            }
            at += length;
        }
        return offset;
    }

    @Override
    public void close() {
        try {
            this.channel.close();
        } catch (IOException ex) {
            // Only read from: nothing is lost.
        }
    }

    /** An array that is used again. */
    static final class Buffer {

        private byte[] bytes = {};

        byte[] atLeast(int length) {
            if (this.bytes.length < length) {
                this.bytes = new byte[length];
            }
            return this.bytes;
        }
    }
}
