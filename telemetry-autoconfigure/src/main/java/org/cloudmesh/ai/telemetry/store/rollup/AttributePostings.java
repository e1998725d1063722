package org.cloudmesh.ai.telemetry.store.rollup;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Which of some neighbouring runs of records, called places, may hold a value of an attribute: an inverted index that
 * is as small as a filter. Not thread-safe.
 *
 * <p><b>Idea.</b> A posting is a hash of key and value, and the number of a place. As in a quotient filter (Bender and
 * others, 2012), the first bits of the hash are not stored, they are the slot that the posting is in; of the next ones,
 * as many are as the place leaves of two bytes. So two bytes name value and place. A wrong place costs a look at its
 * records, and a value is never missed: of 512 places, one is wrong in one look-up of 20; of 16 places, in one of 700.
 *
 * <p><b>Encoding.</b> Slots make parts of {@value #SLOTS_A_PART}; a look-up reads one part. It has the number of
 * postings of each slot, as unsigned LEB128 integers, and then all postings, slot after slot: 16 bits each, big-endian,
 * the rest of the hash before the place. There are 4 to 8 postings to a slot. A value that is in many records of a
 * place is there once.
 */
public final class AttributePostings {

    /** So many places there are at most. */
    public static final int MOST_PLACES = 512;

    private static final int PART_BITS = 8;

    private static final int SLOTS_A_PART = 1 << PART_BITS;

    private final int placeBits;

    private int[] hashes = new int[256];

    private short[] places = new short[256];

    private int size;

    /**
     * Creates an empty index.
     *
     * @param places how many there are, at most {@value #MOST_PLACES}
     */
    public AttributePostings(int places) {
        this.placeBits = placeBits(places);
    }

    private static int placeBits(int places) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(places - 1);
    }

    /** Returns the hash of an attribute. It is part of the format of files: it never changes. */
    public static int hash(String key, String value) {
        long mixed = (key.hashCode() * 0x9E3779B97F4A7C15L) ^ value.hashCode();
        mixed *= 0xBF58476D1CE4E5B9L;
        mixed ^= mixed >>> 32;
        mixed *= 0x94D049BB133111EBL;
        return (int) (mixed >>> 32);
    }

    /** Adds a value that a record has. */
    public void add(int hash, int place) {
        if (this.size == this.hashes.length) {
            this.hashes = Arrays.copyOf(this.hashes, 2 * this.size);
            this.places = Arrays.copyOf(this.places, 2 * this.size);
        }
        this.hashes[this.size] = hash;
        this.places[this.size++] = (short) place;
    }

    /** Returns the number of bits that make the slot of a hash; 0 when there are no postings. */
    public int slotBits() {
        if (this.size == 0) {
            return 0;
        }
        int bits = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.max(1, this.size / 4));
        return Math.max(PART_BITS, Math.min(Short.SIZE + this.placeBits, bits));
    }

    /** Returns the parts, in order. Values must have been added place by place, the first one first. */
    public byte[][] encode() {
        if (this.size == 0) {
            return new byte[0][];
        }
        int slotBits = slotBits();
        int[] ends = new int[1 << slotBits];
        for (int i = 0; i < this.size; i++) {
            ends[this.hashes[i] >>> (Integer.SIZE - slotBits)]++;
        }
        int begin = 0;
        for (int slot = 0; slot < ends.length; slot++) {
            int count = ends[slot];
            ends[slot] = begin;
            begin += count;
        }
        int[] begins = ends.clone();
        short[] postings = new short[this.size];
        for (int i = 0; i < this.size; i++) {
            int slot = this.hashes[i] >>> (Integer.SIZE - slotBits);
            short posting = (short) (rest(this.hashes[i], slotBits, this.placeBits) << this.placeBits | this.places[i]);
            if (isNew(postings, begins[slot], ends[slot], posting)) {
                postings[ends[slot]++] = posting;
            }
        }
        byte[][] parts = new byte[ends.length >>> PART_BITS][];
        for (int part = 0; part < parts.length; part++) {
            parts[part] = part(postings, begins, ends, part << PART_BITS);
        }
        return parts;
    }

    /** The postings of a place come one after the other, so that only those need to be looked at. */
    private boolean isNew(short[] postings, int begin, int end, short posting) {
        int mask = (1 << this.placeBits) - 1;
        int place = posting & mask;
        for (int i = end - 1; i >= begin && (postings[i] & mask) == place; i--) {
            if (postings[i] == posting) {
                return false;
            }
        }
        return true;
    }

    private static byte[] part(short[] postings, int[] begins, int[] ends, int from) {
        int count = 0;
        for (int slot = from; slot < from + SLOTS_A_PART; slot++) {
            count += ends[slot] - begins[slot];
        }
        byte[] bytes = new byte[3 * SLOTS_A_PART + Short.BYTES * count];
        int at = 0;
        for (int slot = from; slot < from + SLOTS_A_PART; slot++) {
            int rest = ends[slot] - begins[slot];
            while (rest > 0x7F) {
                bytes[at++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            bytes[at++] = (byte) rest;
        }
        for (int slot = from; slot < from + SLOTS_A_PART; slot++) {
            for (int i = begins[slot]; i < ends[slot]; i++) {
                bytes[at++] = (byte) (postings[i] >> Byte.SIZE);
                bytes[at++] = (byte) postings[i];
            }
        }
        return Arrays.copyOf(bytes, at);
    }

    private static int rest(int hash, int slotBits, int placeBits) {
        return hash << slotBits >>> (Short.SIZE + placeBits);
    }

    /** Returns the number of the part that a hash is looked up in. */
    public static int part(int hash, int slotBits) {
        return hash >>> (Integer.SIZE - slotBits) >>> PART_BITS;
    }

    /**
     * Shows the places that may hold a value, each once, the first one first.
     *
     * @param places how many there are
     * @param part the bytes of its {@link #part(int, int)}
     */
    public static void forEachPlace(int places, byte[] part, int hash, int slotBits, IntConsumer visitor) {
        int slot = (hash >>> (Integer.SIZE - slotBits)) & (SLOTS_A_PART - 1);
        int at = 0;
        int begin = 0;
        int end = 0;
        for (int i = 0; i < SLOTS_A_PART; i++) {
            int count = 0;
            int shift = 0;
            while (part[at] < 0) {
                count |= (part[at++] & 0x7F) << shift;
                shift += 7;
            }
            count |= part[at++] << shift;
            if (i < slot) {
                begin += count;
                end = begin;
            } else if (i == slot) {
                end = begin + count;
            }
        }
        int placeBits = placeBits(places);
        int rest = rest(hash, slotBits, placeBits);
        for (int i = at + Short.BYTES * begin; i < at + Short.BYTES * end; i += Short.BYTES) {
            int posting = (part[i] & 0xFF) << Byte.SIZE | (part[i + 1] & 0xFF);
            if (posting >>> placeBits == rest) {
                visitor.accept(posting & ((1 << placeBits) - 1));
            }
        }
    }
}
