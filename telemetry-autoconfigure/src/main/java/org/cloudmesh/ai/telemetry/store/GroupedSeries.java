package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * One metric over an axis, some groups apart from all others.
 *
 * @param groups one distribution for each bucket, by key; no entry for a group without a value
 * @param others one distribution for each bucket, of all groups that are not apart
 */
public record GroupedSeries(Map<@Nullable String, List<Distribution>> groups, List<Distribution> others) {

    /** Returns so many empty distributions. */
    public static List<Distribution> empty(int buckets) {
        List<Distribution> empty = new ArrayList<>(buckets);
        for (int i = 0; i < buckets; i++) {
            empty.add(new Distribution());
        }
        return empty;
    }

    /**
     * Returns places for so many distributions, all of them taken by the same empty one, which is not to be added to:
     * of many groups, most have values in few buckets.
     */
    public static List<Distribution> places(int buckets) {
        return new ArrayList<>(Collections.nCopies(buckets, new Distribution()));
    }

    /**
     * Returns the bucket of a value; -1 when it is in none.
     *
     * @param edges rising: bucket i begins at {@code edges[i]} and ends before {@code edges[i + 1]}
     */
    public static int bucket(double[] edges, double value) {
        int low = 0;
        int high = edges.length - 1;
        if (!(value >= edges[0] && value < edges[high])) {
            return -1;
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (value >= edges[middle]) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
