package org.cloudmesh.ai.telemetry.store.rollup;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What many records share: program, run, status, event, the names of their metrics, and those attributes that have few
 * values. The word is that of time-series databases. An attribute of high cardinality, such as a trace's id, makes no
 * series: the series only knows that its records have it, and each record carries the value.
 *
 * <p>Series have ids within one {@link SeriesCatalog}, counted from 1. Series that differ in metrics and attributes
 * alone form a group, whose id is that of its first series.
 */
public interface Series extends Labels {

    /** Returns the id. */
    int id();

    /** Returns the id of the first series of the group. */
    int group();

    /**
     * Returns whether {@link #attribute} holds for each record of the series; if not, an attribute of high cardinality
     * is asked for, which only the record knows.
     */
    boolean fixes(String attribute);

    /**
     * Returns the keys of the attributes of high cardinality that each record of the series has; null when records
     * differ in them.
     */
    @Nullable
    List<String> carried();

    /**
     * Returns whether each record of the series has an attribute of that key, with a value that only the record knows.
     */
    default boolean carries(String attribute) {
        List<String> carried = carried();
        return carried != null && carried.contains(attribute);
    }

    /** Returns the names of the metrics that all records of the series have. */
    List<String> metrics();

    /** Returns the attributes that all records of the series have, with the same values. */
    Map<String, String> attributes();
}
