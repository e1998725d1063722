package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Chunks of lines as members of a gzip file. Any gunzip unpacks the file as a whole; a field of each member's header
 * (RFC 1952, 2.3.1.1) tells how long the member is and which times it holds, so that queries hop over those they do not
 * need.
 */
final class Gzip {

    static final String EXTENSION = ".gz";

    private static final int FIXED = 12;

    // Subfield id, its length, and the figures of a chunk.
    private static final int PAYLOAD = 4 + 4 + 8 + 8 + 8 + 8;

    private static final int HEADER = FIXED + 4 + PAYLOAD;

    private static final int TRAILER = 8;

    private Gzip() {}

    /** Returns a member that holds the bytes. */
    static ByteBuffer member(byte[] bytes, Chunk chunk) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(bytes, 0, chunk.length());
            deflater.finish();
            byte[] packed = new byte[HEADER + TRAILER + chunk.length() + chunk.length() / 1000 + 64];
            int length = HEADER;
            while (!deflater.finished()) {
                length += deflater.deflate(packed, length, packed.length - length);
            }
            CRC32 crc = new CRC32();
            crc.update(bytes, 0, chunk.length());
            ByteBuffer member = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
            member.put((byte) 0x1F).put((byte) 0x8B).put((byte) 8).put((byte) 4).putInt(0);
            member.put((byte) 4).put((byte) 0xFF).putShort((short) (4 + PAYLOAD));
            member.put((byte) 'C').put((byte) 'T').putShort((short) PAYLOAD);
            member.putInt(length + TRAILER).putInt(chunk.length());
            member.putLong(chunk.first()).putLong(chunk.last());
            member.putLong(chunk.foreign()).putLong(chunk.bad());
            member.position(length);
            member.putInt((int) crc.getValue()).putInt(chunk.length());
            return member.flip();
        } finally {
            deflater.end();
        }
    }

    /** Returns what the header of the member at an offset tells; null when there is no member of ours. */
    static @Nullable Chunk chunk(LineFile file, long offset, LineFile.Buffer buffer) throws IOException {
        byte[] bytes = buffer.atLeast(HEADER);
        if (file.read(offset, bytes, 0, HEADER) < HEADER) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, 0, HEADER).order(ByteOrder.LITTLE_ENDIAN);
        if (header.getShort(0) != (short) 0x8B1F
                || header.get(3) != 4
                || header.getShort(10) != 4 + PAYLOAD
                || header.get(12) != 'C'
                || header.get(13) != 'T') {
            return null;
        }
        header.position(FIXED + 4);
        int stored = header.getInt();
        int length = header.getInt();
        if (stored < HEADER + TRAILER || length < 0 || offset + stored > file.size()) {
            return null;
        }
        return new Chunk(
                offset, stored, length, header.getLong(), header.getLong(), header.getLong(), header.getLong());
    }

    /** Unpacks a member from its beginning, as far as it is wanted. */
    static final class Unpacking implements AutoCloseable {

        private static final int SLICE = 16 << 10;

        private final LineFile file;

        private final Chunk chunk;

        private final byte[] packed;

        private final Inflater inflater = new Inflater(true);

        private int read = HEADER;

        private int done;

        Unpacking(LineFile file, Chunk chunk, LineFile.Buffer buffer) {
            this.file = file;
            this.chunk = chunk;
            this.packed = buffer.atLeast(SLICE);
        }

        /** Goes on until the first so many bytes are there. */
        void to(int length, byte[] into) throws IOException {
            try {
                while (this.done < length) {
                    if (this.inflater.needsInput()) {
                        readSlice();
                    }
                    int count = this.inflater.inflate(into, this.done, length - this.done);
                    if (count == 0 && !this.inflater.needsInput()) {
                        throw new EOFException(this.file.path() + " ends early");
                    }
                    this.done += count;
                }
            } catch (DataFormatException ex) {
                throw new IOException(this.file.path() + " is damaged", ex);
            }
        }

        private void readSlice() throws IOException {
            int wanted = Math.min(SLICE, this.chunk.stored() - this.read);
            int count = this.file.read(this.chunk.offset() + this.read, this.packed, 0, wanted);
            if (count <= 0) {
                throw new EOFException(this.file.path() + " ends early");
            }
            this.inflater.setInput(this.packed, 0, count);
            this.read += count;
        }

        @Override
        public void close() {
            this.inflater.end();
        }
    }
}
