package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are no lines in a gzip file: a payload in the extra fields of empty members, as many as it takes. Any
 * gunzip passes over them. The last member of a file, the locator, tells where the {@link Footer} is.
 */
final class FooterMembers {

    private static final int HEADER = 12 + 4;

    // An empty block of deflate, checksum and length.
    private static final int TAIL = 2 + 4 + 4;

    // An extra field may have 65,535 bytes, but DuckDB takes 32,768 at most.
    private static final int MOST = 32_000;

    private static final int LOCATOR = 8 + 4 + 4;

    private FooterMembers() {}

    /** Returns members with the bytes as their payload. */
    static ByteBuffer members(byte[] bytes) {
        ByteBuffer out = ByteBuffer.allocate((int) stored(bytes.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.length; at += MOST) {
            int length = Math.min(MOST, bytes.length - at);
            out.put((byte) 0x1F).put((byte) 0x8B).put((byte) 8).put((byte) 4).putInt(0);
            out.put((byte) 0).put((byte) 0xFF).putShort((short) (4 + length));
            out.put((byte) 'C').put((byte) 'S').putShort((short) length);
            out.put(bytes, at, length);
            out.put((byte) 3).put((byte) 0).putLong(0);
        }
        return out.flip();
    }

    /** Returns the member that tells where the footer is. */
    static ByteBuffer locator(long offset, byte[] footer) {
        ByteBuffer payload = ByteBuffer.allocate(LOCATOR).order(ByteOrder.LITTLE_ENDIAN);
        payload.putLong(offset).putInt(footer.length).putInt(StoredRollup.crc(footer));
        return members(payload.array());
    }

    private static long stored(int length) {
        return length + (length + MOST - 1L) / MOST * (HEADER + TAIL);
    }

    /** Returns the length of the member at an offset when it has a payload, else 0. */
    static int length(LineFile file, long offset) throws IOException {
        byte[] bytes = new byte[HEADER];
        if (file.read(offset, bytes, 0, HEADER) < HEADER) {
            return 0;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean payload = header.getShort(0) == (short) 0x8B1F
                && header.get(3) == 4
                && header.get(12) == 'C'
                && header.get(13) == 'S';
        return payload ? HEADER + Short.toUnsignedInt(header.getShort(14)) + TAIL : 0;
    }

    /** Returns a payload; null when it is damaged. */
    static byte @Nullable [] read(LineFile file, long offset, int length, int crc) throws IOException {
        long stored = stored(length);
        if (length < 0 || offset < 0 || offset + stored > file.size()) {
            return null;
        }
        byte[] packed = new byte[(int) stored];
        if (file.read(offset, packed, 0, packed.length) < packed.length) {
            return null;
        }
        byte[] bytes = new byte[length];
        int from = HEADER;
        for (int at = 0; at < length; at += MOST) {
            int part = Math.min(MOST, length - at);
            System.arraycopy(packed, from, bytes, at, part);
            from += part + TAIL + HEADER;
        }
        return StoredRollup.crc(bytes) == crc ? bytes : null;
    }

    /**
     * Returns some bytes of a payload, without a look at the others; null when they are not there.
     *
     * @param whole length of the payload
     */
    static byte @Nullable [] read(LineFile file, long offset, int whole, int from, int length) throws IOException {
        if (from < 0 || length < 0 || offset < 0 || from + length > whole || offset + stored(whole) > file.size()) {
            return null;
        }
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            int within = (from + at) % MOST;
            int part = Math.min(MOST - within, length - at);
            long place = offset + (from + at) / MOST * (long) (HEADER + MOST + TAIL) + HEADER + within;
            if (file.read(place, bytes, at, part) < part) {
                return null;
            }
            at += part;
        }
        return bytes;
    }

    /** Returns the footer of a packed file; null when it has none, or a damaged one. */
    static @Nullable Footer footer(LineFile file) throws IOException {
        int stored = HEADER + LOCATOR + TAIL;
        long offset = file.size() - stored;
        if (offset < 0 || length(file, offset) != stored) {
            return null;
        }
        byte[] bytes = new byte[LOCATOR];
        file.read(offset + HEADER, bytes, 0, LOCATOR);
        ByteBuffer locator = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte[] footer = read(file, locator.getLong(), locator.getInt(), locator.getInt());
        try {
            return footer == null ? null : Footer.of(footer);
        } catch (RuntimeException ex) {
            // Written by a version that does it differently: the members themselves tell enough.
            return null;
        }
    }
}
