package org.cloudmesh.ai.telemetry.alert;

import java.util.Locale;

/** How a rule stands. */
public enum AlertState {

    /** The value is on the right side of the threshold. */
    OK,

    /** The value is beyond the threshold. */
    FIRING,

    /** There is no value: no record tells, the metric was never recorded, or the store cannot answer. */
    UNKNOWN;

    /** Returns the name as it is shown, for example {@code ok}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
