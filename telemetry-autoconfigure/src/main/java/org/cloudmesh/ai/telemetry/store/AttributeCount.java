package org.cloudmesh.ai.telemetry.store;

import java.util.Map;

/**
 * How often an attribute and its values occur.
 *
 * @param records how many have it
 * @param values how many have each value; those that are there are right
 * @param complete whether no value is missing
 */
public record AttributeCount(long records, Map<String, Long> values, boolean complete) {

    /** Values of one attribute that are told apart: those that came first, where there are more. */
    public static final int MOST_VALUES = 10_000;

    /** Records that are looked at one by one when nobody named the attribute of interest. */
    public static final int MOST_SCANNED = 100_000;
}
