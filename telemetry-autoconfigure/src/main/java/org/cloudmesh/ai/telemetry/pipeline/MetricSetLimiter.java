package org.cloudmesh.ai.telemetry.pipeline;

/**
 * Sets of metric names that stand in one record. Stores keep the names of a set once, and what they sum up for each set
 * by itself, so a caller that picks metrics at random would fill them. Sets of one name are bounded by the names.
 *
 * <p>A set is known by a hash of 64 bits over the numbers of its names, in their order. Two sets of one hash pass for
 * the same, which admits one more than there should be. Used by the writer alone.
 */
final class MetricSetLimiter {

    /** So many sets of two and more names there are. */
    static final int MOST = 1_000;

    /** So many names stand in all of them together. */
    static final int MOST_NAMES = 50_000;

    // Open addressing; 0 is an empty slot.
    private final long[] known = new long[4 * Integer.highestOneBit(MOST)];

    private int sets;

    private int names;

    /** Returns whether there is room for a set. */
    boolean admit(int[] numbers, int count) {
        if (count < 2) {
            return true;
        }
        long hash = 0;
        for (int i = 0; i < count; i++) {
            hash = mix(hash, numbers[i]);
        }
        int slot = slot(hash);
        if (this.known[slot] == hash) {
            return true;
        }
        if (this.sets == MOST || this.names + count > MOST_NAMES) {
            return false;
        }
        this.known[slot] = hash;
        this.sets++;
        this.names += count;
        return true;
    }

    /** Returns how many of a set's first names make a set that is known; at least one. */
    int leading(int[] numbers, int count) {
        int leading = Math.min(1, count);
        long hash = 0;
        for (int i = 0; i < count; i++) {
            hash = mix(hash, numbers[i]);
            if (i > 0 && this.known[slot(hash)] == hash) {
                leading = i + 1;
            }
        }
        return leading;
    }

    private int slot(long hash) {
        int slot = (int) hash & this.known.length - 1;
        while (this.known[slot] != 0 && this.known[slot] != hash) {
            slot = slot + 1 & this.known.length - 1;
        }
        return slot;
    }

    /** The finalizer of SplitMix64 over what came before and the next number. */
    private static long mix(long hash, int number) {
        long mixed = hash + number * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        mixed ^= mixed >>> 31;
        return mixed == 0 ? 1 : mixed;
    }
}
