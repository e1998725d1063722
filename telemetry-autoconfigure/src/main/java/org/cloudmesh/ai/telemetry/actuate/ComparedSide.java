package org.cloudmesh.ai.telemetry.actuate;

import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RunComparison;
import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison.
 *
 * @param text as it was asked for
 * @param filter that chooses its records
 * @param known that some record, of whatever time, must pass, so that a misspelt name is not taken for an empty one;
 *     null for a range, which may be empty
 */
record ComparedSide(
        String text, RecordFilter filter, @Nullable RecordFilter known) {

    RunComparison.Choice choice() {
        return new RunComparison.Choice(this.text, this.filter);
    }
}
