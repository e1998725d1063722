package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.query.ResolvedFilter;
import org.cloudmesh.ai.telemetry.store.rollup.AttributePostings;

/** The reader's side of {@link AttributeIndex}: where the rows may be that carry a value. Used by one query. */
final class AttributeSearch {

    private final Database database;

    private final long from;

    private final long to;

    AttributeSearch(Database database, long from, long to) {
        this.database = database;
        this.from = from;
        this.to = to;
    }

    /** Returns where rows of those series may be chosen that the filter chooses in part. */
    IdRanges ranges(ResolvedFilter filter) throws SQLException {
        IdRanges all = IdRanges.ALL;
        for (int[] hashes : filter.carriedHashes()) {
            all = all.and(ranges(hashes));
        }
        return all;
    }

    private IdRanges ranges(int[] hashes) throws SQLException {
        List<long[]> ranges = new ArrayList<>();
        long since = mark("index-since");
        long until = mark("index-until");
        ranges.add(new long[] {Long.MIN_VALUE, since});
        ranges.add(new long[] {until, Long.MAX_VALUE});
        for (int hash : hashes) {
            addPlaces(hash, ranges);
            addLate(hash, ranges);
        }
        return IdRanges.of(ranges);
    }

    private long mark(String name) throws SQLException {
        return this.database.number("SELECT value FROM mark WHERE name = ?", 0, name);
    }

    private void addPlaces(int hash, List<long[]> ranges) throws SQLException {
        BitSet places = new BitSet(AttributeIndex.PLACES);
        try (ResultSet runs = this.database.query(
                "SELECT r.id, r.until, r.slot_bits, p.data FROM attribute_run r CROSS JOIN attribute_posting p"
                        + " ON p.id = (r.id << " + AttributeIndex.PART_BITS + ") + 1 + (? >> (40 - r.slot_bits))"
                        + " WHERE r.slot_bits > 0 AND r.first < ? AND r.until > ?",
                Integer.toUnsignedLong(hash),
                this.to,
                this.from)) {
            while (runs.next()) {
                places.clear();
                AttributePostings.forEachPlace(
                        AttributeIndex.PLACES, runs.getBytes(4), hash, runs.getInt(3), places::set);
                if (!places.isEmpty()) {
                    add(runs.getLong(1), runs.getLong(2), places, ranges);
                }
            }
        }
    }

    private void add(long run, long until, BitSet places, List<long[]> ranges) throws SQLException {
        try (ResultSet row = this.database.query(
                "SELECT data FROM attribute_posting WHERE id = ?", run << AttributeIndex.PART_BITS)) {
            if (row.next()) {
                long[] begins = decode(row.getBytes(1), until);
                places.stream().forEach((place) -> ranges.add(new long[] {begins[place], begins[place + 1]}));
            }
        }
    }

    private void addLate(int hash, List<long[]> ranges) throws SQLException {
        try (ResultSet rows = this.database.query(
                "SELECT l.record FROM attribute_run r CROSS JOIN attribute_late l ON l.run = r.id AND l.hash = ?"
                        + " WHERE r.late > 0 AND r.first < ? AND r.until > ?",
                Integer.toUnsignedLong(hash),
                this.to,
                this.from)) {
            while (rows.next()) {
                ranges.add(new long[] {rows.getLong(1), rows.getLong(1) + 1});
            }
        }
    }

    /** Returns where places begin, as bytes: the first id, and each one's distance to the next. */
    static byte[] encode(List<Long> begins) {
        ByteBuffer bytes = ByteBuffer.allocate(10 * begins.size());
        long before = 0;
        for (long begin : begins) {
            long rest = begin - before;
            while ((rest & ~0x7FL) != 0) {
                bytes.put((byte) (rest | 0x80));
                rest >>>= 7;
            }
            bytes.put((byte) rest);
            before = begin;
        }
        byte[] result = new byte[bytes.position()];
        bytes.flip().get(result);
        return result;
    }

    /** Returns where places begin, and after them where the last one ends. */
    private static long[] decode(byte[] bytes, long until) {
        long[] begins = new long[AttributeIndex.PLACES + 1];
        int count = 0;
        long begin = 0;
        for (int at = 0; at < bytes.length; ) {
            long distance = 0;
            int shift = 0;
            while (bytes[at] < 0) {
                distance |= (bytes[at++] & 0x7FL) << shift;
                shift += 7;
            }
            distance |= (long) bytes[at++] << shift;
            begin += distance;
            begins[count++] = begin;
        }
        begins[count] = until;
        return begins;
    }
}
