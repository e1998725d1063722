package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.cloudmesh.ai.telemetry.store.RecordFilter.SystemCondition;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;
import org.cloudmesh.ai.telemetry.store.rollup.AttributePostings;
import org.jspecify.annotations.Nullable;

/**
 * What some neighbouring chunks may hold of what series do not know: which of them a value of an attribute, between
 * which bounds the numbers of the machine's state. A look-up reads a few kilobytes.
 *
 * <p><b>Encoding.</b> The number of chunks, the bits of a slot, the number of parts, the length of the bounds, and
 * their CRC-32; of each part, where it ends behind the bounds, and its CRC-32; the bounds; the parts of
 * {@link AttributePostings}, whose places are the chunks. All numbers are 32-bit integers, big-endian. The bounds are,
 * for each chunk, the number of fields, and of each the length of its name, the name, the least and the greatest value.
 *
 * <p><b>Failure.</b> What is damaged tells nothing: all of its chunks may hold anything.
 */
final class ChunkFilter {

    private static final int HEADER = 5 * Integer.BYTES;

    private static final int ENTRY = 2 * Integer.BYTES;

    private ChunkFilter() {}

    /** Reads some of the bytes. */
    @FunctionalInterface
    interface Source {

        /** Returns so many bytes from there; null when they are not there. */
        byte @Nullable [] read(int from, int length) throws IOException;
    }

    /**
     * Returns which of the chunks may hold a record that is chosen, of those of which the series alone does not tell.
     *
     * @param chunks how many there are
     */
    static BitSet places(Source source, int chunks, ResolvedFilter filter) throws IOException {
        BitSet places = new BitSet();
        places.set(0, chunks);
        byte[] bytes = source.read(0, HEADER);
        if (bytes == null) {
            return places;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes);
        int known = header.getInt();
        int slotBits = header.getInt();
        int parts = header.getInt();
        int bounds = header.getInt();
        int crc = header.getInt();
        if (known != chunks) {
            return places;
        }
        int boundsAt = HEADER + parts * ENTRY;
        List<SystemCondition> system = filter.filter().system();
        if (!system.isEmpty()) {
            byte[] read = source.read(boundsAt, bounds);
            if (read != null && crc(read) == crc) {
                keepWithin(ByteBuffer.wrap(read), system, places);
            }
        }
        // Of series that are chosen wholly, the readings alone tell.
        if (system.isEmpty() || !filter.hasWhole()) {
            for (int[] hashes : filter.carriedHashes()) {
                BitSet any = new BitSet();
                for (int hash : hashes) {
                    addPlaces(source, hash, slotBits, parts, boundsAt + bounds, any, chunks);
                }
                places.and(any);
            }
        }
        return places;
    }

    private static void addPlaces(
            Source source, int hash, int slotBits, int parts, int partsAt, BitSet places, int chunks)
            throws IOException {
        if (parts == 0) {
            return;
        }
        int part = AttributePostings.part(hash, slotBits);
        int before = part == 0 ? 0 : 1;
        byte[] bytes = source.read(HEADER + (part - before) * ENTRY, (1 + before) * ENTRY);
        if (bytes != null) {
            ByteBuffer entries = ByteBuffer.wrap(bytes);
            int begin = before == 0 ? 0 : entries.getInt(0);
            int end = entries.getInt(before * ENTRY);
            byte[] postings = source.read(partsAt + begin, end - begin);
            if (postings != null && crc(postings) == entries.getInt(before * ENTRY + Integer.BYTES)) {
                AttributePostings.forEachPlace(ChunkTree.FAN, postings, hash, slotBits, places::set);
                return;
            }
        }
        places.set(0, chunks);
    }

    private static void keepWithin(ByteBuffer bounds, List<SystemCondition> conditions, BitSet places) {
        for (int place = 0; bounds.hasRemaining(); place++) {
            Map<String, double[]> fields = new HashMap<>();
            for (int left = bounds.getInt(); left > 0; left--) {
                byte[] name = new byte[bounds.getInt()];
                bounds.get(name);
                fields.put(
                        new String(name, StandardCharsets.UTF_8),
                        new double[] {bounds.getDouble(), bounds.getDouble()});
            }
            for (SystemCondition condition : conditions) {
                double[] field = fields.get(condition.field());
                if (field == null || !condition.mayHold(field[0], field[1])) {
                    places.clear(place);
                }
            }
        }
    }

    private static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Takes in the lines of chunks, one after the other. Not thread-safe. */
    static final class Builder {

        private AttributePostings postings = new AttributePostings(ChunkTree.FAN);

        private final ByteArrayOutputStream bounds = new ByteArrayOutputStream();

        private final Map<String, double[]> fields = new TreeMap<>();

        private @Nullable Map<String, @Nullable Object> last;

        private int chunks;

        private boolean complete = true;

        /** Takes a line of the present chunk. */
        @SuppressWarnings("ReferenceEquality")
        void add(LineSeries series, RecordView row) {
            for (String key : series.carried()) {
                String value = row.attribute(key);
                if (value != null) {
                    this.postings.add(AttributePostings.hash(key, value), this.chunks);
                }
            }
            Map<String, @Nullable Object> system = row.system();
            // Neighbours that share a reading share the very instance.
            if (system != null && system != this.last) {
                this.last = system;
                system.forEach(this::add);
            }
        }

        private void add(String field, @Nullable Object value) {
            if (value instanceof Number number) {
                double[] bounds = this.fields.computeIfAbsent(
                        field, (absent) -> new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY});
                bounds[0] = Math.min(bounds[0], number.doubleValue());
                bounds[1] = Math.max(bounds[1], number.doubleValue());
            }
        }

        /** A line is of no series that is known, so that nothing is certain. */
        void fail() {
            this.complete = false;
        }

        /** Ends the present chunk. */
        void endChunk() {
            write(this.fields.size());
            this.fields.forEach((name, values) -> {
                byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
                write(bytes.length);
                this.bounds.writeBytes(bytes);
                this.bounds.writeBytes(ByteBuffer.allocate(2 * Double.BYTES)
                        .putDouble(values[0])
                        .putDouble(values[1])
                        .array());
            });
            this.fields.clear();
            this.last = null;
            this.chunks++;
        }

        private void write(int number) {
            this.bounds.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
        }

        /** Returns the bytes of the chunks since the last call, and begins anew; null when nothing is certain. */
        byte @Nullable [] encode() {
            byte[] result = this.complete ? bytes() : null;
            this.postings = new AttributePostings(ChunkTree.FAN);
            this.bounds.reset();
            this.chunks = 0;
            this.complete = true;
            return result;
        }

        private byte[] bytes() {
            byte[][] parts = this.postings.encode();
            byte[] bounds = this.bounds.toByteArray();
            int end = 0;
            ByteBuffer entries = ByteBuffer.allocate(HEADER + parts.length * ENTRY)
                    .putInt(this.chunks)
                    .putInt(this.postings.slotBits())
                    .putInt(parts.length)
                    .putInt(bounds.length)
                    .putInt(crc(bounds));
            for (byte[] part : parts) {
                end += part.length;
                entries.putInt(end).putInt(crc(part));
            }
            ByteArrayOutputStream all = new ByteArrayOutputStream(entries.capacity() + bounds.length + end);
            all.writeBytes(entries.array());
            all.writeBytes(bounds);
            for (byte[] part : parts) {
                all.writeBytes(part);
            }
            return all.toByteArray();
        }
    }

    /**
     * Where the bytes are.
     *
     * @param from number of the first chunk
     * @param to number of the first chunk after
     * @param offset where they are in the file
     * @param length how many there are
     * @param bytes themselves, when they are in memory
     */
    record Stored(int from, int to, long offset, int length, byte @Nullable [] bytes) {

        Source source(LineFile file) {
            byte[] bytes = this.bytes;
            return bytes == null
                    ? (from, length) -> FooterMembers.read(file, this.offset, this.length, from, length)
                    : (from, length) -> Arrays.copyOfRange(bytes, from, from + length);
        }
    }
}
