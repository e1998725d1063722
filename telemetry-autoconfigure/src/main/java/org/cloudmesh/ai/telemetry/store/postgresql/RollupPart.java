package org.cloudmesh.ai.telemetry.store.postgresql;

import java.util.concurrent.TimeUnit;

/**
 * Parts of an hour that is summed up. Of the hours that the edges of a question's range or buckets cut, few records are
 * left to be read.
 */
final class RollupPart {

    /** How long a part is. */
    static final long MICROS = TimeUnit.MINUTES.toMicros(5);

    /** How they are called in the tables, before the suffix of their level. */
    static final String SPAN = "5-minutes";

    /** What they tell apart at most. */
    static final RollupLevel FINEST = RollupLevel.STATUS;

    private RollupPart() {}
}
