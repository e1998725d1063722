package org.cloudmesh.ai.telemetry;

import org.jspecify.annotations.Nullable;

/** Reads numbers that callers hand in, whose classes may be their own. */
@Internal
public final class Numbers {

    private Numbers() {}

    /** Returns the value; not a number for null and for what throws: that is no reason to disturb the caller. */
    public static double value(@Nullable Number number) {
        try {
            return number == null ? Double.NaN : number.doubleValue();
        } catch (RuntimeException ex) {
            return Double.NaN;
        }
    }
}
