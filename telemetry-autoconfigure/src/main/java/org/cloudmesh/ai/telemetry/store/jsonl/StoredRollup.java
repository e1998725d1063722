package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A summary of neighbouring chunks, and where it is.
 *
 * @param from number of the first chunk
 * @param to number of the first chunk after
 * @param first time of the earliest record, in microseconds since 1970
 * @param last time of the latest record
 * @param offset where it is in the file
 * @param length how many bytes it has
 * @param crc their CRC-32
 * @param bytes the summary itself, when it is in memory
 */
record StoredRollup(
        int from, int to, long first, long last, long offset, int length, int crc, byte @Nullable [] bytes) {

    static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
